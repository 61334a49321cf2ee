"""Clocks that run by a school's terms, planned anew when the terms are corrected: what was told stays told, and is not told twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.partner_actions import Put, put_terms
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.referral_models import Referral
from tests.cast import Cast, make_cast
from tests.conftest import Database
from tests.response.test_alarms import later
from tests.safeguarding.referrals import partner, referred, with_children
from tests.supervision.test_pages import Browser, text

NAME = "Larch Primary School"
FRIDAY = datetime(2040, 9, 21, 21, tzinfo=UTC)
"""In the first half of the autumn term, and ahead of any clock that these tests run by: time is only ever moved on."""
YEAR = [
    ("2040-09-03", "2040-10-19"),
    ("2040-10-29", "2040-12-21"),
    ("2041-01-07", "2041-03-22"),
    ("2041-04-15", "2041-07-19"),
]
MONDAY = ("2040-09-24", "2040-09-24")


def put(*rows: Sequence[str]) -> Put:
    names = ("school", "what", "first", "last")
    return put_terms((line, dict(zip(names, (NAME, *row), strict=True))) for line, row in enumerate(rows, 2))


@pytest.fixture
def school(db: None) -> PartnerContact:
    return with_terms()


def with_terms() -> PartnerContact:
    """A school on that Friday."""
    move_to(FRIDAY)
    made = partner("school", NAME)
    assert not put(*(("term", *one) for one in YEAR)).wrong
    return made


@pytest.fixture
def referral(school: PartnerContact, cast: Cast) -> Referral:
    return referred(cast.vast, with_children(cast, "Orla Fenwick"), school)


@pytest.fixture
def clock(referral: Referral) -> Clock:
    made = Clock.objects.get(about="referral", about_id=str(referral.pk))
    assert made.due_at == on(24)
    return made


def on(day: int, hour: int = 7, minute: int = 45) -> datetime:
    """A time of that September; lessons begin at 07:45 UTC."""
    return datetime(2040, 9, day, hour, minute, tzinfo=UTC)


def move_to(at: datetime) -> None:
    later(at - database_now(connection))


def lines(incident: Incident) -> list[str]:
    found = incident.entries.filter(code__in=["clock.told", "clock.planned"]).order_by("seq")
    return [one.data.get("kind", "planned") for one in found]


def test_a_clock_moves_with_the_terms_and_its_incident_says_so(
    cast: Cast, browser: Browser, referral: Referral, clock: Clock
) -> None:
    told = put(("staff day", *MONDAY))
    assert (told.new, told.moved) == (1, 1)
    clock.refresh_from_db()
    assert clock.due_at == clock.next_at == on(25)
    assert lines(referral.incident) == ["planned"]
    page = text(browser(cast.handler).get(f"/incidents/{referral.incident_id}/"))
    assert "school terms corrected, time runs out at 25 Sep 2040 08:45" in page
    event = AuditEvent.objects.get(verb="clock.plan")
    assert event.duty == "alteration"
    assert str(referral.incident_id) in event.subjects
    move_to(on(24, 8))
    assert watch() == 0, "nothing at the time that no longer holds"
    move_to(on(25, 8))
    assert watch() == 2
    assert lines(referral.incident) == ["planned", "due", "ladder"]


def test_what_was_told_is_kept_and_not_told_again(
    cast: Cast, browser: Browser, referral: Referral, clock: Clock
) -> None:
    move_to(on(24, 8))
    assert watch() == 2
    before = list(ClockStep.objects.filter(clock=clock).order_by("number").values_list("kind", "to", "at"))
    assert put(("staff day", *MONDAY)).moved == 1
    clock.refresh_from_db()
    assert (clock.due_at, clock.next_at) == (on(25), None)
    page = text(browser(cast.vast).get("/safeguarding/clocks"))
    assert "Planned anew" in page
    assert browser(cast.vast).get("/safeguarding/clocks/count").json() == {"count": 1, "over": 0}
    move_to(on(25, 8))
    assert watch() == 0
    assert list(ClockStep.objects.filter(clock=clock).order_by("number").values_list("kind", "to", "at")) == before
    assert browser(cast.vast).get("/safeguarding/clocks/count").json() == {"count": 1, "over": 1}
    assert "Planned anew" not in text(browser(cast.vast).get("/safeguarding/clocks"))


def test_where_a_lesson_came_sooner_than_was_thought_it_is_told_at_the_next_look(
    referral: Referral, clock: Clock
) -> None:
    put(("staff day", *MONDAY))
    move_to(on(24, 9))
    assert watch() == 0
    assert put(("no staff day", *MONDAY)).moved == 1
    assert watch() == 2
    assert lines(referral.incident) == ["planned", "planned", "due", "ladder"]


def test_nothing_is_written_where_nothing_moves_and_what_was_broken_off_is_done_by_running_it_again(
    referral: Referral, clock: Clock
) -> None:
    assert put(*(("term", *one) for one in YEAR)).moved == 0
    assert lines(referral.incident) == []
    Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at - timedelta(days=1))
    told = put(("term", *YEAR[0]))
    assert (told.new, told.changed, told.moved) == (0, 0, 1)
    clock.refresh_from_db()
    assert clock.due_at == on(24)


def test_a_clock_that_ended_and_one_of_another_school_stay_as_they_are(
    cast: Cast, referral: Referral, clock: Clock
) -> None:
    other = referred(cast.vast, referral.incident, partner("school", "Oak School"))
    ends = dict(Clock.objects.filter(about_id=str(other.pk)).values_list("rule", "due_at"))
    Clock.objects.filter(pk=clock.pk).update(stopped_at=FRIDAY, because="seen", next_at=None)
    assert put(("staff day", *MONDAY)).moved == 0
    clock.refresh_from_db()
    assert clock.due_at == on(24)
    assert dict(Clock.objects.filter(about_id=str(other.pk)).values_list("rule", "due_at")) == ends


def test_terms_corrected_while_a_referral_is_being_sent_wait_for_its_clock(committing: Database) -> None:
    school = with_terms()
    cast = make_cast()
    incident = with_children(cast, "Orla Fenwick")

    def correct() -> Put:
        try:
            return put(("staff day", *MONDAY))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            referral = referred(cast.vast, incident, school)
            told = other.submit(correct)
            for _ in range(500):
                if waits() or told.done():
                    break
                time.sleep(0.01)
        assert told.result(30).moved == 1
    assert Clock.objects.get(about="referral", about_id=str(referral.pk)).due_at == on(25)


def waits() -> bool:
    """Whether another connection waits for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
