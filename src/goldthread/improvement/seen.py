"""Figures as the plan has seen them: a value as it was told first, and again where it was told otherwise later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from goldthread.config.logs import log
from goldthread.improvement.figure_rules import Bound
from goldthread.improvement.models import FigureSeen
from goldthread.improvement.told import Figure, ValueTold
from goldthread.measures.series import Series, Value, all_series


def bound_of(row: Any) -> Bound:
    """What a recommendation's figure is held to, from its row."""
    return Bound(row.code, row.target, row.good, row.held, row.periods)


def known() -> dict[str, Series]:
    """Every series by its code."""
    return {one.code: one for one in all_series()}


def figures(bounds: Mapping[int, Any], upto: datetime) -> dict[int, tuple[Figure, timedelta]]:
    """The figure of each recommendation that has one, with its series' window, as it had been seen before ``upto``."""
    if not bounds:
        return {}
    series = known()
    values = _values({row.code for row in bounds.values()}, upto)
    found = {}
    for pk, row in bounds.items():
        one = series.get(row.code)
        told = values.get(row.code, [])
        if one is None:
            found[pk] = (Figure(bound_of(row), row.code, "", "", False, told), timedelta(0))
        else:
            found[pk] = (Figure(bound_of(row), one.name, one.definition, one.address, True, told), one.window)
    return found


def told_now(one: Series) -> list[Value] | None:
    """What a series tells now; None where it fails, which is *not known* and never a value."""
    try:
        with transaction.atomic():
            return one.values()
    except (DatabaseError, ArithmeticError, LookupError, ValueError) as error:
        log().error("a bound figure could not be told", part="improvement", code=one.code, error=type(error).__name__)
        return None


def changed(code: str, told: list[Value]) -> list[FigureSeen]:
    """The values not seen before, or seen otherwise last, as rows to be added; one that is told no more is seen as not known."""
    last = {row.until: (row.share, row.n) for row in FigureSeen.objects.filter(code=code).order_by("at", "pk")}
    rows = [
        FigureSeen(code=code, until=one.until, share=one.share, n=one.n, late=one.late)
        for one in told
        if last.get(one.until, ()) != (one.share, one.n)
    ]
    gone = set(last) - {one.until for one in told}
    rows += [FigureSeen(code=code, until=when) for when in sorted(gone) if last[when] != (None, None)]
    return rows


def _values(codes: set[str], upto: datetime) -> dict[str, list[ValueTold]]:
    rows: dict[str, dict[datetime, list[FigureSeen]]] = {}
    for row in FigureSeen.objects.filter(code__in=codes, at__lt=upto).order_by("until", "at", "pk"):
        rows.setdefault(row.code, {}).setdefault(row.until, []).append(row)
    return {code: [_value(some) for some in by_end.values()] for code, by_end in rows.items()}


def _value(rows: list[FigureSeen]) -> ValueTold:
    first, last = rows[0], rows[-1]
    restated = (first.share, first.n) != (last.share, last.n)
    return ValueTold(last.until, last.share, last.n, last.late, first.share if restated else None, restated)
