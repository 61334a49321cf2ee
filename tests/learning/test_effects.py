"""What a cohort changed: those trained against those not yet, as groups of five or more, and *cannot be told yet* where it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError

from goldthread.learning import effects as module
from goldthread.learning import queries
from goldthread.learning.effects import CohortEffect, Outcome
from goldthread.learning.models import Cohort
from goldthread.learning.views import today
from goldthread.measures import registry
from tests.cast import Cast
from tests.learning.scenes import COURSE, handlers, held, incident_of, scored, trainer
from tests.quality.scenes import lead

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
    return made


def outcome(found: list[CohortEffect], code: str) -> Outcome:
    return next(one for each in found for one in each.outcomes if one.code == code)


def test_a_planted_gain_is_told_with_limits_n_and_groups(cast: Cast) -> None:
    made = scene(cast, 0.55)
    (found,) = queries.effects()
    assert (found.cohort, found.trained) == (made, 10)
    assert found.before[1] == made.starts - timedelta(days=1)
    good = outcome([found], "quality.good")
    assert good.effect is not None
    assert good.verdict == "better"
    assert good.effect.low < 0.55 < good.effect.high
    assert good.effect.n == 160
    assert [one.people for one in (*good.effect.trained, *good.effect.untrained)] == [10] * 4
    assert outcome(queries.effects(), "quality.good") == good, "the same seed tells the same"


def test_what_is_not_there_yet_cannot_be_told_and_says_why(cast: Cast) -> None:
    scene(cast, 0.5, after=False)
    good = outcome(queries.effects(), "quality.good")
    assert (good.effect, good.verdict) == (None, "not_yet")
    assert good.why == "one of the groups has only 0 records after it, and it takes 15"


def test_a_group_of_fewer_than_five_is_never_told(cast: Cast) -> None:
    every = handlers(12)
    held(cast, every[:4], days=-BEGAN)
    base = dict.fromkeys((one.pk for one in every), 0.5)
    for day in (BEGAN + 20, BEGAN - 20):
        scored(cast, every, today() - timedelta(days=day), base)
    good = outcome(queries.effects(), "quality.good")
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
    asked = outcome(queries.effects(), "children-asked")
    assert asked.effect is not None
    assert asked.effect.difference == pytest.approx(0.5)
    assert (asked.verdict, asked.effect.n) == ("better", 160)


def test_a_measure_whose_query_fails_is_not_known_and_takes_nothing_with_it(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    scene(cast, 0.5)

    def fails(*_: object) -> object:
        raise DatabaseError

    whole = registry.measure("children-asked")
    monkeypatch.setitem(registry._measures, "children-asked", registry.Measure(**{**vars(whole), "cases": fails}))
    found = queries.effects()
    assert outcome(found, "children-asked").why == "the measure's query failed"
    assert outcome(found, "quality.good").effect is not None


def test_a_cohort_without_a_register_or_called_off_has_no_effect(cast: Cast) -> None:
    assert queries.effects() == []
    assert trainer(cast).can("learning.see")
    assert lead(cast).can("learning.see")
