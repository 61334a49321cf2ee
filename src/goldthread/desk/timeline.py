"""The timeline as shown: everybody's words with their marks, and what the system recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from goldthread.accounts.roles import named
from goldthread.assessment.marking import ANSWERS
from goldthread.assessment.reading import reader
from goldthread.contact import choices
from goldthread.contact.models import Entry
from goldthread.contact.people_models import SEARCHED
from goldthread.desk import beyond
from goldthread.desk.marks import Mark, Piece, pieces
from goldthread.desk.presenters import LEVEL_NAMES
from goldthread.desk.record import Record
from goldthread.response.alarm_models import KINDS as ALARMS
from goldthread.response.grades import closing_reasons, grade
from goldthread.response.models import ARRIVAL_SOURCES
from goldthread.response.request_models import KINDS
from goldthread.response.request_rules import delays
from goldthread.response.senior_actions import RUNG
from goldthread.web.times import clock

EVENTS = {
    "incident.opened": "Opened",
    "incident.reopened": "Opened again",
    "incident.closed": "Closed",
    "area.set": "Area",
    "particular.set": "Recorded",
    "children.answered": "Children",
    "thrive.written": "THRIVE version",
    "grade.chosen": "Grade",
    "grade.lowered": "Grade lowered",
    "time.put_off": "Attendance put off",
    "request.made": "Asked for",
    "request.approved": "Approved",
    "request.refused": "Refused",
    "request.withdrawn": "Withdrawn",
    "request.overtaken": "Overtaken by a change",
    "grade.explained": "Reason for the grade written",
    "mark.answered": "Mark",
    "supervisor.called": "Supervisor called",
    "supervisor.came": "Supervisor came",
    "unit.allocated": "Unit sent",
    "unit.arrived": "Unit arrived",
    "unit.left": "Unit left",
    "owner.taken": "Taken over",
    "owner.offered": "Handed over",
    "owner.acknowledged": "Hand-off acknowledged",
    "owner.declined": "Hand-off declined",
    "owner.withdrawn": "Hand-off taken back",
    "owner.overtaken": "Hand-off overtaken",
    "alarm.raised": "Alarm",
    "transfer.asked": "Another agency asked to act",
    "transfer.accepted": "Another agency accepted",
    "transfer.declined": "Another agency declined",
    "transfer.withdrawn": "Question to another agency taken back",
    "delay.explained": "Why it is late",
    "reader.raised": "The reader, on a closer look",
    "reviewed.nothing_new": "Reviewed, nothing new",
    "known.searched": "Looked up",
    "person.recorded": "Person recorded",
    "incident.linked": "Same matter as",
    "incident.unlinked": "Not the same matter as",
    "contact.received": "Received",
    "contact.read": "Read first, and taken",
    "line.set": "Line",
    "callback.logged": "Call-back",
    "online.set": "On the line",
    "safe_contact.set": "Safe contact",
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


def said(record: Record, marks: list[Mark] | None = None) -> list[Line]:
    """The timeline, oldest first, with the marks standing in the words themselves: those given, or the newest reading's."""
    marks = record.marks if marks is None else marks
    entries = record.entries if record.shown.readings else [one for one in record.entries if not of_reader(one)]
    return [line(entry, [mark for mark in marks if mark.entry == entry.seq]) for entry in entries]


def of_reader(entry: Entry) -> bool:
    """Whether this line says what the reader found: it is shown to whom a reading is."""
    if entry.code == "alarm.raised":
        return entry.data.get("kind") == "unseen"
    return entry.code == "reader.raised" or (entry.author_id is None and beyond.is_by_reader(entry.code, entry.data))


def line(entry: Entry, marks: list[Mark]) -> Line:
    """One line, with the marks that stand in its words."""
    author = named(entry.author.name, getattr(entry, "acted_as", "")) if entry.author else "system"
    common: dict[str, Any] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "source": entry.get_source_display(),
        "at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
        "late": entry.late,
        "author": author,
    }
    if entry.code == "oncall.rung":
        rung = entry.text.shown() if entry.text is not None else ""
        erased = bool(entry.text and entry.text.erased_at)
        return Line(**common, what=f"{rung}: {RUNG.get(entry.data['outcome'], entry.data['outcome'])}", erased=erased)
    if entry.kind == "event":
        told = "We told them: " if entry.code == "callback.logged" else ""
        ours = f". {told}{entry.text.shown()}" if entry.text is not None else ""
        return Line(**common, what=f"{_event(entry)}{ours}", erased=bool(entry.text and entry.text.erased_at))
    if entry.text is not None:
        if entry.text.erased_at is not None:
            return Line(**common, what=entry.text.shown(), erased=True)
        return Line(**common, pieces=pieces(entry.text.text, marks))
    return Line(**common)


