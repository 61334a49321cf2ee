"""The quality of review: how long it took, how often it agreed, how often it was reversed. Values in, figures out; no names."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

BLINK, QUICK = 1.0, 10.0
"""Seconds under which a review was answered before it can have been read, and before all of it can have been *(ours)*."""
Z = 1.959964
"""Of a 95 % interval."""


@dataclass(frozen=True)
class Looked:
    """One review: ``kinds`` of finds it answered and ``request`` where it decided one; ``took`` seconds, None where not known."""

    review: int
    incident: uuid.UUID
    at: datetime
    answer: str
    kinds: tuple[str, ...]
    approved: bool
    took: float | None
    reversed: bool

    @property
    def groups(self) -> tuple[str, ...]:
        """What it was for: kinds of finds, ``request``; ``none`` where it answered neither."""
        found = (*self.kinds, *(["request"] if self.answer == "decided" else []))
        return found or ("none",)

    @property
    def let_stand(self) -> bool:
        """Whether it can be reversed: nothing to change, or a request approved."""
        return self.answer == "agreed" or self.approved


Of = Callable[[Looked], bool]


@dataclass(frozen=True)
class Figure:
    """``met`` of ``of``, with the bounds within which the share lies with 95 % certainty, all None where there is nothing to divide by."""

    code: str
    met: int
    of: int

    @property
    def percent(self) -> int | None:
        """The share."""
        return round(100 * self.met / self.of) if self.of else None

    @property
    def bounds(self) -> tuple[int, int] | None:
        """Wilson's interval, in whole per cent, rounded outwards."""
        if not self.of:
            return None
        share, n = self.met / self.of, self.of
        middle = share + Z * Z / (2 * n)
        half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        low, high = ((middle + sign * half) / (1 + Z * Z / n) for sign in (-1, 1))
        return max(0, math.floor(100 * low + 1e-9)), min(100, math.ceil(100 * high - 1e-9))


COUNTED: dict[str, tuple[str, Of, Of]] = {
    "agreed": ("Nothing to change", lambda one: bool(one.kinds) and one.answer != "decided", lambda one: one.answer == "agreed"),
    "approved": ("Requests approved", lambda one: one.answer == "decided", lambda one: one.approved),
    "reversed": ("Reversed within a day", lambda one: one.let_stand, lambda one: one.reversed),
    "blink": ("Under a second", lambda one: one.took is not None, lambda one: one.took is not None and one.took < BLINK),
    "quick": ("Under ten seconds", lambda one: one.took is not None, lambda one: one.took is not None and one.took < QUICK),
}  # fmt: skip
"""Each share: what it is called, the reviews it counts, and of these those that meet it."""
TIMED = "timed"


@dataclass(frozen=True)
class Row:
    """The figures of some reviews: how many, half and nine in ten within how many seconds, and each share."""

    code: str
    name: str
    number: int
    timed: int
    median: float | None
    p90: float | None
    figures: list[Figure]


def row(code: str, name: str, some: Sequence[Looked]) -> Row:
    """The figures of these reviews."""
    times = sorted(one.took for one in some if one.took is not None)
    found = []
    for each, (_, counts, meets) in COUNTED.items():
        of = [one for one in some if counts(one)]
        found.append(Figure(each, sum(map(meets, of)), len(of)))
    return Row(code, name, len(some), len(times), _within(times, 0.5), _within(times, 0.9), found)


def chosen(some: Sequence[Looked], which: str, *, met: bool) -> list[Looked]:
    """The reviews behind one number: of a share of ``COUNTED`` those that meet it or all it counts; ``timed``; else every one."""
    if which == TIMED:
        return [one for one in some if one.took is not None]
    if which not in COUNTED:
        return list(some)
    _, counts, meets = COUNTED[which]
    return [one for one in some if counts(one) and (meets(one) or not met)]


def _within(times: Sequence[float], share: float) -> float | None:
    """The shortest of the times within which that share of them lies: the time of a review, not a mean of two."""
    return times[max(math.ceil(share * len(times)) - 1, 0)] if times else None
