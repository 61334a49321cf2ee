"""Children missing, protected and heard in an investigation are told by the actions; one of each is left as it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.demo import plan as plans
from goldthread.demo import told
from goldthread.demo.check import check
from goldthread.demo.seed import seed, teller_of_weeks
from goldthread.investigation.models import Investigation, OutcomeTold
from goldthread.measures import queries
from goldthread.measures.registry import measure
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.door_models import DoorAnswer
from goldthread.safeguarding.missing_models import MissingEpisode, MissingInterview
from goldthread.safeguarding.protection_models import ChildMeeting, Protection


@pytest.mark.slow
def test_children_come_back_are_protected_and_heard_in_time_and_some_of_it_stands_open(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = database_now(connection)
    seed(now, 40, 12)
    plan = plans.recorded()
    assert plan is not None
    before = list(Incident.objects.values_list("pk", flat=True))
    ours = tuple(replace(one, times=2 if one.same else 1) for one in told.stories() if one.every or one.ago)
    assert len(ours) == 9
    monkeypatch.setattr(told, "stories", lambda: ours)

    assert told.tell_weeks(teller_of_weeks(plan), now) == 10

    check(database_now(connection))
    gone, back = (MissingEpisode.objects.filter(returned_at__isnull=one) for one in (True, False))
    assert (gone.count(), back.count()) == (1, 3)
    assert 2 in set(back.values_list("number", flat=True)), "the same girl's second one is counted"
    assert set(MissingInterview.objects.values_list("kind", flat=True)) == {"prevention", "return"}
    held, ended = (Protection.objects.filter(ended_at__isnull=one) for one in (True, False))
    assert (held.count(), ended.count()) == (1, 1)
    assert not ended.exclude(ended_at__lt=F("lapses_at")).exists()
    assert ChildMeeting.objects.filter(kind="strategy").count() == 1
    assert DoorAnswer.objects.filter(seen="yes").exclude(incident__in=before).count() == 9
    owed = Clock.objects.filter(about="owed.school", stopped_at__isnull=True)
    assert owed.exclude(incident__in=before).count() == 2
    assert owed.filter(due_at__lt=now - timedelta(hours=12)).count() == 1, "one school has not been told in time"
    over = Clock.objects.filter(
        incident__in=[*back.values_list("incident", flat=True), *ended.values_list("incident", flat=True)]
    )
    assert not over.filter(stopped_at__isnull=True).exists()
    stands = Clock.objects.filter(
        stopped_at__isnull=True, incident__in=[gone.get().incident_id, held.get().incident_id]
    )
    assert set(stands.values_list("rule", flat=True)) == {"missing_high", "police_protection", "strategy_discussion"}
    assert set(Incident.objects.open().filter(opened_at__gte=now - timedelta(hours=28))) >= {
        gone.get().incident,
        held.get().incident,
    }
    done = Investigation.objects.filter(closed_at__isnull=False)
    assert done.count() == 1
    assert OutcomeTold.objects.filter(investigation__in=done).count() == 1
    late = Clock.objects.filter(incident=Investigation.objects.open().get().incident, stopped_at__isnull=True)
    assert late.filter(rule__startswith="inv_review", due_at__lt=now).exists(), "one is late for its first review"
    for code in ("protection-ended", "missing-offered", "investigation-heard"):
        point = queries.point(measure(code), now)
        assert point.met == point.of, code
        assert point.of, code
