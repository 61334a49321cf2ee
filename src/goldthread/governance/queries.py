"""Questions of governance: a figure's history with its chart, what was noted on it, and how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from goldthread.clocks.local import LONDON
from goldthread.figures.charts import Chart, Figure, chart
from goldthread.governance import rules
from goldthread.governance.models import Annotation, Pack
from goldthread.measures.queries import point
from goldthread.measures.registry import Point, measures
from goldthread.measures.series import Series, Value, all_series

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff

ORDER = ("worse", "changed", "better", "unknown", "steady")
"""How figures are listed: those that changed first, the worse above all; then those of which nothing can be told."""


@dataclass(frozen=True)
class Judged:
    """A figure's history and what its chart says of it; ``notes`` in the order of their days."""

    series: Series
    values: list[Value]
    chart: Chart
    notes: list[Annotation]
    state: str


def every() -> list[Judged]:
    """Every figure judged, those with a signal first, else in the order of the figures."""
    noted: dict[str, list[Annotation]] = {}
    for one in _notes():
        noted.setdefault(one.series, []).append(one)
    found = [judged(one, noted.get(one.code, [])) for one in all_series(together=True)]
    return sorted(found, key=lambda one: ORDER.index(one.state))


def one(code: str) -> Judged | None:
    """One figure judged; None where there is none of this code."""
    found = next((each for each in all_series() if each.code == code), None)
    return None if found is None else judged(found, list(_notes().filter(series=code)))


def judged(series: Series, notes: Iterable[Annotation]) -> Judged:
    """A figure with what was noted on it."""
    values, kept = series.values(), list(notes)
    figures = [Figure(each.until, each.share, each.n, each.met, each.since) for each in values]
    anew = [_begins(each.day) for each in kept if each.anew]
    made = chart(figures, series.window, rules.chart_rules(), anew)
    return Judged(series, values, made, kept, rules.state(made.now, series.good, told=made.told))


def figure(series: Series, now: datetime) -> Point | Value | None:
    """What the figure is now: a measure's point up to this moment, as its own page tells it; else the newest value; None for none."""
    measure = next((each for each in measures() if each.code == series.code), None)
    if measure is not None:
        return point(measure, now)
    values = series.values()
    return values[-1] if values else None


def packs(user: Staff) -> QuerySet[Pack]:
    """Packs that this person may read, the newest first."""
    found: QuerySet[Pack] = Pack.objects.visible_to(user).select_related("text", "by").order_by("-at", "-id")
    return found


def newest(board: str) -> Pack | None:
    """A board's newest pack."""
    found: Pack | None = Pack.objects.filter(board=board).select_related("text", "by").order_by("-number").first()
    return found


def _notes() -> QuerySet[Annotation]:
    return Annotation.objects.select_related("words", "by").order_by("day", "id")


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)
