"""Which children may be one, what raises a child, and until when a marker stands: rules alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.config.errors import Invalid
from goldthread.safeguarding.child_rules import (
    Known,
    Raising,
    alike,
    below,
    latest,
    raises,
    reason,
    review_on,
    rules_on,
    suggested,
)

DAY = date(2026, 11, 27)
RULES = rules_on(DAY)
NOW, YEAR_AGO = datetime(2026, 11, 27, tzinfo=UTC), datetime(2025, 11, 20, tzinfo=UTC)


def known(name: str = "", age: int | None = None, at: datetime = NOW, **more: object) -> Known:
    ages = () if age is None else ((age, False, at),)
    return Known((name,) if name else (), ages, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "asked"),
    [
        (known("Mia Fenwick", 7), known("Mya Fenwick", 6, YEAR_AGO), True),
        (known("Mia Fenwick", 7), known("Mia Fenwick", 7), True),
        (Known(("Mia", "Mia Fenwick"), ((7, False, NOW),)), known("Mia Fenwick", 7), True),
        (known("Mia Fenwick"), known("Mia Fenwick"), False),
        (known("Mia Fenwick", 7), known("Mia Fenwick", 15), False),
        (known("Mia", 7), known("Mia", 7), False),
        (known("Mia", 7, places=frozenset({1})), known("Mia Fenwick", 7, places=frozenset({1})), True),
        (known("", 7, places=frozenset({1})), known("Mia", 7, places=frozenset({1}), people=frozenset({2})), False),
        (known("", 7, places=frozenset({1}), people=frozenset({2})), known("Mia", 7, places=frozenset({1}), people=frozenset({2})), True),
        (known("Leo Marsh", 7, places=frozenset({1}), people=frozenset({2})), known("Mia Fenwick", 7, places=frozenset({1}), people=frozenset({2})), False),
        (known("Mia Fenwick", born=(date(2019, 2, 28),)), known("Mia Fenwick", born=(date(2019, 2, 28),)), True),
        (known("Mia Fenwick", born=(date(2019, 2, 28),)), known("Mia Fenwick", born=(date(2016, 2, 28),)), False),
        (known("Mia Fenwick", born=(date(2019, 2, 28),)), known("Mia Fenwick", 7), True),
    ],
)  # fmt: skip
def test_a_pair_is_suggested_by_what_agrees_and_never_where_names_are_two(
    one: Known, other: Known, asked: bool
) -> None:
    found, back = alike(one, other, RULES.alike), alike(other, one, RULES.alike)
    assert (set(found.agrees), set(found.differs), found.score) == (set(back.agrees), set(back.differs), back.score)
    assert suggested(found, RULES.alike) is asked


def test_a_child_is_raised_by_three_and_anew_only_by_one_that_is_not_known() -> None:
    rule = Raising(3, RULES.raising.days, "high")
    assert not raises(["a", "b"], [], rule)
    assert raises(["a", "b", "c"], [], rule)
    assert not raises(["a", "b", "c"], [["a", "b"], ["c"]], rule)
    assert raises(["a", "b", "c", "d"], [["a", "b", "c"]], rule)


def test_what_the_reader_did_not_see_counts() -> None:
    assert below("none", "high")
    assert below("medium", "high")
    assert below("", "high")
    assert not below("high", "high")
    assert not below("immediate", "high")


@given(st.dates(date(2026, 1, 1), date(2100, 1, 1)))
def test_a_review_lies_within_a_year_of_any_day(day: date) -> None:
    last = latest(day, RULES)
    assert 334 <= (last - day).days <= 366
    assert (last.year * 12 + last.month) - (day.year * 12 + day.month) == RULES.most_months
    assert review_on(last, day, RULES) == last
    for wrong in (None, day, date(2101, 6, 1)):
        with pytest.raises(Invalid):
            review_on(wrong, day, RULES)


def test_a_reason_is_needed_and_not_endless() -> None:
    assert reason(" said\x00 so ") == "said so"
    assert reason("", needed="") == ""
    for wrong in ("", " \x00 ", "a" * 5_000):
        with pytest.raises(Invalid):
            reason(wrong)
