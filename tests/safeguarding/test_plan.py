"""Every clock of safeguarding over any moment: nights when the clocks change, bank holidays, terms and leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import holidays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goldthread.clocks.local import LONDON
from goldthread.clocks.school import Terms
from goldthread.clocks.statutory import Calendar
from goldthread.safeguarding.clock_rules import names, plan, rule_on
from goldthread.safeguarding.protection_rules import lapses_at

CALENDAR = Calendar(
    holidays.country_holidays("GB", subdiv="ENG"), Terms(((date(2026, 9, 2), date(2026, 10, 23)), (date(2026, 11, 2), date(2026, 12, 18))))
)  # fmt: skip
CHANGES = [
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2028, 2, 29, tzinfo=UTC),
]
MOMENTS = st.one_of(
    st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.builds(
        lambda near, minutes: near + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-6000, 600)
    ),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(MOMENTS, st.sampled_from(sorted(names())))
def test_its_steps_come_in_order_and_hours_are_hours_of_the_world(began: datetime, code: str) -> None:
    rule = rule_on(code, began.date())
    found = plan(rule, began, CALENDAR)
    at = [one.at for one in found.steps]
    assert at == sorted(at)
    assert found.due_at > began
    if rule.rule.counts == "hours":
        assert found.due_at - began == timedelta(hours=rule.rule.length)
        assert [one.at - began for one in found.steps if one.kind == "warn"] == [
            timedelta(hours=hours) for hours in rule.rule.warns
        ]
    ladder = [one.at - found.due_at for one in found.steps if one.kind == "ladder"]
    assert ladder == [after for after, _to in rule.ladder]
    assert plan(rule, began.astimezone(LONDON), CALENDAR) == found, "the same moment, however it is written"


@given(MOMENTS)
def test_the_power_ends_when_its_clock_runs_out_however_the_time_was_written(taken: datetime) -> None:
    clock = plan(rule_on("police_protection", taken.date()), taken, CALENDAR)
    assert lapses_at(taken) == lapses_at(taken.astimezone(LONDON)) == clock.due_at == taken + timedelta(hours=72)
