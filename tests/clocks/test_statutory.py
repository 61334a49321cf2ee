"""Clocks of law and policy, over nights when the clocks change, bank holidays, terms and leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.clocks import school, statutory, working
from goldthread.clocks.local import LONDON
from goldthread.clocks.school import Terms, next_school_day
from goldthread.clocks.statutory import Calendar, Rule, run

CLOSED = holidays.country_holidays("GB", subdiv="ENG")
TERMS = Terms(
    (
        (date(2026, 9, 2), date(2026, 10, 23)),
        (date(2026, 11, 2), date(2026, 12, 18)),
        (date(2027, 1, 4), date(2027, 2, 12)),
        (date(2027, 2, 22), date(2027, 3, 25)),
    ),
    frozenset({date(2026, 9, 2), date(2026, 11, 2)}),
)
PROTECTION = Rule("protection", "Police protection", "hours", 72, (24, 48, 60))
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
RULES = st.builds(Rule, st.just("any"), st.just("Any"), st.sampled_from(statutory.COUNTS), st.integers(1, 200))


def london(*when: int) -> datetime:
    return datetime(*when, tzinfo=LONDON)  # type: ignore[arg-type, misc]


def test_seventy_two_hours_are_elapsed_hours_over_both_changes_of_the_clocks() -> None:
    back = run(PROTECTION, london(2026, 10, 23, 23, 50), Calendar())  # the clocks go back on the 25th
    assert back.due_at.astimezone(LONDON).replace(tzinfo=None) == datetime(2026, 10, 26, 22, 50)  # noqa: DTZ001
    on = run(PROTECTION, london(2027, 3, 27, 12, 0), Calendar())  # and forward on the 28th
    assert on.due_at.astimezone(LONDON).replace(tzinfo=None) == datetime(2027, 3, 30, 13, 0)  # noqa: DTZ001


@given(MOMENTS, RULES)
def test_every_clock_runs_out_after_it_began_and_warns_in_order_before_that(began: datetime, rule: Rule) -> None:
    found = run(rule, began, Calendar(CLOSED, TERMS))
    assert found.due_at > began
    if rule.counts == "hours":
        assert found.due_at - began == timedelta(hours=rule.length)
    warned = run(Rule("w", "W", rule.counts, 200, (1, 24, 199)), began, Calendar(CLOSED, TERMS))
    assert [began, *warned.warn_at, warned.due_at] == sorted({began, *warned.warn_at, warned.due_at})


@given(MOMENTS, MOMENTS, RULES)
def test_what_begins_later_never_runs_out_earlier(one: datetime, other: datetime, rule: Rule) -> None:
    first, second = sorted((one, other))
    assert run(rule, first, Calendar(CLOSED, TERMS)).due_at <= run(rule, second, Calendar(CLOSED, TERMS)).due_at


@given(MOMENTS)
def test_a_school_is_told_before_lessons_of_a_day_on_which_there_are_any(after: datetime) -> None:
    found = next_school_day(after, TERMS, CLOSED)
    assert found.begins_at > after
    assert found.day.weekday() < 5
    assert found.day not in CLOSED
    assert found.day not in TERMS.staff_only
    if found.known:
        assert any(first <= found.day <= last for first, last in TERMS.spans)


def test_a_friday_night_at_half_term_waits_for_the_first_lesson_after_it() -> None:
    found = next_school_day(london(2026, 10, 23, 23, 50), TERMS, CLOSED)
    assert (found.begins_at, found.known) == (london(2026, 11, 3, 8, 45), True)  # the 2nd is for staff only


def test_before_the_first_lesson_the_same_day_counts_and_after_it_the_next() -> None:
    assert next_school_day(london(2026, 11, 5, 8, 44), TERMS, CLOSED).day == date(2026, 11, 5)
    assert next_school_day(london(2026, 11, 5, 8, 45), TERMS, CLOSED).day == date(2026, 11, 6)
    assert next_school_day(london(2026, 11, 5, 7, 50), TERMS, CLOSED, time(7, 45)).day == date(2026, 11, 6)


def test_terms_nobody_entered_mean_the_next_weekday_and_are_said_not_to_be_known() -> None:
    found = next_school_day(london(2028, 2, 28, 12), TERMS, CLOSED)  # a leap year whose terms are not there
    assert (found.day, found.known) == (date(2028, 2, 29), False)
    assert run(Rule("e", "E", "school_day", 0), london(2028, 2, 28, 12), Calendar(CLOSED, TERMS)).known is False


def test_terms_that_leave_no_school_day_for_a_year_are_an_error_and_no_endless_search() -> None:
    first = date(2026, 9, 1)
    never = Terms(((first, first),), frozenset({first}))  # the year is known, and has no lessons
    assert next_school_day(london(2026, 9, 1, 9), never, CLOSED).day == date(2027, 9, 1)  # the next is not known
    days = [date(year, 9, 1) for year in range(2026, 2029)]
    wrong = Terms(tuple((day, day) for day in days), frozenset(days))
    with pytest.raises(ValueError, match="no school day"):
        next_school_day(london(2026, 9, 1, 9), wrong, CLOSED)


def test_working_days_pass_by_weekends_and_bank_holidays() -> None:
    # The 26th is a Saturday, kept on the 28th.
    assert working.working_day(date(2026, 12, 24), 1, CLOSED) == date(2026, 12, 29)
    assert working.working_day(date(2026, 6, 6), 0, CLOSED) == date(2026, 6, 8)
    assert working.working_day(date(2026, 6, 6), 1, CLOSED) == date(
        2026, 6, 8
    )  # the first that offices work after a Saturday
    assert working.working_day(date(2026, 6, 6), 2, CLOSED) == date(2026, 6, 9)
    assert working.working_day(date(2026, 6, 5), 0, CLOSED) == date(2026, 6, 5)
    due = working.end_of_day(date(2026, 10, 23), 1, CLOSED)  # over the night the clocks go back
    assert due.astimezone(UTC) == datetime(2026, 10, 26, 17, 0, tzinfo=UTC)


def test_working_hours_run_only_while_offices_are_open() -> None:
    friday = london(2026, 12, 24, 15, 30)
    assert working.after_hours(friday, 1.5, CLOSED) == london(2026, 12, 24, 17, 0)
    assert working.after_hours(friday, 4, CLOSED) == london(2026, 12, 29, 11, 30)
    assert working.after_hours(london(2026, 6, 6, 3, 0), 8, CLOSED) == london(2026, 6, 8, 17, 0)
    assert working.after_hours(london(2026, 6, 8, 23, 0), 24, CLOSED) == london(2026, 6, 11, 17, 0)


@given(MOMENTS, st.floats(0.1, 100))
def test_working_hours_end_while_offices_are_open(began: datetime, hours: float) -> None:
    found = working.after_hours(began, hours, CLOSED).astimezone(LONDON)
    assert working.is_working(found.date(), CLOSED)
    assert working.OPENS < found.timetz().replace(tzinfo=None) <= working.ENDS
    assert found - began >= timedelta(hours=hours) - timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("counts", "length", "warns"),
    [("months", 1, ()), ("hours", 0, ()), ("hours", -1, ()), ("hours", 72, (72,)), ("hours", 72, (48, 24)), ("hours", 72, (0,)), ("hours", 72, (24, 24))],
)  # fmt: skip
def test_a_rule_that_cannot_run_is_refused_by_name(counts: str, length: int, warns: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="protection"):
        Rule("protection", "P", counts, length, warns)


def test_whole_days_end_with_the_last_of_them_whatever_the_clocks_do() -> None:
    rule = Rule("comments", "C", "days", 56)
    for began in (london(2026, 4, 10), london(2026, 4, 10, 23, 59)):
        assert run(rule, began, Calendar()).due_at == london(2026, 6, 6)
    over = run(rule, london(2026, 9, 1, 12), Calendar()).due_at
    assert over == datetime(2026, 10, 28, tzinfo=UTC), "after the night the clocks go back"


def test_a_rule_is_read_from_a_table_and_a_clock_needs_an_aware_time() -> None:
    row = {"code": "a", "name": "A", "counts": "hours", "length": 3, "warns": [1, 2], "source": "policy"}
    assert Rule.read(row).warns == (1, 2)
    with pytest.raises(TypeError):
        Rule.read({**row, "lenght": 4})
    with pytest.raises(ValueError, match="aware"):
        run(PROTECTION, datetime(2026, 1, 1), Calendar())  # noqa: DTZ001


def test_a_school_year_begins_in_september() -> None:
    assert [school.school_year(date(2027, 8, 31)), school.school_year(date(2027, 9, 1))] == [2026, 2027]
