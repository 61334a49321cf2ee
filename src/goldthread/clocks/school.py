"""School days: when the school of a child next begins, as its authority publishes terms.

Where nobody has entered a year's terms every weekday that is no bank holiday counts as a school day: told too early
does no harm, told too late does. That terms are not known is part of the answer.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from goldthread.clocks.local import LONDON
from goldthread.clocks.working import is_working

LESSONS = time(8, 45)
"""When the first lesson begins, unless a school says otherwise *(ours)*."""
YEAR_BEGINS = (9, 1)
"""The month and day on which a school year begins in England and Wales."""
LONGEST_HOLIDAY = timedelta(days=400)
"""Longer than any holiday: days are looked at one by one no further *(ours)*."""


@dataclass(frozen=True)
class Terms:
    """Terms as entered: first and last days, holidays inside a term told as two terms, and days on which only staff come."""

    spans: tuple[tuple[date, date], ...] = ()
    staff_only: frozenset[date] = frozenset()

    def knows(self, day: date) -> bool:
        """Whether any term of the school year in which ``day`` lies has been entered."""
        year = school_year(day)
        return any(school_year(first) == year for first, _ in self.spans)

    def teach(self, day: date, closed: Container[date]) -> bool:
        """Whether there are lessons on ``day``; yes on every weekday but bank holidays where terms are not known."""
        if not is_working(day, closed) or day in self.staff_only:
            return False
        return not self.knows(day) or any(first <= day <= last for first, last in self.spans)


@dataclass(frozen=True)
class SchoolDay:
    """The day, when its first lesson begins, and whether the terms of that year are known."""

    day: date
    begins_at: datetime
    known: bool


def school_year(day: date) -> int:
    """The calendar year in which the school year of ``day`` began."""
    return day.year if (day.month, day.day) >= YEAR_BEGINS else day.year - 1


def next_school_day(after: datetime, terms: Terms, closed: Container[date], lessons: time = LESSONS) -> SchoolDay:
    """The first school day whose lessons begin after ``after``.

    Raises ``ValueError`` where the terms entered leave none for more than a year: then they are wrong.
    """
    first = after.astimezone(LONDON).date()
    for number in range(LONGEST_HOLIDAY.days):
        day = first + timedelta(days=number)
        begins = datetime.combine(day, lessons, LONDON)
        if begins > after and terms.teach(day, closed):
            return SchoolDay(day, begins, terms.knows(day))
    raise ValueError(f"no school day within {LONGEST_HOLIDAY.days} days of {first}")
