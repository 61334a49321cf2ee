"""Alarms: each raised once, none missed, whoever finds it and whatever the clock does meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from goldthread.accounts import duty_actions
from goldthread.accounts.actions import deactivate
from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.contact.models import Entry, Incident
from goldthread.response import actions as response
from goldthread.response import alarm_actions, request_actions
from goldthread.response.models import Alarm, Clock
from tests.cast import Cast, attended, closed, graded, key, make_cast, opened, say, taken
from tests.conftest import Database
from tests.response.test_requests import WHY, with_child


def later(by: timedelta) -> None:
    """Move the clock of demo and test on."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE clock_offset SET shift = shift + %s", [by])


def raised(incident: Incident) -> list[str]:
    lines = Entry.objects.filter(incident=incident, code="alarm.raised").order_by("seq")
    return [one.data["kind"] for one in lines]


def test_a_clock_is_watched_from_its_start_to_its_end(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    watched = {(one.kind, one.due_at) for one in Alarm.objects.filter(incident=incident)}
    for clock in Clock.objects.filter(incident=incident):
        assert ("breach", clock.due_at) in watched
        assert ("near", clock.started_at + (clock.due_at - clock.started_at) * 0.8) in watched
    attended(cast, incident)
    of_clocks = Alarm.objects.filter(incident=incident, kind__in=("near", "breach"))
    assert not of_clocks.filter(ended_at=None).exists()


def test_what_falls_due_is_raised_once_with_a_line_on_the_timeline(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    assert alarm_actions.raise_due() == 0
    later(timedelta(minutes=13))
    assert alarm_actions.raise_due() == 1
    later(timedelta(minutes=50))
    assert alarm_actions.raise_due() == 4
    assert alarm_actions.raise_due() == 0
    assert sorted(raised(incident)) == ["breach", "breach", "near", "near", "timer"], "and a first THRIVE"


def test_the_clock_moved_by_an_hour_misses_and_doubles_nothing(cast: Cast) -> None:
    incidents = [opened(cast.handler) for _ in range(5)]
    for one in incidents:
        graded(cast.handler, one)
    later(timedelta(hours=1))
    assert alarm_actions.raise_due() == 25
    later(-timedelta(hours=1))
    assert alarm_actions.raise_due() == 0
    later(timedelta(hours=1))
    assert alarm_actions.raise_due() == 0
    assert [len(raised(one)) for one in incidents] == [5] * 5


def test_a_request_unanswered_goes_to_the_fim_after_a_quarter_of_an_hour(cast: Cast) -> None:
    on_duty(cast.supervisor)
    incident = with_child(cast, "scheduled")
    request = request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="resolution", **WHY)
    assert request is not None
    later(timedelta(minutes=14))
    assert alarm_actions.raise_due() == 0
    later(timedelta(minutes=2))
    assert alarm_actions.raise_due() == 2
    assert sorted(raised(incident)) == ["request", "timer"]
    request_actions.withdraw(cast.handler, request.pk, key=key())
    assert Alarm.objects.get(incident=incident, kind="request").ended_at is not None


def test_what_ended_before_is_not_raised(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    later(timedelta(days=1))
    assert alarm_actions.raise_due() == 0


def test_a_worker_that_dies_in_the_middle_has_raised_nothing(cast: Cast) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    later(timedelta(hours=2))

    def killed() -> None:
        with transaction.atomic():
            assert alarm_actions.raise_due() == 5
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert alarm_actions.raise_due() == 5
    assert len(raised(incident)) == 5


@pytest.mark.slow
def test_four_workers_and_people_at_work_raise_each_alarm_once(committing: Database) -> None:
    cast = make_cast()
    incidents = [opened(cast.handler) for _ in range(40)]
    for one in incidents:
        graded(cast.handler, one)
    later(timedelta(hours=2))
    counts: list[int] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            empty = 0
            while empty < 3:
                count = alarm_actions.raise_due(10)
                counts.append(count)
                empty = 0 if count else empty + 1
        except BaseException as error:  # noqa: BLE001 - whatever it was, the test tells it
            errors.append(error)
        finally:
            connection.close()

    def talk() -> None:
        try:
            for one in incidents:
                say(cast.handler, one, "Nothing new to say.")
                response.choose_grade(cast.handler, one.pk, key=key(), code="immediate")
        except BaseException as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for one in (work, work, work, work, talk)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    while alarm_actions.raise_due(10):
        pass
    assert errors == []
    told = Entry.objects.filter(code="alarm.raised").values_list("incident", "data__kind", "data__source")
    assert len(told) == len(set(told))
    due = Alarm.objects.filter(due_at__lte=database_now(connection), ended_at=None)
    assert not due.filter(raised_at=None).exists()
    assert {(one.incident_id, one.kind, one.source) for one in Alarm.objects.exclude(raised_at=None)} == set(told)


def on_duty(*staff: Staff) -> None:
    with acting(None) as act:
        for one in staff:
            duty_actions.begin(one, act)


def off_duty(*staff: Staff) -> None:
    with acting(None) as act:
        for one in staff:
            duty_actions.end(one, act, "handover")


def orphaned(incident: Incident) -> bool:
    alarm_actions.find_orphans()
    return Alarm.objects.filter(incident=incident, kind="orphan", ended_at=None).exists()


def test_an_incident_whose_owner_went_home_is_an_orphan_until_somebody_has_it(cast: Cast) -> None:
    on_duty(cast.handler, cast.teammate)
    incident = opened(cast.handler)
    assert not orphaned(incident)
    off_duty(cast.handler)
    assert orphaned(incident)
    assert alarm_actions.find_orphans() == 0, "told once"
    assert alarm_actions.raise_due() == 1
    taken(cast.teammate, incident)
    assert not orphaned(incident)
    off_duty(cast.teammate)
    assert orphaned(incident), "and again when it is unowned again"


def test_an_unstaffed_desk_owns_nothing(cast: Cast) -> None:
    on_duty(cast.handler)
    incident = opened(cast.handler)
    Incident.objects.filter(pk=incident.pk).update(owner=None, owner_team=cast.dispatcher.team)
    assert orphaned(incident)
    on_duty(cast.dispatcher)
    assert not orphaned(incident)


def test_an_owner_whose_access_ended_leaves_an_orphan(cast: Cast) -> None:
    on_duty(cast.handler)
    incident = opened(cast.handler)
    deactivate(cast.handler.username)
    assert orphaned(incident)


def test_somebody_who_may_hold_nothing_owns_nothing_and_staffs_no_desk(cast: Cast) -> None:
    on_duty(cast.handler)
    incident = opened(cast.handler)
    assert not orphaned(incident)
    Staff.objects.filter(pk=cast.handler.pk).update(role="pcc")
    assert orphaned(incident), "their role was taken from them a minute ago"
    on_duty(cast.auditor)
    Incident.objects.filter(pk=incident.pk).update(owner=None, owner_team=cast.auditor.team)
    assert orphaned(incident), "an auditor who sits at the desk answers nobody"
    on_duty(cast.fim)
    Incident.objects.filter(pk=incident.pk).update(owner=None, owner_team=cast.fim.team)
    assert not orphaned(incident)


def test_a_duty_that_was_forgotten_staffs_nothing(cast: Cast) -> None:
    on_duty(cast.handler)
    incident = opened(cast.handler)
    later(timedelta(hours=17))
    duty_actions.forget(database_now(connection))
    assert orphaned(incident)


def test_a_closed_incident_is_no_orphan(cast: Cast) -> None:
    incident = opened(cast.handler)
    assert orphaned(incident)
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    assert not orphaned(incident)
