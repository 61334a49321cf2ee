"""A night on which everything comes at once: rights that end meanwhile, and alarms by the hundred after an outage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.models import Entry, Incident
from goldthread.response import alarm_actions, request_actions
from goldthread.response.models import Alarm
from goldthread.response.request_models import ReviewDecision
from tests.cast import Cast, assess, graded, key, opened
from tests.response.test_alarms import later
from tests.response.test_requests import WHY, with_child


def test_a_role_removed_a_minute_ago_decides_nothing_more(
    cast: Cast, browser: Callable[[Staff | None], Client]
) -> None:
    incident = with_child(cast)
    made = request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="scheduled", **WHY)
    assess(cast.handler, incident)
    assert made is not None
    client = browser(cast.supervisor)
    assert client.get(f"/incidents/{incident.pk}/").status_code == 200
    Staff.objects.filter(pk=cast.supervisor.pk).update(role="officer")
    sent = {"key": key(), "request": made.pk, "answer": "approved", "words": ""}
    assert client.post(f"/incidents/{incident.pk}/decide", sent).status_code in {403, 404}
    assert client.post(f"/incidents/{incident.pk}/hand", {"key": key(), "to": f"staff:{cast.fim.pk}"}).status_code in {
        403,
        404,
    }
    assert not ReviewDecision.objects.exists()


@pytest.mark.slow
def test_after_an_outage_the_riskiest_come_first_and_none_is_dropped(cast: Cast) -> None:
    grades = ("resolution", "scheduled", "priority", "immediate", "")
    rank: dict[object, int] = {}
    for number in range(60):
        code = grades[number % len(grades)]
        incident = opened(cast.handler)
        if number % 2:
            contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
        if code:
            graded(cast.handler, incident, code)
        else:
            Alarm.objects.create(incident=incident, kind="timer", source=f"test:{number}", due_at=incident.opened_at)
        rank[incident.pk] = 2 * (grades.index(code) if code else 9) + (number % 2 == 0)
    later(timedelta(days=3))
    due = Alarm.objects.filter(raised_at=None, ended_at=None)
    wanted = Counter(due.values_list("incident", flat=True))
    assert sum(wanted.values()) > 60
    order: list[int] = []
    seen: set[object] = set()
    while alarm_actions.raise_due(most=8):
        told = set(Entry.objects.filter(code="alarm.raised").values_list("incident", flat=True)) - seen
        order.append(min(rank[one] for one in told))
        seen |= told
    assert order == sorted(order, reverse=True)
    assert len(order) > 5
    lines = Counter(Entry.objects.filter(code="alarm.raised").values_list("incident", flat=True))
    assert lines == wanted
    assert Incident.objects.open().count() == 60
