"""Clocks that warn or have run out, for those they tell."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import declarations_of, route, staff
from goldthread.audit.actions import Subject, record_consultation
from goldthread.clocks.db import database_now
from goldthread.safeguarding import clock_queries
from goldthread.safeguarding.clock_models import KINDS, Clock
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.nav import sections

VERB = "clock.see"
PLACES: dict[str, str] = {}
"""Where what a clock is on has a page of its own: the route, by what it is about. Others lead to their incident."""
CALLED: dict[str, Callable[[Staff, Collection[str]], dict[str, tuple[uuid.UUID, str]]]] = {}
"""Which child a clock is on where no incident says so, by what it is about: of these identities those in somebody's sight, each with
the child's record and name."""


@route(VERB, "consultation")
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """Every clock that has told this person's role something and still runs."""
    user = staff(request)
    found = list(clock_queries.standing(user))
    called = {
        about: whose(user, {one.about_id for one in found if one.about == about}) for about, whose in CALLED.items()
    }
    children = {one.pk: child for one in found if (child := called.get(one.about, {}).get(one.about_id)) is not None}
    subjects: list[Subject] = [("incident", str(one.incident_id)) for one in found if one.incident_id]
    subjects += [("child_record", str(one[0])) for one in children.values()]
    record_consultation(user, VERB, list(dict.fromkeys(subjects)))
    rows = [
        {
            "clock": one,
            "name": names().get(one.rule, one.rule),
            "told": dict(KINDS)[one.told_kind],
            "over": one.told_kind != "warn",
            "child": children[one.pk][1] if one.pk in children else "",
            "href": _place(user, one, unseen=one.about in CALLED and one.pk not in children),
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


def _place(user: Staff, clock: Clock, *, unseen: bool) -> str:
    """Where it leads this person: to its own page where they may open that, else to its incident; empty for neither."""
    if clock.about in PLACES and not unseen:
        href = reverse(PLACES[clock.about], args=[clock.about_id])
        declared = declarations_of(resolve(href).func, None)
        if all(user.can(one.verb) for one in declared.values()):
            return href
    return reverse("desk:incident", args=[clock.incident_id]) if clock.incident_id else ""
