"""The last weeks' stories are carried out by the actions: what went wrong elsewhere is told, alarmed and put right here."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F

from goldthread.accounts.models import Duty
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.demo import plan as plans
from goldthread.demo import told
from goldthread.demo.check import check
from goldthread.demo.seed import seed, teller_of_weeks
from goldthread.measures import queries
from goldthread.measures.registry import measure
from goldthread.response.alarm_actions import raise_due
from goldthread.response.models import Alarm, GradePeriod
from tests.cast import Cast, graded, opened, say


def _lines(of: set[object], code: str) -> int:
    return Entry.objects.filter(incident__in=of, code=code).count()


@pytest.mark.long
@pytest.mark.slow
def test_every_story_is_carried_out_and_ends_well(db: None) -> None:
    now = database_now(connection)
    seed(now, 60, 12)
    plan = plans.recorded()
    assert plan is not None
    before = set(Incident.objects.values_list("pk", flat=True))
    on_duty = set(Duty.objects.filter(ended_at__isnull=True).values_list("staff", flat=True))

    many = told.tell_weeks(teller_of_weeks(plan), now)

    assert abs(database_now(connection) - now) < timedelta(minutes=10), "the clock is turned on again"
    assert set(Duty.objects.filter(ended_at__isnull=True).values_list("staff", flat=True)) == on_duty
    check(database_now(connection))
    made = set(Incident.objects.exclude(pk__in=before).values_list("pk", flat=True))
    assert len(made) == many
    assert many > sum(one.times for one in told.stories()), "three stories have more than one contact"
    stands = Incident.objects.open().filter(pk__in=made)
    assert stands.count() == 4, "a child missing, a child in police protection and two schools not told"
    made -= set(stands.values_list("pk", flat=True))
    assert not Alarm.objects.filter(incident__in=made, ended_at__isnull=True).exists()
    assert not Alarm.objects.filter(incident__in=before, raised_at__lt=now - timedelta(hours=30)).exists()
    for code, fewest in {
        "incident.reopened": 3, "incident.linked": 3, "request.refused": 3, "request.approved": 3, "transfer.asked": 4,
        "delay.explained": 8, "callback.logged": 8, "owner.offered": 5,
    }.items():  # fmt: skip
        assert _lines(made, code) >= fewest, code
    raised = Alarm.objects.filter(incident__in=made, raised_at__isnull=False)
    for kind in ("orphan", "transfer", "breach", "reassess"):
        assert raised.filter(kind=kind).exists(), kind
    assert GradePeriod.objects.filter(incident__in=made, decision__isnull=False).exists()
    for code in ("reassessed-in-time", "delay-explained", "requests-in-time", "caller-told"):
        point = queries.point(measure(code), now)
        assert point.of, code
        assert point.met, code
    duties = Duty.objects.exclude(staff__in=on_duty)
    assert duties.exists()
    assert not duties.filter(ended_at__lte=F("began_at")).exists()
    against = queries.point(measure("lowered-against-the-rule"), now)
    assert against.of
    assert against.met == 0


def test_what_is_due_in_other_incidents_is_raised_before_the_clock_is_turned_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_offset SET shift = shift + interval '3 hours'")
    say(cast.handler, incident, "Still no answer at the door.")
    now = database_now(connection)

    class Back:
        """A story of an hour ago in which alarms are looked for."""

        def __init__(self, _teller: object, past: told.Past, _story: object, begins: datetime) -> None:
            self.past, self.begins = past, begins

        def run(self) -> None:
            self.past.turn(self.begins)
            raise_due()

    monkeypatch.setattr(told, "_when", lambda _now: [(None, now - timedelta(hours=1))])
    monkeypatch.setattr(told, "Carried", Back)
    told.tell_weeks(cast, now)  # type: ignore[arg-type]  # nobody asks the teller anything
    lines = list(Entry.objects.filter(incident=incident).order_by("seq").values_list("code", "recorded_at"))
    assert [code for code, _ in lines].count("alarm.raised") > 2
    assert [at for _, at in lines] == sorted(at for _, at in lines)


def test_a_step_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(told, "VERBS", {})
    told.stories.cache_clear()
    with pytest.raises(
        ValueError, match=r"An order for a unit that reached nobody: no step is read in '0 handler open"
    ):
        told.stories()
    monkeypatch.undo()
    assert told.stories()
