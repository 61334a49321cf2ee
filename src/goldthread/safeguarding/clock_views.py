"""Clocks that warn or have run out, for those they tell."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import Subject, record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.safeguarding import clock_queries
from goldthread.safeguarding.clock_models import KINDS, Clock
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.nav import sections
from goldthread.web.paging import page_links

VERB = "clock.see"
PAGE = 100
PLACES: dict[str, tuple[str, Callable[[Staff], QuerySet[Any]]]] = {}
"""Where what a clock is on has a page of its own: the route and those that a person may open, by what it is about. Others, and those
whom it is closed to, lead to their incident.
"""
CALLED: dict[str, Callable[[Staff, Collection[str]], dict[str, tuple[uuid.UUID, str]]]] = {}
"""Which child a clock is on where no incident says so, by what it is about: of these identities those in somebody's sight, each with
the child's record and name."""


@route(VERB, "consultation")
@require_safe
def told(request: HttpRequest) -> HttpResponse:
    """The clocks that have told this person's role something and still run, the longest over first."""
    user = staff(request)
    page = Paginator(clock_queries.standing(user), PAGE).get_page(request.GET.get("page"))
    found = list(page.object_list)
    called = {
        about: whose(user, {one.about_id for one in found if one.about == about}) for about, whose in CALLED.items()
    }
    children = {one.pk: child for one in found if (child := called.get(one.about, {}).get(one.about_id)) is not None}
    subjects: list[Subject] = [("incident", str(one.incident_id)) for one in found if one.incident_id]
    subjects += [("child_record", str(one[0])) for one in children.values()]
    record_consultation(user, VERB, list(dict.fromkeys(subjects)))
    now = database_now(connection)
    rows = [
        {
            "clock": one,
            "name": names().get(one.rule, one.rule),
            # Corrected terms may have moved the end of one that said it had run out.
            "told": dict(KINDS)[one.told_kind] if one.told_kind == "warn" or one.due_at <= now else "Planned anew",
            "over": one.due_at <= now,
            "child": children[one.pk][1] if one.pk in children else "",
            "href": href,
        }
        for one, href in zip(found, _places(user, found, children), strict=True)
    ]
    return render(
        request,
        "safeguarding/clocks.jinja",
        {
            "now": now,
            "rows": rows,
            "page": page_links(request, page, "clock"),
            "sections": sections(user, request.path),
        },
    )


@route(VERB, "consultation")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many stand: what the navigation shows. Nobody's record."""
    return JsonResponse(clock_queries.counted(staff(request)))


def _places(user: Staff, found: Sequence[Clock], children: Collection[int]) -> Iterator[str]:
    """Where each leads that this person may open; empty for others. ``children``: the clocks on a child whose record they see."""
    seen = set(
        Incident.objects.visible_to(user).filter(pk__in={one.incident_id for one in found}).values_list("pk", flat=True)
    )
    open_to = {
        kind: {str(pk) for pk in sight(user).filter(pk__in={one.about_id for one in found if one.about == kind}).values_list("pk", flat=True)}
        for kind, (_, sight) in PLACES.items()
        if any(one.about == kind for one in found)
    }  # fmt: skip
    for one in found:
        if one.about_id in open_to.get(one.about, ()) and (one.about not in CALLED or one.pk in children):
            yield reverse(PLACES[one.about][0], args=[one.about_id])
        else:
            yield reverse("desk:incident", args=[one.incident_id]) if one.incident_id in seen else ""
