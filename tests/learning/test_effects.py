"""What a cohort changed: those trained against those not yet, as groups of five or more, and *cannot be told yet* where it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from goldthread.clocks.db import database_now
from goldthread.learning import effects as module
from goldthread.learning import queries, register_actions
from goldthread.learning.effect_actions import take_effects
from goldthread.learning.effects import CohortEffect, Outcome
from goldthread.learning.models import Cohort, CohortPoint
from goldthread.learning.rules import Was
from goldthread.learning.tasks import take
from goldthread.learning.views import today
from goldthread.measures import registry
from tests.at_once import both, meet
from tests.cast import Cast, make_cast
from tests.conftest import Database
from tests.learning.scenes import COURSE, handlers, held, incident_of, scored, told, trainer
from tests.quality.scenes import lead
from tests.response.test_alarms import later

BEGAN = 40
"""Days ago on which the cohort of these scenes was held."""


def scene(cast: Cast, gain: float, *, people: int = 20, after: bool = True) -> Cohort:
    """People of two teams, every second of each trained; records before, and after, in which those trained do better by ``gain``."""
    every = handlers(people)
    trained = [one for place, one in enumerate(every) if place // 2 % 2]
    made = held(cast, trained, days=-BEGAN)
    base = dict.fromkeys((one.pk for one in every), 0.4)
    scored(cast, every, today() - timedelta(days=BEGAN + 20), base, seed=3)
    if after:
        gained = {pk: 0.4 + (gain if pk in {one.pk for one in trained} else 0) for pk in base}
        scored(cast, every, today() - timedelta(days=BEGAN - 20), gained, seed=4)
    told()
    return made


def outcome(found: list[CohortEffect], code: str) -> Outcome:
    return next(one for each in found for one in each.outcomes if one.code == code)


def test_a_planted_gain_is_told_with_limits_n_and_groups(cast: Cast) -> None:
    made = scene(cast, 0.55)
    (found,) = told()
    assert (found.cohort, found.trained) == (made, 10)
    assert found.before[1] == made.starts - timedelta(days=1)
    good = outcome([found], "quality.good")
    assert good.effect is not None
    assert good.verdict == "better"
    assert good.effect.low < 0.55 < good.effect.high
    assert good.effect.n == 160
    assert [one.people for one in (*good.effect.trained, *good.effect.untrained)] == [10] * 4
    assert outcome(told(), "quality.good") == good, "the same seed tells the same"


def test_what_is_not_there_yet_cannot_be_told_and_says_why(cast: Cast) -> None:
    scene(cast, 0.5, after=False)
    good = outcome(told(), "quality.good")
    assert (good.effect, good.verdict) == (None, "not_yet")
    assert good.why == "one of the groups has only 0 records after it, and it takes 15"


def test_a_group_of_fewer_than_five_is_never_told(cast: Cast) -> None:
    every = handlers(12)
    held(cast, every[:4], days=-BEGAN)
    base = dict.fromkeys((one.pk for one in every), 0.5)
    for day in (BEGAN + 20, BEGAN - 20):
        scored(cast, every, today() - timedelta(days=day), base)
    good = outcome(told(), "quality.good")
    assert good.effect is None
    assert good.why.startswith("only 4 of those who were trained")


def test_who_held_it_before_or_was_trained_meanwhile_is_in_neither_group(cast: Cast) -> None:
    made = scene(cast, 0.5)
    every = handlers_of(made)
    held(cast, every[:2], days=-BEGAN - 60)
    others = [one for one in every if one not in [each.staff for each in queries.attendance(made)]]
    held(cast, others[2:4], days=-BEGAN + 10)
    trained, blocks = module._pool(made, module.rules.courses_on(made.starts), today())
    assert not {one.pk for one in every[:2]} & (trained | set(blocks))
    assert not {one.pk for one in others[2:4]} & set(blocks)
    assert len(trained) < 10 or every[0].pk not in trained
    assert cast.handler.pk in blocks, "of the same role, and not trained yet"
    assert cast.officer.pk not in blocks


def handlers_of(made: Cohort) -> list:  # type: ignore[type-arg]
    from goldthread.accounts.models import Staff

    assert made.course == COURSE
    return list(Staff.objects.filter(username__startswith="learns-").order_by("pk"))


def test_recognition_is_told_from_a_measure_by_who_opened_the_incident(cast: Cast) -> None:
    every = handlers(20)
    trained = {one.pk for place, one in enumerate(every) if place // 2 % 2}
    made = held(cast, [one for one in every if one.pk in trained], days=-BEGAN)
    now = made.at
    for one in every:
        for day, after in ((BEGAN + 20, False), (BEGAN - 20, True)):
            for place in range(4):
                incident = incident_of(one, now - timedelta(days=day))
                if place < (1 if after and one.pk in trained else 3):
                    incident.children_answer = "not_asked"
                    incident.save()
    asked = outcome(told(), "children-asked")
    assert asked.effect is not None
    assert asked.effect.difference == pytest.approx(0.5)
    assert (asked.verdict, asked.effect.n) == ("better", 160)


def test_where_all_of_a_group_met_something_it_is_told_no_closer(cast: Cast) -> None:
    scene(cast, 0.55)
    critical = outcome(told(), "quality.no_critical")
    assert critical.effect is not None
    assert critical.effect.difference == 0
    assert {one.share for one in (*critical.effect.trained, *critical.effect.untrained)} == {0.95}


def test_a_measure_whose_query_fails_is_not_known_takes_nothing_with_it_and_is_tried_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def fails(*_: object) -> object:
        raise DatabaseError

    whole = registry.measure("children-asked")
    with monkeypatch.context() as failing:
        failing.setitem(registry._measures, "children-asked", registry.Measure(**{**vars(whole), "cases": fails}))
        scene(cast, 0.5)
        found = told()
        assert outcome(found, "children-asked").why == "the measure's query failed"
        assert outcome(found, "quality.good").effect is not None
        assert CohortPoint.objects.count() == 1, "a query that fails again says so once"
    assert outcome(told(), "children-asked").effect is not None


def test_an_effect_stands_for_the_day_and_is_reckoned_anew_each_night_until_its_records_are_settled(cast: Cast) -> None:
    made = scene(cast, 0.55)
    (kept,) = queries.effects()
    every = handlers_of(made)
    worse = dict.fromkeys((one.pk for one in every), 0.0)
    scored(cast, every, today() - timedelta(days=BEGAN - 21), worse, each=20)
    with CaptureQueriesContext(connection) as asked:
        assert told() == [kept]
    assert not [one for one in asked if "quality_" in one["sql"]], "nothing is reckoned, nor is a record read"
    later(timedelta(days=1))
    (anew,) = told()
    assert anew.at > kept.at
    assert outcome([anew], "quality.good") != outcome([kept], "quality.good")
    assert CohortPoint.objects.count() == 2, "what was told stays"
    later(timedelta(days=200))
    told()
    later(timedelta(days=1))
    (last,) = told()
    assert CohortPoint.objects.count() == 3, "once more when all is there, and then it stands"
    assert last.after[1] == made.ends + timedelta(days=90)


def test_a_register_put_right_is_counted_by_the_hours_job_and_another_courses_is_not(cast: Cast) -> None:
    made = scene(cast, 0.55)
    (kept,) = queries.effects()
    one = queries.attendance(made)[0].staff
    held(cast, [cast.officer], course="child-seen-heard")
    assert [each.at for each in told() if each.cohort == made] == [kept.at]
    register_actions.register(trainer(cast), made.pk, rows=[Was(one.username, attended=False)])
    assert [each.trained for each in told() if each.cohort == made] == [9]


def test_until_the_hours_job_has_run_a_cohort_waits_and_is_not_told_as_without_effect(cast: Cast) -> None:
    held(cast, handlers(6))
    assert queries.effects() == []
    assert queries.unreckoned() == 1
    take(0)
    assert [each.trained for each in queries.effects()] == [6]
    assert queries.unreckoned() == 0


def test_two_jobs_at_once_keep_each_effect_once(committing: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    held(make_cast(), handlers(6))
    with monkeypatch.context() as met:
        meet(met, module, "held")
        assert sorted(both(*[lambda: take_effects(database_now(connection))] * 2)) == [0, 1]
    assert CohortPoint.objects.count() == 1


def test_a_cohort_without_a_register_or_called_off_has_no_effect(cast: Cast) -> None:
    assert told() == []
    assert trainer(cast).can("learning.see")
    assert lead(cast).can("learning.see")
