"""Times of the demo's dice: minutes in whole seconds, and when offices work."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta

from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.local import LONDON
from goldthread.clocks.working import is_working

DAY_BEGINS, DAY_ENDS = time(8, 15), time(17, 45)


def minutes(count: float) -> timedelta:
    """Whole seconds of so many minutes."""
    return timedelta(seconds=round(count * 60))


def in_office(at: datetime, rng: random.Random) -> datetime:
    """Then, or where offices are shut, some time in the morning of the next day on which they work."""
    here = at.astimezone(LONDON)
    day = here.date()
    if is_working(day, bank_holidays()) and here.time() < DAY_ENDS:
        opens = datetime.combine(day, DAY_BEGINS, LONDON)
        return at if here >= opens else max(at, opens.astimezone(at.tzinfo) + minutes(rng.uniform(5, 150)))
    while True:
        day += timedelta(days=1)
        if is_working(day, bank_holidays()):
            return datetime.combine(day, DAY_BEGINS, LONDON).astimezone(at.tzinfo) + minutes(rng.uniform(5, 240))
