"""Control charts: limits against cases reckoned by hand, each rule, gaps, overlapping windows, and limits begun anew."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import comb, sqrt
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.figures.charts import BASE, Chart, Figure, Rule, chart, score
from goldthread.governance.rules import chart_rules

START, WEEK = datetime(2026, 1, 5, tzinfo=UTC), timedelta(days=7)
BEYOND = Rule("beyond", "beyond", "", "beyond", 1, 1, 3.0)
RUN = Rule("run", "run", "", "beyond", 8, 8, 0.0)
PAIR = Rule("two-of-three", "2 of 3", "", "beyond", 3, 2, 2.0)
TREND = Rule("trend", "trend", "", "turn", 6)


def counted(met: Sequence[int | None], of: int = 100, step: timedelta = WEEK) -> list[Figure]:
    """So many of ``of`` cases at each step's end; None: not known."""
    return [
        Figure(START + number * step, None if one is None else one / of, None if one is None else of, one)
        for number, one in enumerate(met, start=1)
    ]


def single(shares: Sequence[float | None]) -> list[Figure]:
    return [Figure(START + number * WEEK, one, 60) for number, one in enumerate(shares, start=1)]


def broken(found: Chart) -> dict[int, tuple[tuple[str, str], ...]]:
    return {place: one.broken for place, one in enumerate(found.marks) if one.broken}


def mid_p(met: int, n: int, share: float) -> float:
    """The normal score of the mid-P value, summed term by term."""
    terms = [comb(n, one) * share**one * (1 - share) ** (n - one) for one in range(met + 1)]
    return NormalDist().inv_cdf(sum(terms) - terms[-1] / 2)


@pytest.mark.parametrize(("n", "share"), [(10, 0.3), (25, 0.9), (100, 0.5), (100, 0.97), (400, 0.02), (1_000, 0.8)])
def test_the_scale_is_the_mid_p_score_of_the_binomial_also_where_that_is_lopsided(n: int, share: float) -> None:
    off = sqrt(n * share * (1 - share))
    for sigmas in (-3, -2, -1, 0, 1, 2, 3):
        met = round(n * share + sigmas * off)
        if 0 <= met <= n:
            assert score(met, n, share) == pytest.approx(mid_p(met, n, share), abs=0.02), (met, n)


def test_half_of_a_hundred_has_the_limits_that_the_hand_gives() -> None:
    found = chart(counted([50, 48, 52, 51, 49, 50, 53, 47]), WEEK, [BEYOND])
    # By the normal curve 3 * sqrt(0.5 * 0.5 / 100) = 0.15 off. By the binomial: of 36 cases the mid-P is 0.0025, of 35 it is 0.00133, and
    # 0.00135 lies beyond three sigmas; so the limit is half a case under 36.
    assert (found.marks[0].centre, found.marks[0].low, found.marks[0].high) == (
        0.5, pytest.approx(0.355), pytest.approx(0.645)
    )  # fmt: skip
    assert (found.kind, broken(found), found.now) == ("p", {}, ())


def test_a_share_never_seen_otherwise_is_not_held_to_be_impossible() -> None:
    always = [100] * BASE
    assert chart(counted([*always, 99]), WEEK, [BEYOND]).now == (), "one in nine hundred"
    assert chart(counted([*always, 95]), WEEK, [BEYOND]).now == (("beyond", "down"),)


def test_within_half_a_case_of_the_centre_is_on_neither_side_of_it() -> None:
    often = [5, 5, 5, 5, 4, 5, 5, 5]
    assert chart(counted([*often, *[5] * 9], of=5), WEEK, [RUN]).now == ()
    assert chart(counted([*[50] * BASE, *[51] * 8]), WEEK, [RUN]).now == (("run", "up"),)


def test_each_value_is_held_to_its_own_number_of_cases() -> None:
    few, many = counted([50] * BASE), Figure(START + 9 * WEEK, 0.6, 2_000, 1_200)
    of_many = chart([*few, many], WEEK, [BEYOND])
    of_few = chart([*few, Figure(START + 9 * WEEK, 0.6, 20, 12)], WEEK, [BEYOND])
    assert (of_many.now, of_few.now) == ((("beyond", "up"),), ())
    assert of_many.marks[-1].high is not None
    assert of_few.marks[-1].high is not None
    assert of_many.marks[-1].high < of_few.marks[-1].high


