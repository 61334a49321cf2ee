"""Working days and hours of those who keep office hours: partners' duties, and ours where a rule says so.

Bank holidays come as a container of days, because who keeps them and which there are is not for the ground to know.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, time, timedelta

from goldthread.clocks.local import LONDON

OPENS, ENDS = time(9, 0), time(17, 0)
"""When a working day begins, and when its targets fall due *(ours)*."""


def is_working(day: date, closed: Container[date]) -> bool:
    """Whether offices work on ``day``: no weekend, and no bank holiday."""
    return day.weekday() < 5 and day not in closed


def working_day(day: date, count: int, closed: Container[date]) -> date:
    """The working day ``count`` working days after ``day``; with 0, ``day`` itself or the next working day."""
    left = count
    while left > 0 or not is_working(day, closed):
        day += timedelta(days=1)
        left -= is_working(day, closed)
    return day


def end_of_day(day: date, count: int, closed: Container[date]) -> datetime:
    """The end of the working day that lies ``count`` working days after ``day``."""
    return datetime.combine(working_day(day, count, closed), ENDS, LONDON)


def after_hours(began: datetime, hours: float, closed: Container[date]) -> datetime:
    """When ``hours`` of office time have passed since ``began``; a whole day's last hour ends at its close, not at the next opening."""
    left = timedelta(hours=hours)
    day = began.astimezone(LONDON).date()
    while True:
        day = working_day(day, 0, closed)
        # In UTC, so that an hour is an hour; offices are shut when the clocks change.
        opens, ends = (datetime.combine(day, one, LONDON).astimezone(UTC) for one in (OPENS, ENDS))
        start = max(opens, began.astimezone(UTC))
        if start + left <= ends:
            return start + left
        left -= max(ends - start, timedelta(0))
        day += timedelta(days=1)
