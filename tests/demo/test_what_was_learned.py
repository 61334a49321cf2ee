"""Cohorts of the demo's year: registers of the planted ones, their effects as the page tells them, and a theme that became a need."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.demo.learning_rows import learn
from goldthread.demo.rounds import cohorts, score_the_year
from goldthread.demo.seed import seed
from goldthread.learning import queries
from goldthread.learning.models import Attendance, Cohort
from goldthread.learning.views import today
from goldthread.quality import theme_queries, uses


@pytest.fixture(scope="module")
def learned(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[int]:
    """A year of incidents, scored, and what was learned in it; undone after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        now = database_now(connection)
        seed(now, count=1_000, open_count=14)
        score_the_year(random.Random(5), now, "small")
        yield learn(random.Random(6), now)
        transaction.set_rollback(True)


@pytest.fixture
def registered(learned: int, db: None) -> int:
    return learned


def test_the_planted_cohorts_have_their_members_and_registers(registered: int) -> None:
    planted = {(one.place, one.on): one.members for one in cohorts(database_now(connection))}
    assert len(planted) == 2
    for (place, on), members in planted.items():
        cohort = Cohort.objects.get(place=place, starts=on)
        assert {one.staff_id for one in queries.attendance(cohort) if one.attended} == members
        assert len(queries.room(cohort).placed) == len(members)
    assert registered == Attendance.objects.count()


def test_the_page_of_effects_tells_each_planted_cohort_from_five_people_a_group(registered: int) -> None:
    found = {(one.cohort.place, one.cohort.starts): one for one in queries.effects()}
    for planted in cohorts(database_now(connection)):
        told = found[planted.place, planted.on]
        good = told.outcomes[0]
        assert (good.code, good.effect is not None) == ("quality.good", True), good.why
        assert good.effect is not None
        assert min(one.people for one in (*good.effect.trained, *good.effect.untrained)) >= 5


def test_a_theme_became_a_need_with_a_cohort_that_is_more_than_full(registered: int) -> None:
    (theme,) = theme_queries.themes()
    (need,) = queries.needs()
    assert need.need.theme == theme
    assert [one.address for one in uses.came_of(theme.pk)] == [f"/learning/needs/#need-{need.need.pk}"]
    (room,) = queries.coming(today())
    assert (len(room.placed), len(room.waiting)) == (6, 2)
    trainer = Staff.objects.get(role="trainer")
    states = {one.state for one in queries.due(trainer, today())}
    assert {"never", "expired", "soon", "held"} <= states
