"""A pack as a document, for the page and for the print: what was frozen, in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.documents.described import Document, Facts, Note, Paragraph, Part, Picture, Section, Table
from goldthread.governance import drawing, printed_learned
from goldthread.governance.drawing import day, percent
from goldthread.governance.printed_learned import Address, lined
from goldthread.web.times import clock

ERASED = "The text of this pack was erased. That it was issued, when, and under which digest it was frozen stands."
STATES = {
    "worse": "changed for the worse",
    "better": "changed for the better",
    "changed": "changed",
    "steady": "no more than chance",
    "unknown": "cannot be told yet",
}
OWED = {"open": "to be done", "done": "done", "carried": "carried over", "": "nothing is owed"}
DRAFT = "A draft: it was not issued, and its figures go on changing."
PLAN = "recommendation:"
"""Before the number of a recommendation, where what opens it is asked for as for a figure."""


def document(
    content: Mapping[str, Any], *, digest: str, at: datetime, force: str, address: Address | None = None
) -> Document:
    """The document of a pack's ``content`` in the shape that ``packs`` tells, empty where it was erased; without a digest it is a draft.

    ``address(code)`` is the page that opens a figure for whoever reads, empty for none.
    """
    if not content:
        return Document("Pack", clock(at), "", force, digest, at, (Paragraph(ERASED),))
    pack = content["pack"]
    before = pack["before"]
    about = [
        ("Issued" if digest else "Composed", f"{clock(at)}, by {pack['by']}"),
        (
            "Pack before",
            f"{before['number']}, {_at(before['at'])}, frozen under {before['sha256']}" if before else "none",
        ),
    ]
    numbers = _Numbers()
    parts = [_section(one, content, numbers, address or (lambda _code: "")) for one in content["sections"]]
    return Document(
        title=f"{pack['name']} {pack['number']}",
        subtitle=clock(at),
        reference=f"{pack['name']} {pack['number']}",
        force=force,
        digest=digest or "not frozen: a draft",
        at=at,
        parts=(*(() if digest else (Note(DRAFT),)), Facts(tuple(about)), *parts),
    )  # fmt: skip


def file_name(content: Mapping[str, Any], at: datetime) -> str:
    """What the print is called: board, number and day, such as ``pack-silver-3-2026-11-27.pdf``."""
    pack = content.get("pack", {"board": "board", "number": 0})
    return f"pack-{pack['board']}-{pack['number']}-{at.astimezone(LONDON).date().isoformat()}.pdf"


class _Numbers:
    """Counts the charts of one document, so that no two have the same parts by name."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def _section(one: Mapping[str, Any], content: Mapping[str, Any], numbers: _Numbers, address: Address) -> Section:
    figures = [content["figures"][code] for code in one["codes"]]
    parts: list[Part] = [Paragraph(one["says"])]
    match one["kind"]:
        case "signals" | "charts":
            parts += [_chart(each, numbers, address) for each in figures]
            if not figures:
                none = (
                    "No figure breaks a rule at its end." if one["kind"] == "signals" else "No such figure is kept yet."
                )
                parts.append(Paragraph(none))
        case "table":
            parts += _figures(figures, address)
        case "plan":
            parts += _comments(content.get("comments", ()))
            parts += _plan(content["plan"], address)
        case "themes":
            parts += printed_learned.themes(content["themes"], address)
        case "learning":
            parts += printed_learned.learning(content["learning"], address)
        case "effects":
            parts += printed_learned.effects(content["effects"], address)
        case "decisions":
            parts += _decisions(content["decisions"])
        case "owed":
            parts += _owed(content["owed"])
    return Section(one["heading"], tuple(parts))


def _chart(told: Mapping[str, Any], numbers: _Numbers, address: Address) -> Section:
    parts: list[Part] = [Paragraph(told["definition"]), Facts(tuple(_facts(told)))]
    if told["values"]:
        drawn = drawing.svg(dict(told), numbers.next())
        parts += [Picture(drawn, drawing.alt(dict(told))), _values(told)]
    else:
        parts.append(Paragraph("Nothing of its history is kept yet."))
    return Section(told["name"], tuple(parts), address(told["code"]))


