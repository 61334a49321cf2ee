"""When advice counts as late, read from ``late.toml``."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from goldthread.config import dated


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, timedelta]]:
    return dated.sets("trials", "late.toml", lambda row: timedelta(seconds=row["seconds"]))


def late_after(day: date) -> timedelta:
    """After what time without a reading words count as read late, or not at all, by the set in force on that day."""
    return dated.on(_sets(), day)
