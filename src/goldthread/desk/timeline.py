"""The timeline as shown: everybody's words with their marks, and what the system recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from goldthread.contact import choices
from goldthread.contact.models import Entry
from goldthread.desk.marks import Mark, Piece, pieces
from goldthread.desk.record import Record
from goldthread.response.grades import closing_reasons, grade
from goldthread.response.models import ARRIVAL_SOURCES

EVENTS = {
    "incident.opened": "Opened",
    "incident.reopened": "Opened again",
    "incident.closed": "Closed",
    "area.set": "Area",
    "particular.set": "Recorded",
    "children.answered": "Children",
    "thrive.written": "THRIVE version",
    "grade.chosen": "Grade",
    "unit.allocated": "Unit sent",
    "unit.arrived": "Unit arrived",
    "unit.left": "Unit left",
    "owner.taken": "Taken over",
}


@dataclass(frozen=True)
class Line:
    """One line of the timeline as shown."""

    seq: int
    kind: str
    source: str
    at: datetime
    recorded_at: datetime
    late: bool
    author: str
    pieces: list[Piece] = field(default_factory=list)
    what: str = ""
    erased: bool = False


def said(record: Record) -> list[Line]:
    """The timeline, oldest first, with the marks standing in the words themselves."""
    return [line(entry, [mark for mark in record.marks if mark.entry == entry.seq]) for entry in record.entries]


def line(entry: Entry, marks: list[Mark]) -> Line:
    """One line, with the marks that stand in its words."""
    author = entry.author.name if entry.author else "system"
    common: dict[str, Any] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "source": entry.get_source_display(),
        "at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "late": entry.late,
        "author": author,
    }
    if entry.text is not None:
        if entry.text.erased_at is not None:
            return Line(**common, what=entry.text.shown(), erased=True)
        return Line(**common, pieces=pieces(entry.text.text, marks))
    return Line(**common, what=_event(entry))


def _event(entry: Entry) -> str:
    said_as = EVENTS.get(entry.code, entry.code)
    data = entry.data
    match entry.code:
        case "grade.chosen":
            return f"{said_as}: {grade(data['grade']).name}"
        case "children.answered":
            answer = dict(choices.CHILDREN_ANSWERS)[data["answer"]]
            return f"{said_as}: {answer}" + (f" ({data['count']})" if data["count"] else "")
        case "particular.set":
            return f"{said_as}: {dict(choices.PARTICULARS)[data['kind']].lower()}"
        case "area.set":
            return f"{said_as}: {data['area']}"
        case "incident.reopened":
            return f"{said_as} by {data.get('by', 'late words')}"
        case "incident.opened":
            return f"{said_as}: {dict(choices.CHANNELS)[data['channel']]}"
        case "incident.closed":
            reason = closing_reasons().get(data["reason"])
            return f"{said_as}: {reason.name if reason else data['reason']}"
        case "unit.arrived":
            return f"{said_as}: {data['unit']}, by {dict(ARRIVAL_SOURCES)[data['source']].lower()}"
        case "unit.allocated" | "unit.left":
            return f"{said_as}: {data['unit']}"
        case "thrive.written":
            return f"{said_as} {data['version']}"
        case _:
            return said_as
