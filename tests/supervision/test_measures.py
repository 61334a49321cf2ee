"""Supervision's measures: each tells good from bad, and its cases are the ones meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures.registry import measure
from goldthread.response import request_actions
from goldthread.supervision import actions
from goldthread.supervision.queries import newest_find
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, graded, key, opened
from tests.response.test_alarms import later
from tests.response.test_requests import assess, lower, with_child


def agree(cast: Cast, incident: Incident) -> None:
    incident.refresh_from_db()
    actions.agree(
        cast.supervisor, incident.pk, key=key(), seen=incident.last_seq, found=newest_find(incident), began_at=None
    )


def swept(cast: Cast) -> tuple[Incident, Incident]:
    good, bad = with_child(cast), with_child(cast)
    later(timedelta(minutes=25))
    sweep()
    agree(cast, good)
    later(timedelta(hours=2))
    agree(cast, bad)
    return good, bad


def looked_at(cast: Cast) -> tuple[Incident, Incident]:
    good, bad = with_child(cast), with_child(cast)
    agree(cast, good)
    return good, bad


def decided(cast: Cast) -> tuple[Incident, Incident]:
    good, bad = with_child(cast), with_child(cast)
    for incident, answer in ((good, "approved"), (bad, "refused")):
        request = lower(cast, incident)
        assert request is not None
        assess(cast.handler, incident)
        request_actions.decide(cast.supervisor, request.pk, key=key(), answer=answer, words="Nobody has seen her.")
    return good, bad


def raised_later(cast: Cast) -> tuple[Incident, Incident]:
    good, bad = with_child(cast), with_child(cast)
    for incident in (good, bad):
        agree(cast, incident)
    graded(cast.handler, good, "immediate")
    return good, bad


def nothing_to_change(cast: Cast) -> tuple[Incident, Incident]:
    good, bad = with_child(cast), with_child(cast)
    later(timedelta(minutes=25))
    sweep()
    agree(cast, good)
    bad.refresh_from_db()
    given = {"seen": bad.last_seq, "found": newest_find(bad), "began_at": None}
    actions.give_back(cast.supervisor, bad.pk, key=key(), words="Who is with her?", **given)
    return good, bad


def swept_for_a_child(cast: Cast) -> tuple[Incident, Incident]:
    good, bad = with_child(cast), opened(cast.handler)
    Incident.objects.filter(pk=bad.pk).update(child="none")
    later(timedelta(minutes=25))
    sweep()
    return good, bad


SCENES: dict[str, Callable[[Cast], tuple[Incident, Incident]]] = {
    "supervision-swept": swept,
    "supervision-child": looked_at,
    "supervision-approved": decided,
    "supervision-reversed": raised_later,
    "supervision-agreed": nothing_to_change,
    "supervision-found-child": swept_for_a_child,
}


@pytest.mark.parametrize("code", SCENES)
def test_a_measure_tells_one_from_the_other(cast: Cast, code: str) -> None:
    met, unmet = SCENES[code](cast)
    now: Any = database_now(connection)
    found = measure(code)
    cases, meeting = found.cases(now - found.window, now)
    assert {met.pk, unmet.pk} <= set(cases.values_list("pk", flat=True))
    assert met.pk in meeting.values_list("pk", flat=True)
    assert unmet.pk not in meeting.values_list("pk", flat=True)