def _facts(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    facts = [("Figure", figure_words(told["figure"])), ("Against chance", signal_words(told))]
    notes = [f"{one['number']}. {day(one['day'])}: {one['words']} ({one['by']})" for one in told["notes"]]
    restated = sum(one["was"] is not None for one in told["values"])
    if notes:
        facts.append(("Noted", "\n".join(notes)))
    if restated:
        facts.append(("Restated", f"{restated} of its values differ from the pack before; the table says which."))
    return facts


def figure_words(figure: Mapping[str, Any] | None, between: str = ", ") -> str:
    """A figure as of issue, in words, and ``between`` it and its time."""
    if figure is None:
        return "not known"
    if figure["n"] is None or figure["share"] is None:
        return "no cases" if figure["n"] == 0 else "not known"
    counted = f"{figure['met']:,} of {figure['n']:,}" if figure["met"] is not None else f"n = {figure['n']:,}"
    since = f"{day(figure['since'])} to " if figure["since"] else "period to "
    return f"{percent(figure['share'])} ({counted}){between}{since}{day(figure['until'])}"


def signal_words(told: Mapping[str, Any]) -> str:
    """How a figure stands against chance, in words."""
    if told["state"] == "unknown":
        return f"Cannot be told yet: limits take {told['needed']} values that share no cases, and there are {told['read']}."
    words = ", ".join(one["word"] for one in told["now"])
    state = STATES[told["state"]]
    return f"{state.capitalize()}{f' ({words})' if words else ''}."


def _values(told: Mapping[str, Any]) -> Table:
    return Table(
        f"{told['name']}: every value of the chart, the latest first",
        ("To", "Share", "Cases", "Limits", "Says"),
        tuple(
            (day(one["until"]), percent(one["share"]), _cases(one), _limits(one), _says(one))
            for one in reversed(told["values"])
        ),
        (4, 3, 4, 5, 8),
    )


def _cases(one: Mapping[str, Any]) -> str:
    if one["n"] is None:
        return "not known"
    return f"{one['met']:,} of {one['n']:,}" if one["met"] is not None else f"n = {one['n']:,}"


def _limits(one: Mapping[str, Any]) -> str:
    return f"{percent(one['lower'])} to {percent(one['upper'])}" if one["lower"] is not None else "none yet"


def _says(one: Mapping[str, Any]) -> str:
    said = [f"{each['word']}, {each['way']}" for each in one["broken"]]
    said += ["taken late"] if one["late"] else []
    if one["was"] is not None:
        said.append(f"restated: {percent(one['was']['share'])} in pack {one['was']['pack']}")
    return "; ".join(said)


def _figures(figures: list[Mapping[str, Any]], address: Address) -> list[Part]:
    if not figures:
        return [Paragraph("No figure is kept yet.")]
    rows = tuple((one["name"], figure_words(one["figure"], "\n"), signal_words(one)) for one in figures)
    head, addresses = ("Figure", "As of issue", "Against chance"), tuple(address(one["code"]) for one in figures)
    return [Table("Every figure, and how it stands against chance", head, rows, (8, 8, 7), addresses)]


def _comments(found: Sequence[Mapping[str, Any]]) -> list[Part]:
    rows = tuple((one["title"], one["words"]) for one in found)
    return [Table("The Commissioner's comments on reports", ("Report", "Comments"), rows, (6, 12))] if rows else []


def _plan(found: list[Mapping[str, Any]], address: Address) -> list[Part]:
    if not found:
        return [Paragraph("No recommendation has been entered.")]
    rows = tuple(
        (
            lined(one["title"], one["text"]),
            lined(one["state"], f"due {day(one['due_on'])}" if one["due_on"] else "", one["owner"] or "nobody owns it"),
            lined(one["colour"], *one["reasons"]),
            one["view"] or "not told",
            lined(one["figure"], f"Evidence: {one['evidence']}" if one["evidence"] else "No evidence counts."),
        )
        for one in found
    )
    head = ("Recommendation", "State", "Reckoned", "Owner's view", "Figure and evidence")
    addresses = tuple(address(f"{PLAN}{one['id']}") for one in found)
    return [Table("Every recommendation as it stands", head, rows, (8, 5, 7, 3, 7), addresses)]


def _decisions(found: list[Mapping[str, Any]]) -> list[Part]:
    if not found:
        return [Paragraph("Nothing was decided.")]
    rows = tuple(
        (
            one["title"],
            lined(one["decision"], one["words"], f"{one['by']}, {_at(one['at'])}"),
            lined(
                one["owner"], f"by {_at(one['due_at'])}" if one["due_at"] else "", OWED.get(one["state"], one["state"])
            ),
        )
        for one in found
    )
    return [Table("Decided, the newest first", ("About", "Decision", "Who, by when"), rows, (6, 10, 6))]


def _owed(found: list[Mapping[str, Any]]) -> list[Part]:
    if not found:
        return [Paragraph("Nothing is owed.")]
    rows = tuple(
        (one["title"], one["words"], lined(one["owner"], f"by {_at(one['due_at'])}", "late" if one["late"] else ""))
        for one in found
    )
    return [Table("Owed, the soonest due first", ("About", "What", "Who, by when"), rows, (6, 10, 6))]


def _at(told: str | None) -> str:
    return clock(datetime.fromisoformat(told)) if told else ""
