"""Clocks of safeguarding: each step told once, to whom it names, until what it waits for is done."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.clocks.school import Terms
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.models import Incident
from goldthread.safeguarding import clock_views
from goldthread.safeguarding.clock_actions import start, stop, watch
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.clock_queries import standing
from tests.cast import Cast, attended, closed, graded, opened, say
from tests.response.test_alarms import later
from tests.response.test_requests import without_child
from tests.supervision.test_pages import Browser, text


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = opened(cast.handler)
    say(cast.handler, made, "kids crying upstairs")
    graded(cast.handler, made)
    return made


def began(
    incident: Incident, rule: str = "police_protection", at: datetime | None = None, protection: int = 7
) -> Clock:
    with acting(None) as act:
        return start(act, rule, about=("protection", protection), incident=incident, began_at=at)


def told(clock: Clock) -> list[tuple[str, str]]:
    return list(ClockStep.objects.filter(clock=clock).order_by("number").values_list("kind", "to"))


def test_protection_warns_three_times_ends_at_72_hours_and_escalates(cast: Cast, incident: Incident) -> None:
    clock = began(incident)
    assert clock.due_at - clock.began_at == timedelta(hours=72)
    for hours, number in ((23, 0), (1, 1), (24, 2), (11, 2), (1, 3), (11, 3)):
        later(timedelta(hours=hours))
        watch()
        assert len(told(clock)) == number
    later(timedelta(hours=1))
    assert watch() == 2
    assert watch() == 0, "each step once"
    assert told(clock) == [*[("warn", "vast_officer")] * 3, ("due", "vast_officer"), ("ladder", "fim")]
    assert [one.pk for one in standing(cast.vast)] == [clock.pk] == [one.pk for one in standing(cast.fim)]
    clock.refresh_from_db()
    assert clock.stopped_at is None, "running out ends nothing"
    codes = incident.entries.filter(code="clock.told").values_list("data__kind", flat=True)
    assert sorted(codes) == ["due", "ladder", "warn", "warn", "warn"]


def test_whoever_reads_of_a_clock_reads_a_sentence(cast: Cast, browser: Browser, incident: Incident) -> None:
    began(incident, "strategy_discussion", datetime(2026, 1, 5, 10, tzinfo=UTC))
    watch()
    page = text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))
    assert "Strategy discussion began" in page
    assert "time ran out" in page
    assert "Strategy discussion: time has run out; VAST officer told" in page
    assert "Strategy discussion: time has run out and it still waits; Force Incident Manager told" in page


def test_what_is_done_stops_it_and_nobody_is_told(cast: Cast, incident: Incident) -> None:
    clock = began(incident)
    with acting(cast.vast) as act:
        assert stop(act, ("protection", 7), "released", by=cast.vast) == 1
        assert stop(act, ("protection", 7), "released") == 0
    later(timedelta(hours=80))
    assert watch() == 0
    assert told(clock) == []
    assert not standing(cast.vast).exists()


def test_it_runs_once_and_anew_after_it_stopped(incident: Incident) -> None:
    first = began(incident)
    assert began(incident) == first
    with acting(None) as act:
        stop(act, ("protection", 7), "released")
    assert began(incident) != first


def test_one_set_in_the_past_tells_at_once_what_lies_behind(incident: Incident) -> None:
    now = database_now(connection)
    clock = began(incident, at=now - timedelta(hours=50))
    assert watch() == 2
    assert told(clock) == [("warn", "vast_officer")] * 2
    with pytest.raises(Invalid, match="lies ahead"):
        began(incident, "vast_red", at=now + timedelta(minutes=5))


def test_school_is_told_before_the_next_lesson_also_where_no_terms_are_known(incident: Incident) -> None:
    friday = datetime(2026, 10, 23, 22, 50, tzinfo=UTC)
    half_term = Terms(((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))))
    with acting(None) as act:
        known = start(act, "encompass", about=("referral", 1), incident=incident, began_at=friday, terms=half_term)
        unknown = start(act, "encompass", about=("referral", 2), incident=incident, began_at=friday)
    assert known.due_at == datetime(2026, 11, 2, 8, 45, tzinfo=UTC)
    assert unknown.due_at == datetime(2026, 10, 26, 8, 45, tzinfo=UTC)
    assert (known.known, unknown.known) == (True, False)


def test_an_incident_stays_open_while_one_holds_it(cast: Cast, incident: Incident) -> None:
    attended(cast, incident)
    began(incident)
    with pytest.raises(Refused, match="Police protection"):
        closed(cast, incident)


@pytest.mark.parametrize(
    "who", ["vast", "fim", "supervisor", "far_supervisor", "handler", "stranger", "pcc", "officer"]
)
def test_only_those_it_tells_see_it_and_only_in_their_reach(
    cast: Cast, browser: Browser, incident: Incident, who: str
) -> None:
    began(incident, "vast_red")
    later(timedelta(minutes=95))
    watch()
    client: Client = browser(getattr(cast, who))
    page, number = client.get("/safeguarding/clocks"), client.get("/safeguarding/clocks/count")
    if who in {"handler", "stranger", "pcc", "officer"}:
        assert (page.status_code, number.status_code) == (403, 403)
        return
    sees = who in {"vast", "fim", "supervisor"}
    assert (incident.reference in text(page)) == sees
    assert number.json() == {"count": int(sees), "over": int(sees)}


def test_force_wide_roles_are_told_by_name_of_what_is_out_of_their_sight_and_led_nowhere(
    cast: Cast, browser: Browser
) -> None:
    none = without_child(cast)
    began(none, "vast_red")
    attended(cast, none)
    Clock.objects.update(holds=False)
    closed(cast, none)
    later(timedelta(minutes=95))
    watch()
    for person in (cast.vast, cast.fim):
        assert not Incident.objects.visible_to(person).filter(pk=none.pk).exists()
        page = browser(person).get("/safeguarding/clocks")
        assert "VAST triage, Red" in text(page)
        assert none.reference in text(page)
        assert f"/incidents/{none.pk}" not in page.content.decode()
    assert f"/incidents/{none.pk}" in browser(cast.supervisor).get("/safeguarding/clocks").content.decode()
    assert not standing(cast.far_supervisor).exists()


def test_a_long_list_comes_in_pages_the_longest_over_first(
    cast: Cast, browser: Browser, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock_views, "PAGE", 1)
    other = opened(cast.handler)
    say(cast.handler, other, "kids crying upstairs")
    began(incident, "vast_red")
    later(timedelta(minutes=5))
    began(other, "vast_red", protection=8)
    later(timedelta(minutes=95))
    watch()
    client = browser(cast.vast)
    first, second = (text(client.get(f"/safeguarding/clocks?page={number}")) for number in (1, 2))
    assert incident.reference in first
    assert other.reference not in first
    assert other.reference in second
    assert "Page 1 of 2" in first
    assert client.get("/safeguarding/clocks/count").json() == {"count": 2, "over": 2}


def test_a_running_clock_stands_on_the_incident(cast: Cast, browser: Browser, incident: Incident) -> None:
    began(incident)
    assert "Police protection began" in text(browser(cast.handler).get(f"/incidents/{incident.pk}/"))
