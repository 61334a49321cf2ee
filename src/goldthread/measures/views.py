"""Measures on a page: each with its figure, its definition and, for those allowed, its cases."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.measures import queries
from goldthread.measures.registry import Measure, measure

PAGE = 100


@route("measures.see", "none")
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Every measure over its own window, as aggregates."""
    now = database_now(connection)
    context = {
        "now": now,
        "measures": [queries.shown(queries.point(one, now)) for one in queries.measures()],
        "weeks": queries.weeks(),
        "cases": staff(request).can("measures.cases"),
    }
    return render(request, "measures/list.jinja", context)


@route("measures.see", "none")
@require_safe
def weeks(request: HttpRequest, code: str) -> HttpResponse:
    """One measure: its definition, its query, and what it was at the end of each of the last weeks, as aggregates."""
    one = _measure(code)
    now = database_now(connection)
    context = {
        "now": now,
        "measure": one,
        "point": queries.shown(queries.point(one, now)),
        "weeks": queries.weeks()[code],
        "asked": queries.asked(one, now),
        "cases": staff(request).can("measures.cases"),
    }
    return render(request, "measures/weeks.jinja", context)


@route("measures.cases", "consultation")
@require_safe
def cases(request: HttpRequest, code: str) -> HttpResponse:
    """The cases behind one number of a measure that this person may see."""
    user = staff(request)
    one = _measure(code)
    now = database_now(connection)
    lists = {key: words for key, words in queries.WHICH.items() if one.timed is not None or key != "timed"}
    # Where lower is better the cases to look at are those that meet the measure.
    which = request.GET.get("which", "")
    if which not in lists:
        which = "not_met" if one.good == "up" else "met"
    pages = Paginator(queries.seen(one, now, which, user), PAGE)
    page = pages.get_page(request.GET.get("page"))
    record_consultation(
        user, "measures.cases", [(one.subject, str(case.pk)) for case in page.object_list], measure=code
    )
    context: dict[str, Any] = {
        "now": now,
        "measure": one,
        "cases": page.object_list,
        "which": which,
        "lists": lists,
        "number": page.number,
        "pages": pages.num_pages,
        "total": pages.count,
        "opening": queries.OPENINGS[one.subject](user) if one.subject in queries.OPENINGS else {},
        "ended": queries.ended(one, now, which, user),
        "force": queries.cases(one, now, which).count(),
        "point": queries.shown(queries.point(one, now)),
    }
    return render(request, "measures/cases.jinja", context)


def _measure(code: str) -> Measure:
    try:
        return measure(code)
    except KeyError:
        raise Http404("There is no such measure.") from None
