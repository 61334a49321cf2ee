"""Pages of the quality of review: the figures, and the reviews behind each number."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures import weeks
from goldthread.supervision import quality
from goldthread.supervision.kinds import names
from goldthread.supervision.models import ANSWERS
from goldthread.supervision.quality_queries import SEES, looked, of_everybody
from goldthread.web.paging import page_links

WEEKS = 8
"""Whole weeks that the page shows, beside the one that runs *(ours)*."""
PAGE = 100
GROUPS = {"request": "requests", "none": "looked at without a find"}


@route(SEES, "none")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Time, agreement and reversals as a whole, by kind and by week; nobody is named."""
    user, now = staff(request), database_now(connection)
    starts, some = _looked(user, now)
    every = {**names(), **GROUPS}
    kinds = [(code, name, [one for one in some if code in one.groups]) for code, name in every.items()]
    by_week = [(str(number), start, _in_week(some, starts, number)) for number, start in enumerate(starts)]
    context = {
        "now": now,
        "since": starts[0],
        "everybody": of_everybody(user),
        "heads": [words for words, _, _ in quality.COUNTED.values()],
        "whole": quality.row("", "All", some),
        "kinds": [quality.row(code, name, found) for code, name, found in kinds if found],
        "weeks": [(start, quality.row(code, "", found)) for code, start, found in reversed(by_week)],
    }
    return render(request, "supervision/quality.jinja", context)


@route(SEES, "consultation")
@require_safe
def behind(request: HttpRequest) -> HttpResponse:
    """The reviews behind one number, as far as their incidents are in this person's reach."""
    user, now = staff(request), database_now(connection)
    starts, some = _looked(user, now)
    which, met = request.GET.get("which", ""), request.GET.get("met", "") == "yes"
    kind, week = request.GET.get("kind", ""), request.GET.get("week", "")
    if kind:
        some = [one for one in some if kind in one.groups]
    if week.isdecimal() and len(week) < 3 and int(week) < len(starts):
        some = _in_week(some, starts, int(week))
    found = quality.chosen(some, which, met=met)
    reach = Incident.objects.reached_by(user, "supervision.review").filter(pk__in={one.incident for one in found})
    references = dict(reach.values_list("pk", "reference"))
    seen = [one for one in found if one.incident in references]
    pages = Paginator(seen, PAGE)
    page = pages.get_page(request.GET.get("page"))
    shown = [
        {"incident": one.incident, "reference": references[one.incident], "at": one.at, "took": one.took,
         "answer": dict(ANSWERS)[one.answer], "kinds": [{**names(), **GROUPS}.get(code, code) for code in one.groups],
         "reversed": one.reversed}
        for one in page.object_list
    ]  # fmt: skip
    record_consultation(
        user,
        "quality.reviews",
        [("incident", str(one["incident"])) for one in shown],
        which=which if which in quality.COUNTED else "all",
    )
    context: dict[str, Any] = {
        "now": now,
        "rows": shown,
        "total": len(found),
        "seen": len(seen),
        "everybody": of_everybody(user),
        "what": quality.COUNTED[which][0] if which in quality.COUNTED else "Reviews",
        "met": met,
        "page": page_links(request, page, "review"),
    }  # fmt: skip
    return render(request, "supervision/quality_reviews.jinja", context)


def _looked(user: Staff, now: datetime) -> tuple[list[datetime], list[quality.Looked]]:
    """Starts of the weeks, the oldest first, the last the one that runs; and the reviews since the first of them."""
    starts = weeks.ended(now, WEEKS + 1)
    return starts, looked(user, starts[0], now)


def _in_week(some: list[quality.Looked], starts: list[datetime], number: int) -> list[quality.Looked]:
    end = starts[number + 1] if number + 1 < len(starts) else None
    return [one for one in some if starts[number] <= one.at and (end is None or one.at < end)]
