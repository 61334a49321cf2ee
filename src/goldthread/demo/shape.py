"""When calls come: by hour, weekday and season. Pure; times are the force's own (London)."""

from __future__ import annotations

import random
from bisect import bisect_left
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from goldthread.clocks.local import LONDON

# Shares of a day *(ours)*: lowest between four and six, rising to the early evening, as in published demand profiles.
BY_HOUR = (
    0.62, 0.50, 0.42, 0.34, 0.26, 0.25, 0.34, 0.55, 0.85, 1.02, 1.10, 1.15,
    1.18, 1.16, 1.20, 1.36, 1.44, 1.50, 1.56, 1.54, 1.46, 1.34, 1.12, 0.84,
)  # fmt: skip
BY_WEEKDAY = (0.96, 0.94, 0.95, 0.98, 1.08, 1.12, 1.00)
BY_MONTH = (0.94, 0.93, 0.97, 1.00, 1.04, 1.09, 1.12, 1.10, 1.02, 1.01, 0.98, 1.02)
NIGHT_OUT = 1.9
"""Friday and Saturday from 20:00 to 03:00 the next morning."""
GREAT_NIGHTS = {(10, 31): 1.5, (11, 5): 1.6, (12, 31): 1.7}
"""Hallowe'en, bonfire night and New Year's Eve, from 17:00."""


def demand(at: datetime) -> float:
    """How busy the hour of ``at`` (aware) is against a mean hour of about one."""
    local = at.astimezone(LONDON)
    level = BY_HOUR[local.hour] * BY_WEEKDAY[local.weekday()] * BY_MONTH[local.month - 1]
    out = local - timedelta(hours=3)  # the small hours belong to the night before
    if out.weekday() in {4, 5} and (local.hour >= 20 or local.hour < 3):
        level *= NIGHT_OUT
    if local.hour >= 17:
        level *= GREAT_NIGHTS.get((local.month, local.day), 1.0)
    return level


def arrivals(rng: random.Random, since: datetime, until: datetime, count: int) -> list[datetime]:
    """``count`` moments from ``since`` to ``until`` in order, to the second, as dense as the demand."""
    start = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    hours = max(1, int((until - start).total_seconds() // 3600))
    levels = list(accumulate(demand(start + timedelta(hours=hour)) for hour in range(hours)))
    found = []
    for _ in range(count):
        hour = bisect_left(levels, rng.random() * levels[-1])
        found.append(start + timedelta(hours=min(hour, hours - 1), seconds=rng.randrange(3600)))
    return sorted(min(max(at, since), until) for at in found)


def part_of_day(at: datetime) -> str:
    """``day``, ``evening`` or ``night`` in the force's time."""
    hour = at.astimezone(LONDON).hour
    return "day" if 7 <= hour < 17 else "evening" if 17 <= hour < 23 else "night"


def school_is_in(at: datetime) -> bool:
    """Whether a school would be open: weekdays from eight to five outside August *(ours)*."""
    local = at.astimezone(LONDON)
    return local.weekday() < 5 and 8 <= local.hour < 17 and local.month != 8
