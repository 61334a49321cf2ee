"""Minutes as a document, for the page and for the print: what was frozen, word for word, and in its order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.documents.described import Document, Facts, Note, Paragraph, Part, Section, Table
from goldthread.web.times import clock

STATES = {"open": "to be done", "done": "done", "carried": "carried over"}
CHANGES = {
    "new": "New on the list",
    "worse": "Stands worse",
    "still": "Still on the list",
    "gone": "Gone from the list",
}
ERASED = (
    "The text of these minutes was erased. That they were made, when, and under which digest they were frozen stands."
)


def document(content: dict[str, Any], *, number: int, digest: str, at: datetime, force: str) -> Document:
    """The document of frozen minutes; ``content`` in the shape that ``minutes`` tells, empty where it was erased.

    As ``presenters.minutes`` gives it to a reader, lines out of their sight keep their place and lose their words, and the document says so.
    ``number`` is the meeting's, ``digest`` and ``at`` (aware) are those under and at which the minutes were frozen.
    """
    if not content.get("meeting"):
        return Document("Minutes", clock(at), f"Meeting {number}", force, digest, at, (Paragraph(ERASED),))
    meeting = content["meeting"]
    opened, ended = _time(meeting["opened_at"]), _time(meeting["ended_at"])
    assert opened is not None
    return Document(
        title=f"Minutes: {meeting['name']}",
        subtitle=f"{clock(opened)} to {clock(ended, opened)}",
        reference=f"{meeting['short']} {number}",
        force=force,
        digest=digest,
        at=at,
        parts=(
            _about(content, at),
            _table("People", "Who was there, from when until when", ("Who", "Role", "Part", "From", "Until"), (5, 5, 2, 2, 2), [
                (one["name"], one["role"], one["part"], _at(one["joined_at"], opened), _at(one["left_at"], opened))
                for one in content["attendance"]
            ], "Nobody was there."),
            _table("Decided", "In the order of the list", ("Line", "About", "Why it was here", "Decision", "Who, by when"), (2, 14, 11, 16, 10), [
                (str(one["position"]), _subject(one), _why(one), _decision(one["decision"], opened), _owed(one, opened))
                for one in content["lines"]
            ], "Nothing was decided."),
            _table("Not reached", "Looked at after the meeting", ("Line", "About", "Why it was here", "Who, by when"), (2, 18, 18, 15), [
                (str(one["position"]), _subject(one), _why(one), _owed(one, opened)) for one in content["not_reached"]
            ], "Every line was reached."),
            *_rest(content),
            _changes(content),
            *_hidden(content),
        ),
    )  # fmt: skip


def file_name(content: dict[str, Any], number: int, at: datetime) -> str:
    """What the print is called: kind, number and day of the meeting, such as ``IRMM-7-2026-11-27.pdf``."""
    meeting = content.get("meeting", {})
    short = "".join(sign for sign in meeting.get("short", "Meeting") if sign.isalnum()) or "Meeting"
    day = (_time(meeting.get("opened_at")) or at).astimezone(LONDON).date()
    return f"{short}-{number}-{day.isoformat()}.pdf"


def _about(content: dict[str, Any], at: datetime) -> Facts:
    meeting, before = content["meeting"], content["meeting"]["previous"]
    because = f"{meeting['because']}: {meeting['words']}" if meeting["words"] else meeting["because"]
    decided, missed = len(content["lines"]), len(content["not_reached"])
    told = [
        ("Called for", because),
        ("Called by", meeting["called_by"]),
        ("Chair at the end", meeting["chair"]),
        ("Ended by", meeting["ended_by"] or "nobody: it ended itself"),
        ("Lines", f"{decided + missed} on the list, {decided} decided, {missed} not reached"),
        ("Issued", f"{clock(at)}, and frozen since"),
        ("Meeting before", f"{meeting['short']} {before['id']}, {_at(before['opened_at'])}" if before else "none"),
    ]
    told += [(one["label"], one["value"]) for one in content["heading"]]
    return Facts((*told, ("List frozen under", meeting["agenda_sha256"])))


def _rest(content: dict[str, Any]) -> tuple[Section, ...]:
    rest = content.get("rest", {"number": 0, "reasons": []})
    if not rest["number"]:
        return ()
    told = (
        f"{rest['number']:,} more had a reason when the list was made, past those that it names. This meeting gave them to nobody: each "
        "stays with its owner and on its clocks, and comes back on the next list while it has a reason."
    )
    reasons = tuple((one["name"], f"{one['number']:,}") for one in rest["reasons"])
    return (Section("Not named", (Paragraph(told), Facts(reasons))),)


def _changes(content: dict[str, Any]) -> Section:
    found = content["difference"]
    numbers = content.get("numbers") or {code: len(titles) for code, titles in found.items()}
    rows = tuple(
        (name, f"{numbers[code]}: {', '.join(found[code])}" if found.get(code) else str(numbers[code]))
        for code, name in CHANGES.items()
        if numbers.get(code)
    )
    return Section("Against the meeting before", (Facts(rows) if rows else Paragraph("Nothing to tell."),))


def _hidden(content: dict[str, Any]) -> tuple[Note, ...]:
    many = content.get("hidden", 0)
    told = f"{many} of its lines are outside your sight. The digest is of the whole."
    return (Note(told),) if many else ()


def _table(
    heading: str, caption: str, head: tuple[str, ...], widths: tuple[int, ...], rows: list[tuple[str, ...]], none: str
) -> Section:
    part: Part = Table(caption, head, tuple(rows), widths) if rows else Paragraph(none)
    return Section(heading, (part,))


def _subject(line: dict[str, Any]) -> str:
    known = "; ".join(f"{one['label']}: {one['value']}" for one in line["known"])
    carried = line["carried"]
    came = f"Carried over from line {carried['position']} of meeting {carried['meeting']}." if carried else ""
    return _lines(line["title"], line["words"], known, came)


def _why(line: dict[str, Any]) -> str:
    return _lines(*(one["words"] for one in line["reasons"]))


def _decision(made: dict[str, Any], opened: datetime) -> str:
    person = f"Answered for by {made['person']}." if made.get("person") else ""
    before = (
        f"Before that: {one['name']}, {one['by']}, {_at(one['at'], opened)}. {one['words']}".rstrip()
        for one in made["before"]
    )
    by = f"{made['by']}, {_at(made['at'], opened)}"
    return _lines(made["name"], made.get("words", ""), made.get("came_of", ""), person, by, *before)


def _owed(line: dict[str, Any], opened: datetime) -> str:
    owed = line["action"]
    if owed is None:
        return "Nothing is owed."
    answered = f", {owed['by']}" if owed["by"] else ""
    answered += f", {_at(owed['at'], opened)}" if owed["at"] else ""
    state = f"{STATES[owed['state']]}{answered}"
    return _lines(owed["owner"], f"by {_at(owed['due_at'], opened)}", owed["words"], state, owed["said"])


def _lines(*told: str) -> str:
    return "\n".join(one for one in told if one)


def _at(told: str | None, opened: datetime | None = None) -> str:
    return clock(_time(told), opened)


def _time(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None
