"""Figures and the cases behind them, from one definition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlparse
from django.db import DatabaseError, transaction
from django.db.models import Aggregate, Count, DurationField, QuerySet

from goldthread.config.logs import log
from goldthread.measures.models import StoredPoint
from goldthread.measures.registry import Measure, Point, measures

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

__all__ = ["WHICH", "asked", "cases", "ended", "measures", "point", "seen", "shown", "weeks"]


WEEKS = 13
"""Weeks that pages show, and for which a missing point is still taken: a quarter *(ours)*."""
PROMPT = timedelta(days=1)
"""How long after its week's end a point counts as taken then *(ours)*."""
WHICH = {"met": "met", "not_met": "not met", "all": "all that count", "timed": "with a time"}
"""The lists behind a figure: each of its numbers is the length of one."""


OPENINGS: dict[str, Callable[[Staff], dict[str, Any]]] = {}
"""By what a case is: how somebody whose role sees none by itself opens those behind a number. Filled at start by the app that holds the cases;
gives ``address``, a route's name, and ``reasons`` to choose from, or nothing."""


class Within(Aggregate):
    """The shortest of the times within which a ``share`` of them lies: the time of a case, not a mean of two."""

    function = "percentile_disc"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def point(measure: Measure, now: datetime) -> Point:
    """The measure's value over its window up to now; *not known* where its query fails, never zero."""
    since = now - measure.window
    try:
        with transaction.atomic():
            every, met = measure.cases(since, now)
            return Point(measure, since, now, met.count(), **_counted(measure, every, now))
    except DatabaseError as error:
        log().error("a measure's query failed", where=measure.code, error=type(error).__name__)
        return Point(measure, since, now, None, None)


def _counted(measure: Measure, every: QuerySet[Any], until: datetime) -> dict[str, Any]:
    """How many cases count and, where the measure tells it, how long it took in them: in one query."""
    if measure.timed is None:
        return {"of": every.count()}
    found: dict[str, Any] = measure.timed.took(every, until).aggregate(
        of=Count("pk"), timed=Count("took"), median=Within("took", share="0.5"), p90=Within("took", share="0.9")
    )
    return found


def cases(measure: Measure, now: datetime, which: str) -> QuerySet[Any]:
    """The cases behind one number of a measure, all of the force's; ``which`` is one of ``WHICH``."""
    every, met = measure.cases(now - measure.window, now)
    if which == "timed" and measure.timed is not None:
        return measure.timed.took(every, now).filter(took__isnull=False)
    return {"met": met, "not_met": every.exclude(pk__in=met.values("pk"))}.get(which, every)


def seen(measure: Measure, now: datetime, which: str, user: Staff) -> QuerySet[Any]:
    """Of those the cases within this person's sight, each with its time where the measure tells one.

    The newest first; of those with a time the longest.
    """
    found = cases(measure, now, which)
    sight: QuerySet[Any] = found.model._default_manager.visible_to(user).filter(pk__in=found.values("pk"))
    if measure.timed is None:
        return sight.order_by("-opened_at")
    return measure.timed.took(sight, now).order_by("-took" if which == "timed" else "-opened_at", "pk")


def ended(measure: Measure, now: datetime, which: str, user: Staff) -> int:
    """How many of the cases went out of this person's sight only by being closed."""
    found = cases(measure, now, which)
    manager = found.model._default_manager
    # What has no such cases says nothing of them.
    return manager.ended_for(user).filter(pk__in=found.values("pk")).count() if hasattr(manager, "ended_for") else 0


def asked(measure: Measure, now: datetime) -> dict[str, str]:
    """The queries behind the figure, as SQL to be read: cases that count, those that meet the measure, and their times."""
    every, met = measure.cases(now - measure.window, now)
    found = {"count": every, "met": met}
    if measure.timed is not None:
        found["timed"] = measure.timed.took(every, now).values("pk", "took")
    return {name: sqlparse.format(str(one.query), reindent=True) for name, one in found.items()}


def weeks() -> dict[str, list[dict[str, Any]]]:
    """Each measure's points of the last weeks by its code, the oldest first, as a page shows them.

    A measure that has gone or was renamed since has no row here; its points stand in the table.
    """
    known = {one.code: one for one in measures()}
    by_week: dict[datetime, list[StoredPoint]] = {}
    for one in StoredPoint.objects.filter(code__in=known).order_by("-until", "code"):
        if one.until not in by_week and len(by_week) == WEEKS:
            break
        by_week.setdefault(one.until, []).append(one)
    found: dict[str, list[dict[str, Any]]] = {code: [] for code in known}
    for until in sorted(by_week):
        for row in by_week[until]:
            told = shown(Point(known[row.code], row.since, row.until, row.met, row.of, row.timed, row.median, row.p90))
            late = row.taken_at - row.until > PROMPT
            found[row.code].append({**told, "taken_at": row.taken_at, "late": late})
    return found


def shown(found: Point) -> dict[str, Any]:
    """A point as a page shows it."""
    share = found.share
    return {
        "measure": found.measure,
        "since": found.since,
        "until": found.until,
        "known": found.of is not None,
        "met": found.met,
        "of": found.of,
        "percent": None if share is None else round(share * 100, 1),
        "timed": found.timed,
        "median": found.median,
        "p90": found.p90,
    }