def _event(entry: Entry) -> str:
    said_as = EVENTS.get(entry.code, entry.code)
    data = entry.data
    match entry.code:
        case "grade.chosen":
            return f"{said_as}: {grade(data['grade']).name}"
        case "alarm.raised":
            return f"{said_as}: {dict(ALARMS)[data['kind']].lower()}"
        case "reader.raised":
            return f"{said_as}: {LEVEL_NAMES.get(data['level'], data['level'])} by the words"
        case "grade.lowered":
            return f"{said_as}: {grade(data['grade']).name}"
        case code if code.startswith("request."):
            return f"{said_as}: {dict(KINDS)[data['kind']].lower()}"
        case "mark.answered":
            label = {one.code: one.label for one in reader().cues}.get(data["cue"], data["cue"])
            return f"{dict(ANSWERS)[data['answer']]}: {label}"
        case "grade.explained":
            return f"{said_as}: {grade(data['grade']).name}"
        case "children.answered":
            answer = dict(choices.CHILDREN_ANSWERS)[data["answer"]]
            return f"{said_as}: {answer}" + (f" ({data['count']})" if data["count"] else "")
        case "particular.set":
            return f"{said_as}: {dict(choices.PARTICULARS)[data['kind']].lower()}"
        case "known.searched":
            found = {"none": "no trace", "found": f"{data.get('found')} found"}.get(data["outcome"], data["outcome"])
            return f"{said_as}: {dict(SEARCHED)[data['kind']].lower()}, {found}"
        case "delay.explained":
            known = delays()
            return f"{said_as}: {'; '.join(known[code].name if code in known else code for code in data['reasons']).lower()}"
        case "incident.linked" | "incident.unlinked":
            return f"{said_as} {data['reference']}"
        case "area.set":
            return f"{said_as}: {data['area']}"
        case "incident.reopened":
            return f"{said_as} by {data.get('by', 'late words')}"
        case "incident.opened":
            return f"{said_as}: {dict(choices.CHANNELS)[data['channel']]}"
        case "contact.received":
            told = ["the message is empty"] if data.get("empty") else []
            told += ["the sender's time was not believed"] if data.get("doubted") else []
            return ", ".join([f"{said_as}: {dict(choices.CHANNELS)[data['channel']]}", *told])
        case "line.set":
            return f"{said_as}: {dict(choices.LINE)[data['state']].lower()}"
        case "callback.logged":
            asked = dict(choices.NEW_RISK).get(data.get("new_risk", ""), "")
            told = [dict(choices.CALL_BACKS)[data["outcome"]].lower(), *([asked.lower()] if asked else [])]
            return f"{said_as}: {'. '.join(told)}"
        case "online.set":
            told = [dict(choices.ON_LINE)[data["who"]].lower()]
            told += ["cannot speak freely"] if data["cannot_speak"] else []
            told += (
                []
                if data["interpreter"] == "none"
                else [f"interpreter: {dict(choices.INTERPRETERS)[data['interpreter']].lower()}"]
            )
            return f"{said_as}: {', '.join(told)}"
        case "safe_contact.set":
            return f"{said_as}: {dict(choices.SAFE_CONTACT)[data['answer']].lower()}"
        case "incident.closed":
            reason = closing_reasons().get(data["reason"])
            return f"{said_as}: {reason.name if reason else data['reason']}"
        case "unit.arrived":
            return f"{said_as}: {data['unit']}, by {dict(ARRIVAL_SOURCES)[data['source']].lower()}"
        case "unit.allocated" if "until" in data:
            until = clock(datetime.fromisoformat(data["until"]), entry.recorded_at)
            return f"{said_as}: {data['unit']}, committed until {until}"
        case "unit.allocated" | "unit.left":
            return f"{said_as}: {data['unit']}"
        case "thrive.written":
            return f"{said_as} {data['version']}"
        case _:
            return beyond.told(entry.code, data) or said_as
