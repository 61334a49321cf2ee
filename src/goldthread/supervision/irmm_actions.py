"""What a decision of an Incident Risk Management Meeting does to its incident, by the same actions as anywhere, and the line it leaves there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact.work import on_incident
from goldthread.meetings.beyond import Came, Deciding
from goldthread.response import actions as response
from goldthread.response import request_actions
from goldthread.response.grades import grade
from goldthread.response.models import Unit
from goldthread.response.transfer_actions import transfer
from goldthread.supervision.irmm_choices import LEVELS

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.meetings.models import Action

GONE = "This incident has closed since the list was made, so that cannot be done to it. Nothing was changed; hold it with a reason, or have it opened again."


def carry_out(deciding: Deciding) -> Came:
    """Do what was decided, and write it on the incident's timeline. Raises what the actions raise that it uses."""
    try:
        came = _do(deciding)
    except NotThere:
        raise Refused(GONE) from None
    with on_incident(deciding.user, deciding.line.subject, "meeting.chair") as work:
        work.entry(
            "event",
            "system",
            code="meeting.decided",
            text=Payload.objects.keep(deciding.words) if deciding.words else None,
            data={
                "meeting": deciding.line.meeting_id,
                "decision": deciding.code,
                "owner": deciding.owner if came.owed else "",
                "due": deciding.due_at.isoformat() if came.owed else "",
            },
        )
        work.involve("author")
    return came


def done(user: Staff, action: Action, words: str) -> None:
    """Say on the incident's timeline that an action is done: also where the incident has left its owner's sight meanwhile."""
    with on_incident(None, action.line.subject, "meeting.see") as work:
        work.user = user
        work.entry(
            "event",
            "system",
            code="meeting.action_done",
            text=Payload.objects.keep(words),
            data={"meeting": action.line.meeting_id, "action": action.pk},
        )
        work.involve("author")


def _do(deciding: Deciding) -> Came:
    user, incident, key, given = deciding.user, deciding.line.subject, deciding.key, deciding.given
    match deciding.code:
        case "upgrade":
            response.choose_grade(user, incident, key=key, code=given["grade"], why=deciding.words)
            return Came(f"Raised to {grade(given['grade']).name}")
        case "deploy":
            return _send(deciding)
        case "partner" if given["agency"] or given["reached"]:
            transfer(user, incident, key=key, agency=given["agency"], reached=given["reached"], what=deciding.words)
            return Came("Asked, and on its clock until they answer")
        case "escalate":
            if given["to"] not in dict(LEVELS):
                raise Invalid({"to": "Choose Silver or Gold. Nothing was decided."})
            return Came(f"To {dict(LEVELS)[given['to']]}")
        case "vast":
            return Came("Referred to VAST, and in their queue within a minute", owed=False)
        case "close":
            return _close(deciding)
        case _:
            return Came()


def _send(deciding: Deciding) -> Came:
    """Send the unit where it is free now; else its sending is what is owed. A unit that is not free holds nothing up."""
    chosen = deciding.given["unit"]
    unit = (
        Unit.objects.for_area(deciding.user)
        .filter(pk=int(chosen) if chosen.isascii() and chosen.isdigit() else 0)
        .first()
    )
    if unit is None:
        raise Invalid({"unit": "Choose a unit from the list. Nothing was decided."})
    if unit.state != "available":
        return Came(f"{unit.call_sign} is not free now: to be sent as soon as it is")
    response.allocate(deciding.user, deciding.line.subject, key=deciding.key, unit_id=unit.pk)
    return Came(f"{unit.call_sign} sent")


def _close(deciding: Deciding) -> Came:
    """Close as anybody may; where one person may not do that alone, ask the second."""
    said = {"reason": deciding.given["reason"], "result": deciding.words}
    try:
        with transaction.atomic():
            response.close(deciding.user, deciding.line.subject, key=deciding.key, **said)
        return Came("Closed", owed=False)
    except NotThere:
        raise
    except Refused:
        request_actions.ask_close(deciding.user, deciding.line.subject, key=deciding.key, **said)
        return Came("A second person is asked to close it")
