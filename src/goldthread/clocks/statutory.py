"""Clocks that a law or a policy sets: when each runs out, and when it warns before that.

What a clock is comes as data (a force's policy clocks differ); how it counts is one of six ways. Elapsed hours are hours
of the world: 72 hours over the night the clocks change are 72 hours, not three days by the wall.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.clocks.school import Terms, next_school_day
from goldthread.clocks.working import after_hours, end_of_day

COUNTS = ("minutes", "hours", "days", "working_hours", "working_days", "school_day")


@dataclass(frozen=True)
class Calendar:
    """What days mean where a clock runs: bank holidays, and the terms of the school it concerns."""

    closed: Container[date] = frozenset()
    terms: Terms = field(default_factory=Terms)


@dataclass(frozen=True)
class Rule:
    """One clock: how it counts, how far, at which elapsed hours it warns, whether more time may be given, and who says so."""

    code: str
    name: str
    counts: str
    length: int
    warns: tuple[int, ...] = ()
    extends: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        """Raise ``ValueError`` for a rule that cannot run."""
        if self.counts not in COUNTS:
            raise ValueError(f"{self.code}: counts is {self.counts!r}; it is one of {', '.join(COUNTS)}")
        if self.length < 0 or (self.length == 0 and self.counts != "school_day"):
            raise ValueError(f"{self.code}: length is {self.length}; it is 1 or more")
        if list(self.warns) != sorted(set(self.warns)) or any(hour <= 0 for hour in self.warns):
            raise ValueError(f"{self.code}: warns are hours since the start, each later than the one before")
        if self.counts == "hours" and any(hour >= self.length for hour in self.warns):
            raise ValueError(f"{self.code}: it warns before it runs out, so below {self.length} hours")

    @staticmethod
    def read(row: Mapping[str, Any]) -> Rule:
        """A rule from a table of TOML. Raises ``ValueError`` for one that cannot run, ``TypeError`` for keys not known."""
        return Rule(**{**row, "warns": tuple(row.get("warns", ()))})


@dataclass(frozen=True)
class Run:
    """When a clock that began runs out and warns; ``known`` is false where it rests on school terms nobody has entered."""

    due_at: datetime
    warn_at: tuple[datetime, ...]
    known: bool = True


def run(rule: Rule, began: datetime, calendar: Calendar) -> Run:
    """When ``rule``, begun at ``began`` (aware), runs out and warns, all in UTC. A warning that lies behind the end is none."""
    if began.tzinfo is None:
        raise ValueError("a clock begins at an aware time")
    start, known = began.astimezone(UTC), True
    match rule.counts:
        case "minutes":
            due = start + timedelta(minutes=rule.length)
        case "hours":
            due = start + timedelta(hours=rule.length)
        case "days":  # whole days of the calendar, to the end of the last of them
            last = began.astimezone(LONDON).date() + timedelta(days=rule.length)
            due = datetime.combine(last + timedelta(days=1), time(), LONDON)
        case "working_hours":
            due = after_hours(start, rule.length, calendar.closed)
        case "working_days":
            due = end_of_day(began.astimezone(LONDON).date(), rule.length, calendar.closed)
        case _:
            school = next_school_day(start, calendar.terms, calendar.closed)
            due, known = school.begins_at, school.known
    warns = (start + timedelta(hours=hour) for hour in rule.warns)
    return Run(due.astimezone(UTC), tuple(one for one in warns if one < due), known)
