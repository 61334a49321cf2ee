"""The end of a shift: everything one holds goes to somebody else, or it is said what is left."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldthread.accounts import duty_actions
from goldthread.audit.actions import acting
from goldthread.config.errors import Refused
from goldthread.contact.models import Incident
from goldthread.response import handoff_actions

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


@dataclass(frozen=True)
class Left:
    """An incident that could not be handed over, and why."""

    incident: uuid.UUID
    reference: str
    why: str


def held_by(user: Staff) -> list[Incident]:
    """The open incidents that this person owns, soonest owed first."""
    found = Incident.objects.open().filter(owner=user).select_related("location", "offered_to", "offered_team")
    return list(found.order_by("next_action_at"))


def begin_shift(user: Staff) -> None:
    """Begin somebody's duty, where none runs."""
    with acting(user) as act:
        duty_actions.begin(user, act)
        act.record("security", "duty.begin", [("staff", user.pk)])


def end_shift(
    user: Staff, *, key: uuid.UUID, to: int | None = None, to_team: int | None = None, note: str = ""
) -> list[Left]:
    """Hand over whatever this person owns and end their duty; what could not be handed over is returned and keeps them on duty.

    What is handed over already stays so. With nothing to hand over nobody need be named. Each incident is a command of its own, so that one
    that somebody else is working on does not hold up the rest. Where nobody fit to take them is named, that is why
    each is left.
    """
    left: list[Left] = []
    for incident in held_by(user):
        if incident.is_offered:
            continue
        try:
            handoff_actions.hand_over(user, incident.pk, key=key, to=to, to_team=to_team, note=note, at_shift_end=True)
        except Refused as error:
            left.append(Left(incident.pk, incident.reference, str(error)))
    if left:
        return left
    with acting(user) as act:
        duty_actions.end(user, act, "handover")
        act.record("security", "duty.end", [("staff", user.pk)])
    return []
