"""The Commissioner's comments in the demo: published in time on the plan's report, and the clock that runs on a newer one.

Rows as the actions leave them, at the times at which somebody would have entered them, as ``plan_rows`` has them.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from goldthread.accounts.models import Staff
from goldthread.audit.actions import acting
from goldthread.clocks.local import LONDON
from goldthread.commissioner.published_actions import PUBLISHED
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.improvement.frame import KEEP
from goldthread.improvement.models import (
    CommentsPublished,
    PlanReport,
    PlanReportVersion,
    Recommendation,
    StateChange,
)


def enter_the_comments(now: datetime) -> int:
    """Write both; how many reports have comments. For the seed's one transaction, after the plan. Nothing without the plan or its people."""
    people = {one.username: one for one in Staff.objects.filter(username__in=("programme", "pcc"))}
    report = PlanReport.objects.order_by("pk").first()
    if len(people) < 2 or report is None:
        return 0
    held, today, keeper, office = table("demo", "comments.toml"), force_day(now), people["programme"], people["pcc"]

    def at(days: int) -> datetime:
        return min(datetime.combine(today + timedelta(days=days), time(15, 20), LONDON), now)

    day = today + timedelta(days=held["published"])
    said = CommentsPublished(
        report=report, number=1, day=day, place=held["place"], office=office.seat.name, on_word=False, key=_key("said"),
        by=office, at=at(held["published"] + 1),
    )  # fmt: skip
    said.save()
    with acting(office) as act:
        about = [("plan-report", report.pk), ("comments-published", said.pk)]
        act.record("collection", PUBLISHED, about, number=1, day=day, stated_at=said.at)
    owed = held["owed"]
    entered = at(owed["published"] + 1)
    newer = PlanReport(key=_key("owed"), by=keeper, at=entered)
    newer.save()
    facts = {name: owed[name] for name in ("name", "source", "kind")}
    published_on = today + timedelta(days=owed["published"])
    PlanReportVersion(report=newer, **facts, published_on=published_on, by=keeper, at=entered).save()
    for number in range(1, owed["recommendations"] + 1):
        made = Recommendation(report=newer, number=number, key=_key("r", number), by=keeper, at=entered)
        made.save()
        StateChange(recommendation=made, state="progress", why="entered", by=keeper, at=entered).save()
    with acting(keeper) as act:
        about = [("plan-report", newer.pk)]
        act.record("collection", KEEP, about, recommendations=owed["recommendations"], stated_at=entered)
    return 2


def _key(*what: object) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"demo comments {what}")
