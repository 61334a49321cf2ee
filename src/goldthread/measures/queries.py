"""Figures and the cases behind them, from one definition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from goldthread.config.logs import log
from goldthread.measures.registry import SMALL, Measure, Point, measures

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

__all__ = ["cases", "measures", "point", "shown", "shown_to"]


def point(measure: Measure, now: datetime) -> Point:
    """The measure's value over its window up to now; *not known* where its query fails, never zero."""
    since = now - measure.window
    try:
        with transaction.atomic():
            every, met = measure.cases(since, now)
            return Point(measure, since, now, met.count(), every.count())
    except DatabaseError as error:
        log().error("a measure's query failed", where=measure.code, error=type(error).__name__)
        return Point(measure, since, now, None, None)


def cases(measure: Measure, now: datetime, user: Staff, *, not_met: bool) -> QuerySet[Any]:
    """The cases that meet the measure, or that count and do not, within this person's sight; newest first."""
    every, met = measure.cases(now - measure.window, now)
    found = every.exclude(pk__in=met.values("pk")) if not_met else met
    sight: QuerySet[Any] = found.model._default_manager.visible_to(user).filter(pk__in=found.values("pk"))
    return sight.order_by("-opened_at")


def shown_to(found: Sequence[Point], *, outside: bool) -> list[dict[str, Any]]:
    """Points as a page shows them. From ``outside`` a figure is withheld where any of its parts counts 1 to 4 cases.

    So is every figure that shares out the same cases, or the small one could be reckoned from the others.
    """
    small = {one.measure.parts_of for one in found if _small(one)} - {""}
    return [shown(one, withheld=outside and (_small(one) or one.measure.parts_of in small)) for one in found]


def _small(found: Point) -> bool:
    if found.of is None or found.met is None:
        return False
    return any(0 < part < SMALL for part in (found.met, found.of, found.of - found.met))


def shown(found: Point, *, withheld: bool) -> dict[str, Any]:
    """A point as a page shows it."""
    share = found.share
    return {
        "measure": found.measure,
        "since": found.since,
        "until": found.until,
        "known": found.of is not None,
        "withheld": withheld,
        "met": found.met,
        "of": found.of,
        "percent": None if share is None else round(share * 100, 1),
    }
