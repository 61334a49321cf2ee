"""Minutes as a document: what ``Minutes.content`` holds, and how it is put together when a meeting ends.

Canonical JSON (sorted keys, no spaces); ``Minutes.sha256`` is the SHA-256 of its UTF-8 bytes, in hex. Times are ISO 8601 in UTC,
null where there is none. Texts are plain text, never markup. The shape, ``shape`` being its number::

    {"shape": 2,
     "meeting": {"id": 7, "kind": "irmm", "name": "Incident Risk Management Meeting", "short": "IRMM",
                 "because": "Shift start", "words": "", "called_by": NAME, "chair": NAME,
                 "opened_at": TIME, "ended_at": TIME, "ended_by": NAME or null (it ended itself),
                 "previous": {"id": 6, "opened_at": TIME} or null, "agenda_sha256": HEX,
                 "minutes": 20, "lines": 15},
     "heading": [{"label": "Open incidents", "value": "214"}],
     "attendance": [{"name": NAME, "role": "Force Incident Manager", "part": "Chair" or "Present",
                     "joined_at": TIME, "left_at": TIME}],
     "lines": [LINE and {"decision": DECISION, "action": ACTION or null}],        decided, in the list's order
     "not_reached": [LINE and {"action": ACTION or null}],                        the others, in the list's order
     "rest": {"number": 48, "reasons": [{"code": "missing", "name": "missing from care", "number": 3}]},
     "difference": {"new": [TITLE], "gone": [TITLE], "still": [TITLE], "worse": [TITLE]}}

    LINE      {"position": 1, "subject": UUID, "title": "AM-261123-0417", "words": "girl 14 not back since school",
               "reasons": [{"code": "missing", "words": "child missing for 6 h"}],
               "known": [{"label": "Grade", "value": "Priority"}],
               "carried": {"meeting": 6, "position": 3} or null}
    DECISION  {"code": "deploy", "name": "Send a named unit by a time", "words": "", "person": NAME or null,
               "came_of": "NA21 sent", "by": NAME, "at": TIME, "before": [{"name", "words", "by", "at"}]}
    ACTION    {"owner": NAME of a person or a team, "words": "", "due_at": TIME,
               "state": "open", "done" or "carried", "by": NAME or null, "at": TIME or null, "said": ""}

``rest`` are those with a reason past the lines that the kind names, by number; shape 1 has none of it.
``before`` are decisions of the same line that a later one replaced, the oldest first. ``state`` is as it was when the meeting ended.
The frozen list (``Meeting.frozen``) is ``{"shape": 2, "heading", "attendance", "lines": [LINE], "rest", "difference"}``; its ``rest`` has
their ``subjects`` too, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import OuterRef

from goldthread.accounts.rank_models import acts_as
from goldthread.accounts.roles import seat
from goldthread.meetings.kinds import Kind
from goldthread.meetings.models import PARTS, Action, Attendance, Decision, Line, Meeting

SHAPE = 2


def compose(meeting: Meeting, kind: Kind) -> dict[str, Any]:
    """The document of a meeting that has just ended; six queries however many lines there are."""
    frozen = meeting.frozen
    decided: dict[int, list[Decision]] = {}
    made = Decision.objects.filter(line__meeting=meeting).select_related("words", "by", "person").order_by("id")
    for one in made:
        decided.setdefault(one.line_id, []).append(one)
    owed: dict[int, Action] = {}
    actions = Action.objects.filter(line__meeting=meeting).select_related(
        "words", "owner", "owner_team", "answer__by", "answer__words"
    )
    for action in actions.order_by("id"):
        owed[action.line_id] = action
    lines, missed = [], []
    for line in Line.objects.filter(meeting=meeting).select_related("text", "carried").order_by("position"):
        told = {**line_told(line), "action": action_told(owed[line.pk]) if line.pk in owed else None}
        if line.pk in decided:
            lines.append({**told, "decision": decision_told(decided[line.pk], kind)})
        else:
            missed.append(told)
    acted = acts_as(OuterRef("staff"), OuterRef("joined_at"))
    attendance = Attendance.objects.filter(meeting=meeting).annotate(acted_as=acted).select_related("staff")
    previous = meeting.previous
    return {
        "shape": SHAPE,
        "meeting": {
            "id": meeting.pk,
            "kind": kind.code,
            "name": kind.name,
            "short": kind.short,
            "because": dict(kind.because).get(meeting.because, meeting.because),
            "words": meeting.words.shown() if meeting.words else "",
            "called_by": meeting.called_by.name,
            "chair": meeting.chair.name,
            "opened_at": iso(meeting.opened_at),
            "ended_at": iso(meeting.ended_at),
            "ended_by": meeting.ended_by.name if meeting.ended_by else None,
            "previous": {"id": previous.pk, "opened_at": iso(previous.opened_at)} if previous else None,
            "agenda_sha256": meeting.agenda_sha256,
            "minutes": int(kind.length.total_seconds() // 60),
            "lines": kind.lines,
        },
        "heading": frozen.get("heading", []),
        "attendance": attendance_told(attendance.order_by("part", "joined_at", "id")),
        "lines": lines,
        "not_reached": missed,
        "rest": rest_told(frozen),
        "difference": frozen.get("difference", {}),
    }


def rest_told(frozen: dict[str, Any]) -> dict[str, Any]:
    """The rest of a frozen list as numbers."""
    rest = frozen.get("rest", {})
    return {"number": rest.get("number", 0), "reasons": rest.get("reasons", [])}


def attendance_told(found: Iterable[Attendance]) -> list[dict[str, Any]]:
    """Who was in it, from when until when, in the role they had as they came."""
    return [
        {
            "name": one.staff.name,
            "role": seat(one.staff.role, one.acted_as if hasattr(one, "acted_as") else one.staff.acts_as).name,
            "part": dict(PARTS)[one.part],
            "joined_at": iso(one.joined_at),
            "left_at": iso(one.left_at),
        }
        for one in found
    ]


def line_told(line: Line) -> dict[str, Any]:
    """A line as minutes and list tell it."""
    told = line.told
    return {
        "position": line.position,
        "subject": str(line.subject),
        "title": told.get("title", "erased"),
        "words": told.get("words", line.text.shown() if not told else ""),
        "reasons": told.get("reasons", []),
        "known": told.get("known", []),
        "carried": {"meeting": line.carried.meeting_id, "position": line.carried.position} if line.carried else None,
    }


def decision_told(made: list[Decision], kind: Kind) -> dict[str, Any]:
    """The decision that holds of a line, the newest of those made, with those it replaced."""
    holds = made[-1]
    before = [
        {"name": _name(one, kind), "words": _words(one), "by": one.by.name, "at": iso(one.at)} for one in made[:-1]
    ]
    return {
        "code": holds.code,
        "name": _name(holds, kind),
        "words": _words(holds),
        "person": holds.person.name if holds.person else None,
        "came_of": holds.came_of,
        "by": holds.by.name,
        "at": iso(holds.at),
        "before": before,
    }


def action_told(action: Action) -> dict[str, Any]:
    """What is owed of a line, and what came of it so far."""
    answer = getattr(action, "answer", None)
    return {
        "owner": owner_name(action),
        "words": action.words.shown(),
        "due_at": iso(action.due_at),
        "state": answer.answer if answer else "open",
        "by": answer.by.name if answer and answer.by else None,
        "at": iso(answer.at) if answer else None,
        "said": answer.words.shown() if answer and answer.words else "",
    }


def owner_name(action: Action) -> str:
    """The person or the team that owes it."""
    return action.owner.name if action.owner else action.owner_team.name if action.owner_team else ""


def iso(at: datetime | None) -> str | None:
    """A time as documents have it: ISO 8601 in UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def _name(one: Decision, kind: Kind) -> str:
    return kind.decisions[one.code].name if one.code in kind.decisions else one.code


def _words(one: Decision) -> str:
    return one.words.shown() if one.words else ""
