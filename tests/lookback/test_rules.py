"""Whether a record carried its risk, in which order and on which day items come, and what a decision needs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.clocks import working
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.local import LONDON
from goldthread.config.errors import Invalid, Refused
from goldthread.lookback import rules, tables
from goldthread.lookback.choices import LEVELS, OUTCOMES, SAFE_BECAUSE
from goldthread.lookback.rules import Carried, Given
from goldthread.lookback.screened import names_child, says_child

NEEDED = {"immediate": 4, "high": 3, "medium": 2, "low": 1}
DAY = date(2026, 6, 1)
NAMES = tables.names_on(DAY)


@pytest.mark.parametrize(
    ("level", "carried", "why"),
    [
        ("high", Carried(3, True, False), ()),
        ("high", Carried(4, False, True), ()),
        ("high", Carried(2, True, True), ("grade_below",)),
        ("high", Carried(3, False, False), ("child_not_named",)),
        ("high", Carried(None, True, True), ("no_grade",)),
        ("immediate", Carried(3, False, False), ("grade_below", "child_not_named")),
        ("low", Carried(1, True, False), ()),
        ("low", Carried(None, False, False), ("no_grade", "child_not_named")),
    ],
)
def test_a_record_carried_the_risk_by_its_grade_and_by_naming_the_child(
    level: str, carried: Carried, why: tuple[str, ...]
) -> None:
    assert rules.not_carried(level, carried, NEEDED) == why


@given(st.sampled_from(sorted(NEEDED)), st.none() | st.integers(1, 4), st.booleans(), st.booleans())
def test_a_higher_grade_or_a_child_named_never_makes_a_record_carry_less(
    level: str, severity: int | None, tag: bool, thrive: bool
) -> None:
    before = len(rules.not_carried(level, Carried(severity, tag, thrive), NEEDED))
    assert len(rules.not_carried(level, Carried(4, tag, thrive), NEEDED)) <= before
    assert len(rules.not_carried(level, Carried(severity, True, thrive), NEEDED)) <= before


def test_every_level_of_the_reader_has_a_grade_and_a_time() -> None:
    assert set(tables.needed_on(DAY)) >= set(LEVELS)
    assert set(tables.targets_on(DAY).decide) == set(LEVELS)
    decide = tables.targets_on(DAY).decide
    assert decide["immediate"] <= decide["high"] <= decide["medium"] <= decide["low"]
    assert tables.targets_on(date(1990, 1, 1)) == tables.targets_on(date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "severity"),
    [("Grade 1", 4), ("EMERGENCY", 4), ("Prompt", 3), ("grade-2", 3), ("Scheduled", 2), ("RWD", 1), ("", None), ("Purple", None)],
)  # fmt: skip
def test_a_forces_own_grade_stands_for_one_of_ours_or_is_not_known(name: str, severity: int | None) -> None:
    assert NAMES.grades.get(tables.plain(name)) == severity


@pytest.mark.parametrize(
    ("tags", "named"),
    [
        ({"tags": "DV; Child Involved"}, True),
        ({"tags": "child-protection"}, True),
        ({"tags": "CSE"}, True),
        ({"child involved": "Y"}, True),
        ({"child involved": "N"}, False),
        ({"tags": "no child"}, False),
        ({"tags": "childcare provider"}, False),
        ({"tags": "Y"}, False),
        ({}, False),
    ],
)
def test_only_a_whole_tag_names_a_child(tags: dict[str, str], named: bool) -> None:
    assert names_child(tags, NAMES) is named


@pytest.mark.parametrize(
    ("thrive", "named"),
    [
        ("Vulnerability: two children in the house, aged 4 and 6.", True),
        ("No children in the house.", False),
        ("Neighbour dispute about a fence.", False),
        ("", False),
    ],
)
def test_a_thrive_names_a_child_by_what_its_words_say(thrive: str, named: bool) -> None:
    assert says_child(thrive) is named


def test_highest_risk_first_then_the_surest_then_the_oldest() -> None:
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    order = [
        (4, 0.2, new, 9),
        (3, 0.9, old, 8),
        (3, 0.9, new, 1),
        (3, 0.9, None, 0),
        (3, 0.5, old, 3),
        (1, 1.0, old, 2),
    ]
    assert sorted(order, key=lambda one: rules.rank(*one)) == order


CHRISTMAS = bank_holidays()


def test_each_working_day_releases_what_was_agreed() -> None:
    friday = date(2026, 6, 5)
    days = rules.releases(5, 2, friday, 0, CHRISTMAS)
    assert days == [friday, friday, date(2026, 6, 8), date(2026, 6, 8), date(2026, 6, 9)]
    assert rules.releases(2, 2, friday, 1, CHRISTMAS) == [friday, date(2026, 6, 8)]
    assert rules.releases(1, 2, friday, 7, CHRISTMAS) == [date(2026, 6, 8)]
    assert rules.releases(1, 2, date(2026, 6, 6), 2, CHRISTMAS) == [date(2026, 6, 8)]
    assert rules.releases(0, 2, friday, 0, CHRISTMAS) == []
    with pytest.raises(Refused, match="higher capacity"):
        rules.releases(30_000, 1, friday, 0, CHRISTMAS)


@given(st.integers(0, 400), st.integers(1, 50), st.integers(0, 60), st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_no_day_releases_more_than_was_agreed_and_none_is_left_out(
    count: int, a_day: int, taken: int, day: date
) -> None:
    days = rules.releases(count, a_day, day, taken, CHRISTMAS)
    assert len(days) == count
    assert days == sorted(days)
    for one in set(days):
        assert working.is_working(one, CHRISTMAS)
        assert days.count(one) + (taken if one == day else 0) <= max(a_day, taken)


@given(st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)), st.integers(1, 10))  # noqa: DTZ001
def test_what_is_due_is_due_after_its_release(now: datetime, days: int) -> None:
    day = working.working_day(now.astimezone(LONDON).date(), 0, CHRISTMAS)
    assert working.end_of_day(day, days, CHRISTMAS) > rules.released_at(day, now) - timedelta(seconds=1)


@pytest.mark.parametrize("wrong", [0, -1, 10_001])
def test_a_capacity_is_some_and_not_endless(wrong: int) -> None:
    with pytest.raises(Invalid):
        rules.capacity(wrong)


def test_safe_needs_a_reason_and_what_it_rests_on() -> None:
    assert rules.decision(Given("safe", "seen", "  Seen by PC Amber. "), ours=False) == Given(
        "safe", "seen", "Seen by PC Amber."
    )
    for wrong in (
        Given("safe", "", "x"),
        Given("safe", "seen", "  "),
        Given("safe", "tired", "x"),
        Given("safe", "seen", "x" * 4_001),
    ):
        with pytest.raises(Invalid):
            rules.decision(wrong, ours=False)
    assert {code for code, _words in SAFE_BECAUSE} >= {"seen", "other"}


def test_reopening_a_record_elsewhere_names_who_was_told_and_ours_needs_nobody() -> None:
    with pytest.raises(Invalid, match="who was told"):
        rules.decision(Given("reopen"), ours=False)
    assert rules.decision(Given("reopen", told=" Sgt  Elm, Force B "), ours=False).told == "Sgt Elm, Force B"
    assert rules.decision(Given("reopen", told="nobody"), ours=True) == Given("reopen")


def test_vast_needs_no_reason_and_an_unknown_decision_is_none() -> None:
    assert rules.decision(Given("vast", reason="seen", told="x"), ours=False) == Given("vast")
    for kind in ("", "undone", "close", "lower"):
        with pytest.raises(Invalid):
            rules.decision(Given(kind, "seen", "x"), ours=False)


def test_an_outcome_that_says_little_by_itself_needs_words() -> None:
    for kind, _words in OUTCOMES:
        assert rules.outcome(kind, "Seen at school today.") == "Seen at school today."
        if kind in {"confirmed", "other"}:
            with pytest.raises(Invalid):
                rules.outcome(kind, " ")
        else:
            assert rules.outcome(kind, "") == ""
    with pytest.raises(Invalid):
        rules.outcome("fine", "x")
    assert rules.outcome("other", "a\x00b") == "a\ufffdb"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.floats(0, 1), st.integers(1, 99)), max_size=20))
def test_a_log_in_several_rows_is_one_item_by_its_highest_row(found: list[tuple[str, int, float, int]]) -> None:
    ranked = [(name, rules.rank(severity, share, None, number)) for name, severity, share, number in found]
    best = rules.once(ranked)
    assert set(best) == {name for name, _rank in ranked}
    assert all(best[name] <= one for name, one in ranked)