def test_values_that_differ_by_more_than_cases_do_widen_the_limits_and_never_narrow_them() -> None:
    wild = [40, 60, 42, 58, 41, 61, 39, 59]
    spread = [score(one, 100, (sum(wild) + 0.5) / 801) for one in wild]
    between = sum(abs(b - a) for a, b in itertools.pairwise(spread)) / 7 / 1.128
    found, calm = chart(counted(wild), WEEK, [BEYOND]), chart(counted([50] * 8), WEEK, [BEYOND])
    assert between > 3
    assert found.marks[0].low is not None
    assert calm.marks[0].low is not None
    assert found.marks[0].low < 0.1 < calm.marks[0].low
    assert calm.marks[0].low == pytest.approx(0.355), "no spread at all: the binomial's own"
    assert broken(found) == {}


def test_a_share_that_is_no_count_is_judged_by_how_far_one_lies_from_the_next() -> None:
    shares = [0.80, 0.82, 0.79, 0.81, 0.83, 0.80, 0.78, 0.81]
    # Distances .02 .03 .02 .02 .03 .02 .03: mean .17/7; sigma that by 1.128; limits three of it about the mean.
    found = chart(single(shares), WEEK, [BEYOND])
    assert (found.kind, found.marks[0].centre) == ("xmr", pytest.approx(0.805))
    assert found.marks[0].low == pytest.approx(0.805 - 3 * 0.17 / 7 / 1.128)
    assert chart(single([*shares, 0.72]), WEEK, [BEYOND]).now == (("beyond", "down"),)
    assert chart(single([*shares, 0.75]), WEEK, [BEYOND]).now == ()
    assert chart(single([0.8] * 12), WEEK, [BEYOND]).told is False, "all the same say nothing of chance"


def test_fewer_than_eight_tell_no_limits() -> None:
    found = chart(counted([50, 50, 50, 50, 50, 50, 0]), WEEK, chart_rules())
    assert (found.told, found.now, found.read) == (False, (), 7)
    assert chart([], WEEK, chart_rules()).figures == ()


@pytest.mark.parametrize(
    ("rule", "last", "expected"),
    [
        (RUN, [51] * 8, ("run", "up")),
        (RUN, [51] * 7, None),
        (RUN, [51] * 4 + [50] + [51] * 4, None),
        (PAIR, [61, 50, 61], ("two-of-three", "up")),
        (PAIR, [61, 61, 50], None),
        (PAIR, [61, 39, 50], None),
        (TREND, [46, 47, 48, 49, 51, 52], ("trend", "up")),
        (TREND, [54, 53, 52, 51, 49, 48], ("trend", "down")),
        (TREND, [46, 47, 48, 48, 51, 52], None),
        (TREND, [47, 48, 49, 51, 52], None),
        (BEYOND, [30], ("beyond", "down")),
    ],
)
def test_each_rule_is_broken_by_just_what_it_says(
    rule: Rule, last: list[int], expected: tuple[str, str] | None
) -> None:
    base = [50, 51, 49, 50, 49, 51, 50, 50, 49, 51, 50, 50]
    found = chart(counted([*base, *last]), WEEK, [rule])
    assert found.now == (() if expected is None else (expected,))
    if expected is not None:
        assert found.marks[-1].broken == (expected,)


def test_what_is_not_known_is_left_out_and_never_zero() -> None:
    found = chart(counted([50, 49, None, 51, 50, 50, None, 51, 49, 50, None]), WEEK, chart_rules())
    assert (found.told, found.now) == (True, ())
    assert [one.read for one in found.marks] == [True, True, False, True, True, True, False, True, True, True, False]
    assert found.marks[2].low is None


def test_rules_of_several_values_read_only_those_that_share_no_cases() -> None:
    base = [50, 51, 49, 50] * 13
    found = chart(counted([*base, *[56] * 12]), 4 * WEEK, [RUN, TREND, PAIR])
    assert [place for place, one in enumerate(found.marks) if one.read] == list(range(0, 64, 4))
    assert found.now == (), "twelve weeks on one side are three values that share no cases"
    assert chart(counted([*base, *[56] * 32]), 4 * WEEK, [RUN]).now == (("run", "up"),)
    assert chart(counted([*base, 20]), 4 * WEEK, [BEYOND]).now == (("beyond", "down"),), (
        "one value by itself is read at once"
    )


