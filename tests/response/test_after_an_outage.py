"""Thousands of alarms at once: grouped by incident, the gravest first, none dropped and none doubled."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.desk.models import BoardChange
from goldthread.response import alarm_actions
from goldthread.response.models import Alarm
from tests.cast import Cast, graded, opened

GRADES = ("", "immediate", "priority", "scheduled", "resolution")
AT_ONCE = 20
"""Incidents that one look takes, of fifty."""


@pytest.mark.parametrize("each", [20, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.long])])
def test_a_thousand_and_ten_thousand_at_once(cast: Cast, each: int) -> None:
    due = database_now(connection) - timedelta(minutes=1)
    incidents: dict[str, list[Incident]] = {code: [] for code in GRADES}
    for number in range(50):
        incident, code = opened(cast.handler), GRADES[number % len(GRADES)]
        if code:
            graded(cast.handler, incident, code)
        incidents[code].append(incident)
    every = [one for some in incidents.values() for one in some]
    Alarm.objects.filter(incident__in=every).delete()
    Alarm.objects.bulk_create(
        Alarm(incident=one, kind="breach", source=f"clock:{one.pk}:{number}", due_at=due)
        for one in every
        for number in range(each)
    )
    changes = BoardChange.objects.count()
    told: list[set[object]] = []
    raised = []
    while count := alarm_actions.raise_due(each * AT_ONCE):
        raised.append(count)
        with_line = set(Entry.objects.filter(code="alarm.raised").values_list("incident", flat=True))
        told.append(with_line - set().union(*told))
    assert sum(raised) == each * len(every)
    assert len(raised) <= len(every) // AT_ONCE + 1, "what one incident has is raised together"
    order = [pk for some in told for pk in some]
    gravest = {one.pk for code in ("", "immediate") for one in incidents[code]}
    assert set(order[: len(gravest)]) == gravest, "not graded yet, and the gravest, before all others"
    lines = Counter(Entry.objects.filter(code="alarm.raised").values_list("incident", flat=True))
    assert set(lines.values()) == {each}
    assert not Alarm.objects.filter(kind="breach", raised_at=None).exists()
    sources = Entry.objects.filter(code="alarm.raised").values_list("data__source", flat=True)
    assert len(set(sources)) == each * len(every)
    assert BoardChange.objects.count() - changes == len(every), "a board hears of each incident once"
    assert alarm_actions.raise_due() == 0
