"""New calls come in through the actions, and what goes wrong does not stop them."""

from __future__ import annotations

import random
import threading
from collections import Counter
from datetime import datetime

import pytest
from django.db import OperationalError, connection

from goldthread.accounts.models import Duty
from goldthread.assessment.models import ThriveVersion
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.choices import RECEIVED
from goldthread.contact.models import Entry, Incident
from goldthread.demo import live
from goldthread.demo.check import check
from goldthread.response.models import GradePeriod, HandOff


class Clock:
    """Monotonic seconds that pass only when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def _play(calls: live.Calls, clock: Clock, seconds: float) -> None:
    while clock.seconds < seconds:
        clock.seconds += calls.turn() + 0.001


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.long
def test_calls_are_opened_worded_assessed_and_graded_by_handlers(small_force: datetime, clock: Clock) -> None:
    before = set(Incident.objects.values_list("pk", flat=True))
    _play(live.Calls(random.Random(4), 600.0, clock), clock, 240)
    new = Incident.objects.exclude(pk__in=before)

    assert new.count() >= 8
    assert Entry.objects.filter(incident__in=new, kind="words").count() >= new.count()
    assert ThriveVersion.objects.filter(incident__in=new).exists()
    assert GradePeriod.objects.filter(incident__in=new).exists()
    arrived = new.filter(opened_by=None)
    assert set(new.exclude(opened_by=None).values_list("opened_by__role", flat=True)) == {"call_handler"}
    assert arrived.exists()
    assert set(arrived.values_list("channel", flat=True)) <= set(RECEIVED)
    assert AuditEvent.objects.filter(verb="entry.add").exists()
    assert check(database_now(connection)).incidents > 120, "the record holds together afterwards"


@pytest.mark.long
def test_a_full_board_empties_and_an_empty_one_fills(
    small_force: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = live.Calls(random.Random(8), 300.0, clock)
    monkeypatch.setattr(live, "STEADY", 5)
    _play(calls, clock, 360)
    crowded = Incident.objects.open().count()
    monkeypatch.setattr(live, "STEADY", 60)
    _play(calls, clock, 540)

    assert crowded < 14
    assert Incident.objects.open().count() > crowded


@pytest.mark.long
def test_a_busy_night_has_bursts_callers_who_ring_again_and_a_change_of_shifts(
    small_force: datetime, clock: Clock
) -> None:
    before = set(Incident.objects.values_list("pk", flat=True))
    _play(live.Calls(random.Random(5), 300.0, clock, busy=True), clock, 120)
    new = Incident.objects.exclude(pk__in=before)
    places = Counter(new.exclude(location=None).values_list("location__text", flat=True))
    assert max(places.values()) > 1, "the same place rings again"
    for incident in new.exclude(opened_by=None):
        duties = Duty.objects.filter(staff=incident.opened_by, began_at__lte=incident.opened_at)
        assert duties.exclude(ended_at__lt=incident.opened_at).exists(), "only those on duty take calls"
    assert HandOff.objects.filter(at_shift_end=True).exists(), "who went home handed over what they held"
    assert Duty.objects.filter(ended_by="handover").exists()


def test_a_refused_step_is_passed_over(small_force: datetime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Refused("Not now.")

    monkeypatch.setattr(live, "enter", refuse)
    _play(live.Calls(random.Random(4), 600.0, clock), clock, 60)

    assert clock.seconds >= 60


def test_a_lost_database_is_waited_for_and_the_calls_go_on(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    stop, turns = threading.Event(), []

    def turn(_: live.Calls) -> float:
        turns.append(1)
        if len(turns) < 3:
            raise OperationalError("the server went away")
        stop.set()
        return 0.0

    monkeypatch.setattr(live.Calls, "turn", turn)
    monkeypatch.setattr(live.connection, "close", lambda: None)
    monkeypatch.setattr(live, "AFTER_FAULT", 0.0)
    live.run(stop)

    assert len(turns) == 3
