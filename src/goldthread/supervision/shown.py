"""What supervision shows on an incident's own page: questions, what a meeting decided of it, and its lines of the timeline."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from goldthread.contact.known import force_day
from goldthread.contact.querysets import of_incident
from goldthread.desk import beyond
from goldthread.desk.standing import may_stand
from goldthread.meetings import presenters, queries
from goldthread.meetings.kinds import decision_names, kinds_on
from goldthread.meetings.models import Action
from goldthread.supervision.models import ANSWERS, Question
from goldthread.supervision.presenters import asked_here
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident
    from goldthread.desk.record import Record


def show_all() -> None:
    """Register all; called once at start."""
    may_stand(Question, "review__incident")
    may_stand(Action, "line__subject")
    beyond.display("supervision/_questions.jinja", _questions)
    beyond.display("supervision/_meeting-actions.jinja", _actions)
    beyond.line("meeting.decided", _decided)
    beyond.line("meeting.action_done", lambda data: f"Action of meeting {data['meeting']} done")
    beyond.line("review.made", lambda data: f"Reviewed: {dict(ANSWERS)[data['answer']].lower()}")
    beyond.line("question.answered", lambda _data: "A supervisor's question answered")


def _questions(_user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    return {"supervisor_asks": asked_here(record, now)}


def _actions(user: Staff, record: Record, now: datetime) -> dict[str, Any]:
    kinds = kinds_on(force_day(now))
    found = _owed(record.incident) if record.has(Action) else []
    return {
        "meeting_actions": presenters.actions(user, found, now),
        "may_meet": user.can("meeting.see") and any(user.seat.codes & one.owe for one in kinds.values()),
    }


@of_incident
def _owed(incident: Incident) -> QuerySet[Action]:
    return queries.of_subject(incident.pk)


def _decided(data: dict[str, Any]) -> str:
    told = f"Meeting {data['meeting']}: {decision_names().get(data['decision'], data['decision']).lower()}"
    if not data["owner"]:
        return told
    return f"{told}, {data['owner']} by {clock(datetime.fromisoformat(data['due']))}"
