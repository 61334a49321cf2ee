"""Clocks that warn or have run out, for those they tell."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.safeguarding import clock_queries
from goldthread.safeguarding.clock_models import KINDS
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.nav import sections

VERB = "clock.see"


@route(VERB, "consultation")
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """Every clock that has told this person's role something and still runs."""
    user = staff(request)
    found = list(clock_queries.standing(user))
    record_consultation(user, VERB, [("incident", str(one.incident_id)) for one in found if one.incident_id])
    rows = [
        {
            "clock": one,
            "name": names().get(one.rule, one.rule),
            "told": dict(KINDS)[one.told_kind],
            "over": one.told_kind != "warn",
        }
        for one in found
    ]
    return render(
        request,
        "safeguarding/clocks.jinja",
        {"now": database_now(connection), "rows": rows, "sections": sections(user, request.path)},
    )


@route(VERB, "consultation")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many stand: what the navigation shows. Nobody's record."""
    return JsonResponse(clock_queries.counted(staff(request)))
