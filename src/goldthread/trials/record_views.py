"""The record of the reader, and its figures by group, as pages: aggregates, of nobody's record."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.clocks.db import database_now
from goldthread.measures.registry import SMALL, measure
from goldthread.trials import record_queries
from goldthread.trials.groups import cuts
from goldthread.trials.measures import MEASURES

SEE = "trials.see"


@route(record_queries.VERB, "none")
@require_safe
def record(request: HttpRequest) -> HttpResponse:
    """The transparency record with what runs here: modes, versions and measures."""
    user, now = staff(request), database_now(connection)
    found = record_queries.record(user, now)
    context = {"now": now, "record": found, "small": SMALL, "groups": user.can(SEE)}
    return render(request, "trials/record.jinja", context)


@route(SEE, "none")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """One measure of the reader by group; the first unless one is named."""
    now, names = database_now(connection), [(code, name) for code, name, *_ in MEASURES]
    code = request.GET.get("measure", names[0][0])
    if code not in dict(names):
        raise Http404("There is no such measure of the reader.")
    one = measure(code)
    whole, parts = cuts(one, now)
    context = {"now": now, "names": names, "measure": one, "whole": whole, "cuts": parts, "small": SMALL}
    return render(request, "trials/figures.jinja", context)
