"""How far a run is, how fast, and how long it still takes."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

EVERY = 2.0
"""Seconds between two tellings."""


class Progress:
    """Tells of a run that begins at *rows* rows and a *share* of the table; ``tell`` takes a line that replaces the last."""

    def __init__(self, tell: Callable[[str], None], rows: int, share: float | None) -> None:
        self._tell = tell
        self._first, self._first_share = rows, share
        self._began = self._told = monotonic()

    def at(self, rows: int, share: float | None) -> None:
        """Tell, unless it was told just now."""
        if monotonic() - self._told >= EVERY:
            self._told = monotonic()
            took = self._told - self._began
            self._tell(f"{rows:,} rows, {(rows - self._first) / took:,.0f} a second{self._left(share, took)}")

    def _left(self, share: float | None, took: float) -> str:
        if share is None or self._first_share is None or share <= self._first_share:
            return ""
        left = took * (1 - share) / (share - self._first_share)
        return f", {share:.0%}, about {duration(left)} left"


def duration(seconds: float) -> str:
    """In the two units that matter, such as ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
