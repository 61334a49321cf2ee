"""Whether a bound figure meets its target, holds over periods, is not known, or fell back. Values in, answer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol

GOOD = [("up", "Higher is better"), ("down", "Lower is better")]
NEAR_ENOUGH = 1e-9
"""Shares are compared as people read them, not by the last bit of a float."""
APART = 0.9
"""Share of a window by which two values lie apart *(ours)*."""


class Told(Protocol):
    """A value of a series: a share at the end of a period, None where it is not known."""

    @property
    def until(self) -> datetime: ...
    @property
    def share(self) -> float | None: ...
    @property
    def n(self) -> int | None: ...


@dataclass(frozen=True)
class Bound:
    """What a figure is held to: its ``target`` as a share, which way is ``good``, in ``held`` of the last ``periods``."""

    code: str
    target: float
    good: str
    held: int
    periods: int

    def meets(self, share: float) -> bool:
        """Whether a share meets the target."""
        return share >= self.target - NEAR_ENOUGH if self.good == "up" else share <= self.target + NEAR_ENOUGH

    def short(self, share: float) -> float:
        """By how many percentage points it misses the target; 0 where it meets it."""
        away = self.target - share if self.good == "up" else share - self.target
        return 0.0 if self.meets(share) else away * 100


@dataclass(frozen=True)
class Standing:
    """How a figure stands: ``met``, ``missed``, ``unknown``, or ``none`` where none is bound.

    ``newest`` is its last value. Of the last ``of`` periods that share no cases ``held`` met the target; ``holds`` says that this is enough
    and that the newest is among them.
    """

    status: str
    newest: Told | None = None
    held: int = 0
    of: int = 0
    holds: bool = False
    why: str = ""


def apart(values: Sequence[Told], window: timedelta) -> list[Told]:
    """The newest value and those before it that share no cases with one another, newest first. ``values`` come oldest first.

    Months differ in length, and the clocks change: what lies nine tenths of a window apart is apart.
    """
    found: list[Told] = []
    for one in reversed(values):
        if not found or one.until <= found[-1].until - window * APART:
            found.append(one)
    return found


def _step(values: Sequence[Told]) -> timedelta | None:
    """How far apart values usually lie: the middle one of their distances; None for one value alone."""
    between = sorted(later.until - one.until for one, later in pairwise(values))
    return between[len(between) // 2] if between else None


def standing(
    bound: Bound | None, values: Sequence[Told], window: timedelta, now: datetime, grace: timedelta
) -> Standing:
    """How a figure stands at ``now``, from its values, oldest first. What is not known is never taken for met, nor for missed."""
    if bound is None:
        return Standing("none", why="No figure is bound to it.")
    if not values:
        return Standing("unknown", why="Its figure has no value yet.")
    newest, step = values[-1], _step(values) or window
    periods = apart(values, window)[: bound.periods]
    held = sum(one.share is not None and bound.meets(one.share) for one in periods)
    if newest.share is None:
        return Standing("unknown", newest, held, len(periods), why="Its figure is not known for the newest period.")
    if now - newest.until > step + grace:
        return Standing(
            "unknown", newest, held, len(periods), why="Its figure's next value is overdue, so it is not known."
        )
    met = bound.meets(newest.share)
    return Standing("met" if met else "missed", newest, held, len(periods), holds=met and held >= bound.held)


def fell_back(state: str, since: datetime, bound: Bound | None, values: Sequence[Told]) -> Told | None:
    """The value by which a recommendation re-opens: the newest, where it is known and misses the target; None where it stays.

    What HMICFRS closed re-opens only by a value of a time after its closing was entered.
    """
    if state == "progress" or bound is None or not values:
        return None
    newest = values[-1]
    if newest.share is None or bound.meets(newest.share) or (state == "closed" and newest.until <= since):
        return None
    return newest