def test_periods_of_other_lengths_share_no_cases_where_one_begins_as_the_other_ends() -> None:
    days = [0, 31, 59, 90, 120, 151, 181, 212, 243]
    ends = [START + timedelta(days=one) for one in days]
    months = [
        Figure(until, 0.8 + number / 100, 60, since=since) for number, (since, until) in enumerate(pairwise(ends))
    ]
    assert chart(months, timedelta(days=31), []).read == 8
    again = [*months, Figure(ends[-1] + timedelta(days=3), 0.8, 60, since=ends[-2])]
    assert chart(again, timedelta(days=31), []).read == 8


def test_a_clock_that_changes_makes_no_week_share_cases_with_the_next() -> None:
    figures = counted([50] * 9)
    early = [
        Figure(one.until - timedelta(hours=1) * (place > 3), one.share, one.n, one.met)
        for place, one in enumerate(figures)
    ]
    assert chart(early, WEEK, []).read == 9


def test_limits_begun_anew_wait_until_there_are_enough_and_then_stand() -> None:
    before = [50, 51, 49, 50, 49, 51, 50, 50, 49, 51, 50, 50]
    after = [70, 71, 69, 70, 71, 69, 70]
    begins = START + 12 * WEEK
    some = chart(counted([*before, *after]), WEEK, [BEYOND], [begins])
    assert (some.waiting, some.now) == ((begins,), (("beyond", "up"),)), "the old limits stand, so nothing falls silent"
    enough = chart(counted([*before, *after, 70]), WEEK, [BEYOND], [begins])
    assert (enough.waiting, enough.now) == ((), ())
    assert [one.told for one in enough.stretches] == [True, True]
    assert enough.marks[11].centre == 0.5
    assert enough.marks[-1].centre == 0.7
    relapse = chart(counted([*before, *after, 70, 50]), WEEK, [BEYOND], [begins])
    assert relapse.now == (("beyond", "down"),)


def test_a_value_with_cases_from_both_sides_of_the_change_is_judged_by_neither() -> None:
    begins = START + 40 * WEEK
    figures = counted([50] * 40 + [55, 60, 65] + [70] * 40)
    found = chart(figures, 4 * WEEK, [BEYOND], [begins])
    assert found.waiting == ()
    assert [one.broken for one in found.marks[40:43]] == [(), (), ()]
    assert not any(one.read for one in found.marks[40:43])
    assert found.marks[43].read


values = st.lists(
    st.one_of(st.none(), st.integers(0, 400).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n)))), max_size=60
)


@given(values, st.integers(1, 5), st.lists(st.integers(0, 60), max_size=3))
def test_any_history_has_a_mark_for_each_value_and_limits_about_its_centre(
    drawn: list[tuple[int, int] | None], weeks: int, anew: list[int]
) -> None:
    figures = [
        Figure(START + number * WEEK, None, None if one is None else one[0], None if one is None else one[1])
        if one is None or not one[0]
        else Figure(START + number * WEEK, one[1] / one[0], one[0], one[1])
        for number, one in enumerate(drawn)
    ]
    found = chart(figures, weeks * WEEK, chart_rules(), [START + one * WEEK for one in anew])
    assert len(found.marks) == len(figures)
    for one, mark in zip(figures, found.marks, strict=True):
        assert one.share is not None or (not mark.read and not mark.broken and mark.low is None)
        if mark.low is not None and mark.high is not None:
            assert 0 <= mark.low <= mark.high <= 1
        if ("beyond", "down") in mark.broken:
            assert one.share is not None
            assert mark.low is not None
            assert one.share < mark.low + 1e-6
        if ("beyond", "up") in mark.broken:
            assert one.share is not None
            assert mark.high is not None
            assert one.share > mark.high - 1e-6
    shares = [one.until for one, mark in zip(figures, found.marks, strict=True) if mark.read]
    assert all(after - before >= weeks * WEEK - timedelta(hours=1) for before, after in itertools.pairwise(shares))
