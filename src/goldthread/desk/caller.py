"""What the desk shows of the caller: line, who speaks, safe contact, attempts to call back; unasked is shown as unasked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from goldthread.contact import choices
from goldthread.contact.caller_models import CallBack, OnLine, SafeContact
from goldthread.contact.caller_queries import child_questions, told, unanswered
from goldthread.contact.caller_rules import BROKEN
from goldthread.contact.models import Incident
from goldthread.contact.querysets import of_incident
from goldthread.desk.record import Record

ON_LINE, INTERPRETERS, LINE = dict(choices.ON_LINE), dict(choices.INTERPRETERS), dict(choices.LINE)
NOT_INTERPRETERS = {"relative", "suspect"}
"""Who never interprets: a relative may be the one who is feared."""


def caller(record: Record, now: datetime) -> dict[str, Any]:
    """Everything the displays show of the caller."""
    incident = record.incident
    broken = incident.line in BROKEN
    return {
        "line": {"code": incident.line, "name": LINE[incident.line], "broken": broken},
        "unanswered": broken and unanswered(incident),
        "attempts": _attempts(record),
        "on_line": _on_line(incident),
        "questions": child_questions(now.date()) if incident.on_line == "child" else [],
        "safe": _safe(incident),
        "never_home": any(mark.cue == "honour" and mark.stands for mark in record.marks),
        "contacted_at": incident.contacted_at,
    }


@of_incident
def _call_backs(incident: Incident) -> QuerySet[CallBack]:
    return CallBack.objects.filter(incident=incident).select_related("number", "by").order_by("-at", "-id")


@of_incident
def _spoke(incident: Incident) -> QuerySet[OnLine]:
    return OnLine.objects.filter(incident=incident).select_related("told", "told__erasure").order_by("-id")[:1]


@of_incident
def _safe_contact(incident: Incident) -> QuerySet[SafeContact]:
    return SafeContact.objects.filter(incident=incident).select_related("told", "told__erasure").order_by("-id")[:1]


def _attempts(record: Record) -> list[dict[str, Any]]:
    """Every attempt to call back, newest first."""
    return [
        {
            "at": one.at,
            "outcome": one.get_outcome_display(),
            "answered": one.outcome == "answered",
            "number": one.number.shown() if one.number else "",
            "by": one.by.name if one.by else "",
        }
        for one in (_call_backs(record.incident) if record.has(CallBack) else [])
    ]


def _on_line(incident: Incident) -> dict[str, Any]:
    if incident.on_line == "not_asked":
        return {"code": "not_asked", "name": ON_LINE["not_asked"]}
    one = _spoke(incident)[0]
    return {
        "code": one.who,
        "name": ON_LINE[one.who],
        "cannot_speak": one.cannot_speak,
        "interpreter": "" if one.interpreter == "none" else INTERPRETERS[one.interpreter],
        "wrong_interpreter": one.interpreter in NOT_INTERPRETERS,
        "language": told(one.told, "language"),
        "relation": told(one.told, "relation"),
        "at": one.at,
    }


def _safe(incident: Incident) -> dict[str, Any]:
    name = dict(choices.SAFE_CONTACT)[incident.safe_contact]
    if incident.safe_contact == "not_asked":
        return {"code": "not_asked", "name": name}
    one = _safe_contact(incident)[0]
    return {
        "code": one.answer,
        "name": name,
        "method": one.get_method_display(),
        "voicemail": one.get_voicemail_display(),
        "number": told(one.told, "number"),
        "times": told(one.told, "times"),
        "code_word": told(one.told, "code_word"),
        "at": one.at,
    }
