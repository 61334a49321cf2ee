"""Taking the points of weeks that have ended."""

from __future__ import annotations

from datetime import datetime

from goldthread.measures.models import StoredPoint
from goldthread.measures.queries import WEEKS, point
from goldthread.measures.registry import measures
from goldthread.measures.weeks import ended


def take_points(now: datetime) -> int:
    """Take what is missing of the last weeks; returns how many. Safe to run twice, also at once.

    A measure whose query fails gets no point, and is tried again the next time. No case is told in a point, so nobody's
    record is collected by it.
    """
    weeks = ended(now, WEEKS)
    there = set(StoredPoint.objects.filter(until__in=weeks).values_list("code", "until"))
    taken = 0
    for until in weeks:
        for one in measures():
            if (one.code, until) in there:
                continue
            found = point(one, until)
            if found.met is None or found.of is None:
                continue
            StoredPoint(
                code=one.code, since=found.since, until=until, met=found.met, of=found.of,
                timed=found.timed, median=found.median, p90=found.p90,
            ).save_once()  # fmt: skip
            taken += 1
    return taken
