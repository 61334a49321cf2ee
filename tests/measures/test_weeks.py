"""What was told of a week stays told: points are taken once, kept for good, and shown with when they were taken."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnlyError
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.measures import actions as taking
from goldthread.measures import queries
from goldthread.measures.actions import take_points
from goldthread.measures.models import StoredPoint
from goldthread.measures.registry import Measure, measures
from goldthread.measures.tasks import take
from goldthread.measures.weeks import ended
from tests.cast import Cast, opened
from tests.parts import some
from tests.quality.scenes import lead

Browser = Callable[[Staff | None], Client]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[Measure]:
    """A few measures, of which points are taken instead of all."""
    found = [one for one in measures() if one.code in {"children-asked", "first-thrive-in-time", "read-in-full"}]
    monkeypatch.setattr(taking, "measures", lambda: found)
    return found


@pytest.fixture
def told(cast: Cast, few: list[Measure]) -> Cast:
    """Twelve incidents, none with the children question answered, opened before the last week ended; its points taken."""
    for _ in range(12):
        opened(cast.handler)
    Incident.objects.update(opened_at=ended(database_now(connection), 1)[0] - timedelta(hours=1))
    take_points(database_now(connection))
    return cast


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 11, 26, 12, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=LONDON)),
        (datetime(2026, 11, 23, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=LONDON)),
        (datetime(2026, 11, 22, 23, 59, tzinfo=UTC), datetime(2026, 11, 16, tzinfo=LONDON)),
        (datetime(2026, 6, 14, 23, 30, tzinfo=UTC), datetime(2026, 6, 15, tzinfo=LONDON)),  # Monday already, in summer
    ],
)
def test_a_week_ends_on_monday_midnight_where_people_live(now: datetime, last: datetime) -> None:
    weeks = ended(now, 13)
    assert weeks[-1] == last
    assert len(weeks) == 13
    assert all(one.astimezone(LONDON).weekday() == 0 and one.astimezone(LONDON).hour == 0 for one in weeks)
    assert weeks == sorted(weeks)


def test_each_measure_gets_a_point_for_each_week_once(cast: Cast) -> None:
    now = database_now(connection)
    assert take_points(now) == 13 * len(measures())
    assert take_points(now) == 0
    assert take_points(now + timedelta(weeks=1)) == len(measures())


def test_a_week_told_stays_told(told: Cast) -> None:
    before = list(StoredPoint.objects.filter(code="children-asked").values_list("until", "met", "of"))
    assert before[-1][1:] == (0, 12)
    Incident.objects.update(opened_at=database_now(connection) - timedelta(weeks=30))
    take_points(database_now(connection))
    assert list(StoredPoint.objects.filter(code="children-asked").values_list("until", "met", "of")) == before


def test_nothing_changes_or_removes_a_point(told: Cast) -> None:
    one = StoredPoint.objects.all()[0]
    for change in (lambda: one.save(), lambda: one.delete(), lambda: StoredPoint.objects.update(met=0)):
        with pytest.raises(AppendOnlyError):
            change()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE measures_storedpoint SET met = 0")


@pytest.mark.long
def test_a_measure_that_fails_gets_no_point_and_the_others_theirs(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = measures()[0]

    def cases(*_: object) -> tuple[object, object]:
        broken = Incident.objects.extra(where=["no_such_column = 1"])
        return broken, broken

    now = database_now(connection)
    with monkeypatch.context() as broken:
        broken.setitem(failing.__dict__, "cases", cases)
        assert take_points(now) == 13 * (len(measures()) - 1)
    assert not StoredPoint.objects.filter(code=failing.code).exists()
    assert take_points(now) == 13


def test_two_that_take_at_once_take_each_point_once(committing: object, few: list[Measure]) -> None:
    now = database_now(connection)

    def one() -> None:
        try:
            take_points(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        for done in [both.submit(one), both.submit(one)]:
            done.result()
    assert StoredPoint.objects.count() == 13 * len(few)


def test_the_hours_job_takes_them(cast: Cast, few: list[Measure]) -> None:
    take(timestamp=0)
    assert StoredPoint.objects.count() == 13 * len(few)


def test_a_page_shows_the_weeks_the_definition_and_the_query(told: Cast, browser: Browser) -> None:
    page = browser(told.supervisor).get("/measures/weeks/children-asked/").text
    assert page.count("<circle") == 1  # the other weeks have no case
    assert "0 of 12" in page
    assert "SELECT" in page
    assert "/measures/children-asked/" in page
    assert "late: what was done since" in page  # all but the last week, at least
    assert "no week" not in page


@pytest.mark.parametrize("measure", some(measures(), 6), ids=lambda one: one.code)
def test_every_measure_has_its_page_and_its_query(cast: Cast, browser: Browser, measure: Measure) -> None:
    assert browser(cast.silver).get(f"/measures/weeks/{measure.code}/").text.count("SELECT") >= 2


def test_before_the_first_week_the_page_says_so(cast: Cast, browser: Browser) -> None:
    assert "No week has been kept yet." in browser(cast.supervisor).get("/measures/weeks/children-asked/").text
    assert "none kept yet" in browser(cast.supervisor).get("/measures/").text


def test_a_week_of_few_is_told_inside_and_not_to_the_commissioners_office(cast: Cast, browser: Browser) -> None:
    now = database_now(connection)
    week = ended(now, 2)
    for until, met, of in ((week[0], 3, 40), (week[1], 20, 40)):
        StoredPoint(code="children-asked", since=until - timedelta(days=28), until=until, met=met, of=of).save()
    outside = browser(cast.pcc).get("/measures/weeks/children-asked/")
    assert outside.status_code == 403
    assert "of 40" not in outside.text
    inside = browser(lead(cast)).get("/measures/weeks/children-asked/").text
    assert "3 of 40" in inside
    assert "7.5 %" in inside
    assert "The cases behind it" not in inside


def test_a_point_of_a_measure_that_is_gone_spoils_nothing(told: Cast, browser: Browser) -> None:
    until = ended(database_now(connection), 1)[0]
    StoredPoint(code="gone", since=until - timedelta(days=28), until=until, met=1, of=2).save()
    assert browser(told.supervisor).get("/measures/").status_code == 200
    assert "gone" not in queries.weeks()


def test_who_may_see_no_measure_sees_no_week(cast: Cast, browser: Browser) -> None:
    assert browser(cast.officer).get("/measures/weeks/children-asked/").status_code == 403
    assert browser(cast.supervisor).get("/measures/weeks/no-such/").status_code == 404


def test_a_week_keeps_how_long_it_took(told: Cast, browser: Browser) -> None:
    kept = StoredPoint.objects.filter(code="first-thrive-in-time").latest("until")
    assert kept.timed == kept.of == 12
    assert kept.median == kept.p90 == timedelta(hours=1), "until the week's end, and not until now"
    page = browser(told.silver).get("/measures/weeks/first-thrive-in-time/").text
    assert page.count('<td class="board__num">1 h</td>') == 2
    assert StoredPoint.objects.filter(code="children-asked").latest("until").timed is None


def test_a_week_kept_before_its_measure_told_a_time_says_so(cast: Cast, browser: Browser) -> None:
    until = ended(database_now(connection), 1)[0]
    StoredPoint(code="first-thrive-in-time", since=until - timedelta(days=28), until=until, met=20, of=40).save()
    page = browser(cast.silver).get("/measures/weeks/first-thrive-in-time/").text
    assert "20 of 40" in page
    assert "not kept" in page


@pytest.mark.parametrize(
    ("timed", "median", "p90"),
    [(3, None, None), (0, 1, 1), (None, 1, 1), (41, 1, 1), (5, 2, 1)],
)
def test_the_database_refuses_times_that_are_of_no_case(
    cast: Cast, timed: int | None, median: int | None, p90: int | None
) -> None:
    until = ended(database_now(connection), 1)[0]
    lengths = [one and timedelta(minutes=one) for one in (median, p90)]
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredPoint(
            code="x", since=until, until=until, met=0, of=40, timed=timed, median=lengths[0], p90=lengths[1]
        ).save()
