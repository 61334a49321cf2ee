"""Weeks as a force counts them: from Monday midnight, local time, to the next."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from goldthread.clocks.local import LONDON


def ended(now: datetime, count: int) -> list[datetime]:
    """The ends of the last ``count`` whole weeks before *now*, the oldest first. A week in which clocks change has its hour more or less."""
    today = now.astimezone(LONDON).date()
    monday = today - timedelta(days=today.weekday())
    ends = [datetime.combine(monday - timedelta(weeks=back), time(), LONDON) for back in range(count)]
    return ends[::-1]
