"""An investigation as a document: what stood when it was printed."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.documents.described import Document, Facts, Paragraph, Part, Quote, Section, Table
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.investigation.models import Investigation

NOT_ASKED = "Not asked. Nobody has answered whether the suspect has access to any child."


def document(one: Investigation, shown: dict[str, Any], *, force: str, at: datetime) -> Document:
    """The document; ``shown`` as ``presenters.page`` gives it, ``at`` when it is printed. Its digest is of what it shows."""
    about = Facts(
        (
            ("Incident", one.incident.reference),
            ("Crime reference", one.crime_reference or "none yet"),
            ("Risk", shown["risk"]),
            ("Led by", one.investigator.name),
            ("Reviewed by", one.supervisor.name),
            ("Accepted", clock(one.opened_at, at)),
            ("Ended", clock(one.closed_at, at) if one.closed_at else "no"),
            ("Next review", _review(shown, at)),
        )
    )
    parts = (
        about,
        Section("Children and their voice", tuple(_child(each, at) for each in shown["children"]) or (Paragraph("No child is named."),)),
        Section("The suspect's access to any child", _access(shown["access"], at)),
        Section("Plan", (_plan(shown["items"], at),)),
        Section("Reviews", tuple(_section(each, at) for each in shown["reviews"]) or (Paragraph("Not reviewed yet."),)),
        Section("How it ends", _ends(shown, at)),
    )  # fmt: skip
    digest = hashlib.sha256(repr(parts).encode()).hexdigest()
    return Document(
        f"Investigation of {one.incident.reference}", f"As it stood {clock(at)}", one.crime_reference, force, digest, at, parts
    )  # fmt: skip


def _child(child: dict[str, Any], at: datetime) -> Section:
    told: list[Part] = []
    for one in child["voices"]:
        if one["kind"] == "cannot":
            told.append(
                Paragraph(f"Cannot be recorded: {one['why'] or one['said']} ({one['by']}, {clock(one['at'], at)})")
            )
            continue
        when = f"{one['by_whom'] or one['by']}, {clock(one['occurred_at'], at)}, version {one['version']}"
        told += [Quote(one["said"], when)] if one["said"] else [Paragraph(when)]
        rows = [
            ("Seen", one["seen"]),
            ("Spoken to", one["spoken"]),
            ("Behaviour", one["behaviour"]),
            ("Wishes", one["wishes"]),
        ]
        told.append(Facts(tuple((name, words or "nothing written") for name, words in rows)))
    age = "age not known" if child["age"] is None else str(child["age"])
    return Section(f"{child['name']}, {age}", tuple(told) or (Paragraph("Not recorded yet."),))


def _access(answers: list[dict[str, Any]], at: datetime) -> tuple[Part, ...]:
    if not answers:
        return (Paragraph(NOT_ASKED),)
    return tuple(
        Paragraph("\n".join(filter(None, [f"{one['answer']} ({one['by']}, {clock(one['at'], at)})", one["who"], one["words"]])))
        for one in answers
    )  # fmt: skip


def _plan(items: list[dict[str, Any]], at: datetime) -> Part:
    rows = tuple(
        (
            f"{one['kind']}\n{one['words']}",
            f"{one['owner']}\nby {clock(one['due'], at)}",
            "\n".join(filter(None, [one["end"] or "Open", one["why"], one["ended_by"]])),
        )
        for one in items
    )
    return (
        Table("What is done, by whom", ("What", "Who, by when", "What became of it"), rows, (6, 3, 4))
        if rows
        else Paragraph("Nothing is on the plan.")
    )


def _section(one: dict[str, Any], at: datetime) -> Section:
    found = "agrees with the plan" if one["agrees"] else "directs an action"
    voice = "each child's voice is in it" if one["voice"] else "a child's voice is missing"
    return Section(
        f"{clock(one['at'], at)}, {one['by']}", (Paragraph(f"{found}; {voice}; risk {one['risk'].lower()}"), Paragraph(one["words"]))
    )  # fmt: skip


def _ends(shown: dict[str, Any], at: datetime) -> tuple[Part, ...]:
    rows = [
        Paragraph("\n".join(filter(None, [
            f"{one['outcome']}, proposed by {one['by']}, {clock(one['at'], at)}", one["words"],
            f"{one['answer'].capitalize()} by {one['answered_by']}, {clock(one['answered_at'], at)}" if one["answer"] else "Not confirmed yet",
            one["why"],
        ]))) for one in shown["ends"]
    ]  # fmt: skip
    rows += [
        Paragraph(f"{one['who']}: {one['how'].lower()}{', ' + clock(one['when'], at) if one['when'] else ''}. {one['words']}".strip())
        for one in shown["tellings"]
    ]  # fmt: skip
    return tuple(rows) or (Paragraph("No closing decision is proposed."),)


def _review(shown: dict[str, Any], at: datetime) -> str:
    if shown["review_due"] is None:
        return "none owed"
    return f"{'overdue since' if shown['review_late'] else 'by'} {clock(shown['review_due'], at)}"
