"""What another system did against the rule to an incident with a child is found here, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.clocks.db import database_now
from goldthread.config.upward import announce
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.response.models import Clock, Closing, GradePeriod
from goldthread.supervision.models import Sweep
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, graded, opened
from tests.response.test_alarms import later
from tests.response.test_requests import with_child
from tests.supervision.test_sweeps import agree


def found(incident: Incident) -> int:
    return Sweep.objects.filter(incident=incident, kind="imported").count()


def period(incident: Incident, severity: int) -> GradePeriod:
    last = GradePeriod.objects.filter(incident=incident).latest("seq")
    names = {1: "resolution", 3: "priority", 4: "immediate"}
    return GradePeriod.objects.create(
        incident=incident, seq=last.seq + 1, grade=names[severity], severity=severity, origin="imported"
    )


def lowered(incident: Incident) -> None:
    period(incident, 1)


def closing(incident: Incident) -> Closing:
    now: Any = database_now(connection)
    result = Payload.objects.keep("Closed there.")
    return Closing.objects.create(
        incident=incident, at=now, reason="attended-resolved", result=result, origin="imported"
    )


def attended_late(incident: Incident) -> None:
    now: Any = database_now(connection)
    start = now - timedelta(hours=3)
    Clock.objects.create(
        incident=incident, period=period(incident, 4), kind="attendance", started_at=start,
        due_at=start + timedelta(minutes=15), stopped_at=now, stopped_by="arrival",
    )  # fmt: skip


@pytest.mark.parametrize("breach", [lowered, closing, attended_late])
def test_a_breach_made_elsewhere_is_found_once_and_rests_after_a_review(
    cast: Cast, breach: Callable[[Incident], object]
) -> None:
    incident = with_child(cast)
    sweep()
    assert found(incident) == 0
    breach(incident)
    sweep()
    sweep()
    assert found(incident) == 1
    agree(cast, incident)
    later(timedelta(days=1))
    sweep()
    assert found(incident) == 1


def test_what_was_closed_elsewhere_is_found_in_the_transaction_that_closes_it_here(cast: Cast) -> None:
    incident = with_child(cast)
    Clock.objects.filter(incident=incident).update(stopped_at=database_now(connection), stopped_by="closed")
    incident.refresh_from_db()
    incident.closed_at = closing(incident).at
    with acting(None) as act:
        incident.save()
        announce(IncidentChanged(incident, act))
    assert found(incident) == 1


def test_a_higher_grade_from_elsewhere_or_no_child_is_no_breach(cast: Cast) -> None:
    raised, none = with_child(cast), opened(cast.handler)
    graded(cast.handler, none)
    Incident.objects.filter(pk=none.pk).update(child="none")
    period(raised, 4)
    lowered(none)
    sweep()
    assert found(raised) == found(none) == 0
