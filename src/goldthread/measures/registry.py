"""Measures: each number with its definition, its query and the cases behind it.

Higher apps register their measures at start; this app only keeps and shows them. A measure counts cases: ``met`` of
``of``. What it counts comes from one function that returns two querysets, so that the figure, the list behind it and
any other place that shows it cannot disagree. Where something took its time in each case, the measure tells that as well: the
median, and the time within which nine in ten lie, from the same cases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

SMALL = 5
"""Counts from 1 to one less than this are told to nobody outside the force *(ours)*."""


@dataclass(frozen=True)
class Timed:
    """How long something took in each of a measure's cases.

    ``words`` say from when until when. ``took(cases, until)`` gives the cases with a length of time ``took``, null where there is
    none. What still goes on counts with its time up to ``until``, so that no figure is the better for what was never done.
    """

    words: str
    took: Callable[[QuerySet[Any], datetime], QuerySet[Any]]


@dataclass(frozen=True)
class Measure:
    """One number.

    ``cases(since, until)`` gives two querysets of cases: those that count, and of them those that meet the measure.
    ``window`` is how far back it looks. ``good`` says which way is better: up, down, or neither. Cases are incidents unless
    ``subject`` and ``address`` say otherwise; a case has a ``reference``, ``opened_at`` and ``visible_to``,
    and ``ended_for`` where closing takes it out of somebody's sight.
    Measures with the same ``parts_of`` share out the same cases: from all but one the last could be reckoned.
    ``within`` names the measure of the same cases whose met ones hold all that meet this one.
    ``timed`` adds how long something took in the cases that count.
    """

    code: str
    name: str
    definition: str
    window: timedelta
    good: str
    cases: Callable[[datetime, datetime], tuple[QuerySet[Any], QuerySet[Any]]]
    subject: str = "incident"
    address: str = "/incidents/{}/"
    parts_of: str = ""
    within: str = ""
    timed: Timed | None = None


@dataclass(frozen=True)
class Point:
    """A measure's value at a time: ``met`` of ``of`` cases; None for both where its query failed, never zero.

    ``timed`` of the cases have a time: half of those lie within ``median``, nine in ten within ``p90``. All three are None where
    the measure tells no time or its query failed, or the point was kept before it told one.
    """

    measure: Measure
    since: datetime
    until: datetime
    met: int | None
    of: int | None
    timed: int | None = None
    median: timedelta | None = None
    p90: timedelta | None = None

    @property
    def share(self) -> float | None:
        """``met`` as a share of ``of``; None where there is nothing to divide by."""
        return self.met / self.of if self.met is not None and self.of else None


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> None:
    """Add a measure; raises ``ValueError`` where another one has its code."""
    if _measures.get(measure.code, measure) != measure:
        raise ValueError(f"two measures are called {measure.code}")
    _measures[measure.code] = measure


def measures() -> list[Measure]:
    """Every measure, in the order registered."""
    return list(_measures.values())


def measure(code: str) -> Measure:
    """One measure. Raises ``KeyError``."""
    return _measures[code]
