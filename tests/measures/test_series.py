"""A figure's history in one shape: a measure's weeks and quality's rounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from goldthread.clocks.db import database_now
from goldthread.measures import series
from goldthread.measures.models import StoredPoint
from goldthread.measures.registry import measures
from goldthread.measures.weeks import ended
from goldthread.quality.rates import of_round
from tests.cast import Cast
from tests.quality.rate_scenes import NO, YES, drawn


@pytest.fixture
def weeks(cast: Cast) -> list[StoredPoint]:
    """Three weeks of one measure: one told late, one of no case."""
    from django.db import connection

    first, second, third = ended(database_now(connection), 3)
    rows = [
        StoredPoint(code="children-asked", since=until - timedelta(days=28), until=until, met=met, of=of, taken_at=taken)
        for until, met, of, taken in [
            (third, 9, 12, third), (first, 3, 4, first + timedelta(days=3)), (second, 0, 0, second)
        ]
    ]  # fmt: skip
    for one in rows:
        one.save()
    return rows


def test_a_measures_weeks_are_its_series_the_oldest_first_and_nothing_to_divide_by_is_not_known(
    weeks: list[StoredPoint],
) -> None:
    values = series.one_series("children-asked").values()
    assert [(one.share, one.met, one.n, one.late) for one in values] == [
        (0.75, 3, 4, True), (None, 0, 0, False), (0.75, 9, 12, False)
    ]  # fmt: skip
    assert [one.until for one in values] == sorted(one.until for one in weeks)


def test_every_measure_has_a_series_and_no_two_have_the_same_code(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = [one.code for one in series.all_series()]
    assert codes[: len(measures())] == [one.code for one in measures()]
    assert set(Counter(codes).values()) == {1}
    same = [series.one_series(codes[0])]
    monkeypatch.setattr(series, "_sources", [lambda: same])
    with pytest.raises(ValueError, match=codes[0]):
        series.all_series()
    monkeypatch.setattr(series, "_sources", [])
    with pytest.raises(KeyError):
        series.one_series("no-such")


def test_a_finished_round_is_one_value_of_each_rate_as_its_page_tells_it(cast: Cast) -> None:
    assert not [one for one in series.all_series() if one.code.startswith("quality.")], "before there is a round"
    made = drawn(cast, {"child": (6, [YES] * 6), "rest": (94, [YES, YES, NO, NO, NO])})
    rows = {one.code: one.whole for one in of_round(made).rows}
    for code, rate in rows.items():
        (value,) = series.one_series(f"quality.{code}").values()
        assert rate is not None
        assert (value.share, value.low, value.high, value.n) == (rate.share, rate.low, rate.high, rate.n)
        assert value.met is None, "weighted: not a count of cases"


def test_a_round_under_way_has_no_value_yet(cast: Cast) -> None:
    drawn(cast, {"rest": (94, [YES] * 6)}, left=1)
    assert series.one_series("quality.good").values() == []


def test_what_rests_on_few_records_is_not_known_and_not_zero(cast: Cast) -> None:
    drawn(cast, {"rest": (94, [NO, NO, NO, NO])})
    (value,) = series.one_series("quality.good").values()
    assert (value.share, value.n) == (None, None)


def test_what_is_held_for_a_block_is_all_there_is_in_it_and_what_there_was_stands_again_after_it(
    weeks: list[StoredPoint],
) -> None:
    whole = series.all_series()
    asked = series.one_series("children-asked")
    early = replace(asked, values=lambda: asked.values()[:1])
    with series.holding([early]):
        assert series.all_series() == [early]
        assert len(series.one_series("children-asked").values()) == 1
        with pytest.raises(KeyError):
            series.one_series("assessed")
    assert [one.code for one in series.all_series()] == [one.code for one in whole]
