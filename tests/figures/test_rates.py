"""Weighted rates: weights undo the draw's, the interval holds the truth as often as it says, and what was not looked at is not spoken of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.quality_figures import scenes

from goldthread.figures.rates import Stratum, limits, weighted


def test_a_stratum_counts_by_its_size_and_not_by_how_many_were_drawn() -> None:
    found = weighted([Stratum(900, 10, 10, 5), Stratum(100, 10, 10, 10)])
    assert found is not None
    assert found.share == pytest.approx(0.55)
    assert (found.n, found.covered) == (20, 1.0)


def test_one_stratum_of_many_is_the_plain_interval_and_a_small_population_narrows_it() -> None:
    endless, small = (weighted([Stratum(size, 40, 40, 30)]) for size in (10**9, 50))
    assert endless is not None
    assert small is not None
    assert (endless.low, endless.high) == pytest.approx(limits(0.75, 40), abs=1e-6)
    assert endless.low < small.low < 0.75 < small.high < endless.high


def test_where_everything_was_looked_at_nothing_is_left_uncertain() -> None:
    found = weighted([Stratum(4, 4, 4, 3), Stratum(1, 1, 1, 0), Stratum(0, 0, 0, 0)])
    assert found is not None
    assert (found.low, found.share, found.high) == pytest.approx((0.6, 0.6, 0.6))


def test_a_stratum_with_one_record_or_none_looked_at_is_handled_and_said() -> None:
    found = weighted([Stratum(60, 0, 0, 0), Stratum(1, 1, 1, 1), Stratum(139, 1, 1, 0)])
    assert found is not None
    assert found.covered == pytest.approx(0.7)
    assert found.share == pytest.approx(1 / 140)
    assert found.high > 0.7, "one record of 139 tells next to nothing"


def test_where_it_applies_to_nothing_there_is_no_rate() -> None:
    assert weighted([]) is None
    assert weighted([Stratum(10, 3, 0, 0), Stratum(5, 0, 0, 0)]) is None


def test_records_to_which_it_does_not_apply_count_in_no_share_and_add_doubt() -> None:
    some = [Stratum(500, 20, 10, 8), Stratum(500, 20, 10, 2)]
    every = [Stratum(500, 10, 10, 8), Stratum(500, 10, 10, 2)]
    found, sure = weighted(some), weighted(every)
    assert found is not None
    assert sure is not None
    assert found.share == pytest.approx(0.5)
    assert found.high - found.low > sure.high - sure.low


@pytest.mark.parametrize("counts", [(5, 6, 3, 1), (9, 5, 6, 1), (9, 5, 3, 4), (9, 5, 3, -1)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Stratum(*counts)


@st.composite
def strata(draw: st.DrawFn) -> Stratum:
    size = draw(st.integers(0, 5000))
    looked_at = draw(st.integers(0, min(size, 60)))
    applies = draw(st.integers(0, looked_at))
    return Stratum(size, looked_at, applies, draw(st.integers(0, applies)))


@given(st.lists(strata(), max_size=8))
def test_the_limits_enclose_the_share_and_the_opposite_is_its_mirror(given: list[Stratum]) -> None:
    found = weighted(given)
    other = weighted([Stratum(one.population, one.looked_at, one.applies, one.applies - one.met) for one in given])
    assert (found is None) == (other is None) == (not any(one.applies for one in given))
    if found is not None and other is not None:
        assert 0 <= found.low <= found.share <= found.high <= 1
        assert found.share == pytest.approx(1 - other.share)
        assert found.low == pytest.approx(1 - other.high, abs=0.02)


NAMES = [
    "a large month, 235 in all, shares apart about 70%, applies to 100%",
    "a large month, 235 in all, shares apart about 70%, applies to 60%",
    "strata alike, 40 in all, shares apart about 85%, applies to 100%",
    "a large month, 40 in all, shares alike about 99%, applies to 100%",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_limits_hold_the_truth_as_often_as_they_say(name: str) -> None:
    """A part of ``tools/quality_figures.py``; 1,500 draws know a coverage of 95 % to within two points at four standard errors."""
    scene = next(one for one in scenes() if one.name == name)
    covered = scene.coverage(1_500, np.random.default_rng(11))
    assert covered >= 93 - 2
    assert not scene.is_large or covered <= 97 + 2
