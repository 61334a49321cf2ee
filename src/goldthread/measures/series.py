"""Series: a figure's history, whatever reckons it, in one shape.

A board, a chart and a plan ask what a figure was from period to period. A measure tells that by its weekly points; quality assurance
by its rounds. Apps register where their series come from; who asks need not know which is which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from django.db.models import QuerySet

from goldthread.measures.models import StoredPoint
from goldthread.measures.queries import PROMPT
from goldthread.measures.registry import Measure, measures


@dataclass(frozen=True)
class Value:
    """A figure at the end of a period: a share from 0 to 1, of ``n`` cases or records; None where it is not known, never zero.

    ``met`` is how many of ``n`` met it, where the share is a plain one of cases; None where it is weighted. ``low`` and ``high``
    are its 95 % limits where its source reckons some. ``late`` says that it was taken more than a day after ``until``. ``since`` is from
    when its cases are, where that is not the series' window before ``until``.
    """

    until: datetime
    share: float | None
    n: int | None
    met: int | None = None
    low: float | None = None
    high: float | None = None
    late: bool = False
    since: datetime | None = None


@dataclass(frozen=True)
class Series:
    """One figure's history. ``values()`` gives what is known of it, the oldest first. ``good`` says which way is better: up, down or "".

    ``address`` is the page that opens the figure to its definition; who may open it is that page's affair. ``window`` is how far each value
    looks back: values nearer to each other than that share cases, and are not independent.
    """

    code: str
    name: str
    definition: str
    good: str
    address: str
    window: timedelta
    values: Callable[[], list[Value]]


_sources: list[Callable[[], list[Series]]] = []
_held: ContextVar[Sequence[Series] | None] = ContextVar("series held", default=None)


def register_series(source: Callable[[], list[Series]]) -> None:
    """Add a place that series come from. It is asked each time, since what it tells may change with a form or a table."""
    if source not in _sources:
        _sources.append(source)


def all_series(*, together: bool = False) -> list[Series]:
    """Every series: the measures' in the order registered, then those of each source in the order of sources.

    ``together`` says that the values of all of them will be asked for: what was kept of measures is then looked up once. Raises
    ``ValueError`` where two have the same code.
    """
    held = _held.get()
    if held is not None:
        return list(held)
    every = cache(lambda: _by_code(StoredPoint.objects.all()))
    points = (lambda code: every().get(code, [])) if together else _points
    found = [_of_measure(one, points) for one in measures()]
    found += [one for source in _sources for one in source()]
    codes = [one.code for one in found]
    twice = {code for code in codes if codes.count(code) > 1}
    if twice:
        raise ValueError(f"two series are called {', '.join(sorted(twice))}")
    return found


@contextmanager
def holding(some: Sequence[Series]) -> Iterator[None]:
    """Let these be every series there is for the length of the block: for whoever tells what was known at a time of the past."""
    before = _held.set(some)
    try:
        yield
    finally:
        _held.reset(before)


def one_series(code: str) -> Series:
    """One series. Raises ``KeyError``."""
    for one in all_series():
        if one.code == code:
            return one
    raise KeyError(code)


def _of_measure(one: Measure, points: Callable[[str], list[Value]]) -> Series:
    address = f"/measures/weeks/{one.code}/"
    return Series(one.code, one.name, one.definition, one.good, address, one.window, lambda: points(one.code))


def _points(code: str) -> list[Value]:
    """What was kept of a measure at each week's end. A week whose query failed has no point, and so no value."""
    return _by_code(StoredPoint.objects.filter(code=code)).get(code, [])


def _by_code(points: QuerySet[StoredPoint]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for code, until, met, of, taken_at in points.order_by("until").values_list(
        "code", "until", "met", "of", "taken_at"
    ):
        value = Value(until, met / of if of else None, of, met=met, late=taken_at - until > PROMPT)
        found.setdefault(code, []).append(value)
    return found
