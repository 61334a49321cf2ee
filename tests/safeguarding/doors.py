"""Officers at the door, for tests: an incident with two children where a unit is at scene, and answers through the action."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response.models import Allocation, Unit
from goldthread.safeguarding import door_actions
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.door_rules import ChildAtDoor
from tests.cast import Cast, attended, graded, key, opened, say
from tests.response.test_alarms import later

ELLA, TOM = (str(uuid.UUID(int=number)) for number in (1, 2))


def recorded(user: Staff, incident: Incident, *children: str, seen: str = "not_known") -> None:
    given = [ChildGiven(one, f"Child {at}", 6, False, "", "", seen) for at, one in enumerate(children)]
    contact.answer_children(user, incident.pk, key=key(), answer="named", given=given)


@pytest.fixture
def incident(cast: Cast) -> Incident:
    """A unit at scene where two children are on record, seen by nobody yet."""
    made = opened(cast.handler)
    say(cast.handler, made, "shouting, kids upstairs")
    graded(cast.handler, made)
    recorded(cast.handler, made, ELLA, TOM)
    attended(cast, made)
    return made


def visit(incident: Incident) -> Allocation:
    return Allocation.objects.filter(incident=incident).latest("id")


def leave(cast: Cast, incident: Incident) -> None:
    response.record_leaving(cast.dispatcher, incident.pk, key=key(), allocation_id=visit(incident).pk)


def answer(user: Staff, incident: Incident, *children: ChildAtDoor, **given: Any) -> None:
    given = {"key": key(), "visit": visit(incident).pk, "children": children, **given}
    door_actions.answer(user, incident.pk, **given)


def seen(child: str, **given: str) -> ChildAtDoor:
    return ChildAtDoor(child, "yes", **given)


def on_record(incident: Incident) -> dict[str, str]:
    return {str(one.child): one.seen for one in incident.child_versions.order_by("version")}


def clocks(incident: Incident, rule: str) -> list[Clock]:
    return list(Clock.objects.filter(incident=incident, rule=rule, stopped_at__isnull=True))


BOTH = (seen(ELLA, alone="yes", showed="quiet, kept looking at the door"), seen(TOM, alone="too_young"))


def second_visit(cast: Cast, incident: Incident) -> tuple[Staff, Allocation]:
    """Another unit comes an hour after the first has left."""
    other = Staff.objects.create(username="other", name="Other Amber", role="officer", team=cast.officer.team)
    unit = Unit.objects.create(call_sign="NA22", area="North")
    unit.crew.add(other)
    later(timedelta(hours=1))
    sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=unit.pk)
    response.record_arrival(cast.dispatcher, incident.pk, key=key(), allocation_id=sent.pk, source="officer")
    return other, sent
