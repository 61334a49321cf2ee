"""Police protection as pages: the list, recording it, one record with what is owed of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE
from goldthread.safeguarding import protection_actions as actions
from goldthread.safeguarding import protection_forms as forms
from goldthread.safeguarding import protection_presenters as presenters
from goldthread.safeguarding import protection_queries as queries
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.nav import sections
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEES, RECORDS = queries.SEES, actions.VERB


@route(SEES, "consultation")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Children in police protection, the longest first, then those in whom it ended."""
    user, now = staff(request), database_now(connection)
    page = Paginator(queries.listed(user), PAGE).get_page(request.GET.get("page"))
    rows = presenters.rows(page.object_list, now)
    record_consultation(user, "protection.list", [("protection", str(one["id"])) for one in rows])
    context = {
        "now": now,
        "rows": rows,
        "page": page_links(request, page, "protection"),
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/protections.jinja", context)


@route(RECORDS, "collection")
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Record that a child of an incident was taken into police protection."""
    user, now = staff(request), database_now(connection)
    incident = reached(user, RECORDS, incident_id)
    if incident is None:
        raise Http404(NOT_THERE)
    children = presenters.choices(incident)
    made: list[int] = []
    form = forms.TakeForm(
        request.POST if request.method == "POST" else None,
        children=children,
        initial={"taken_at": now.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M")},
    )

    def act(given: dict[str, Any]) -> None:
        found = actions.take(
            user, incident_id, key=given["key"], child=given["child"], name=given["child_name"], given=form.given()
        )
        made.append(found.pk)

    if request.method == "POST" and carried_out(form, act):
        messages.success(request, "Recorded. The clock runs from when the child was taken.")
        return redirect("safeguarding:protection", made[0])
    record_consultation(user, "protection.take", [("incident", str(incident_id))])
    context = {
        "now": now,
        "incident": incident,
        "form": form,
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/protection-take.jinja", context, status=422 if form.is_bound else 200)


@route(SEES, "consultation")
@require_safe
def record(request: HttpRequest, protection_id: int) -> HttpResponse:
    """One record: how long, what is known, what is owed."""
    return _page(request, protection_id)


@route(RECORDS, "alteration")
@require_POST
def add(request: HttpRequest, protection_id: int) -> HttpResponse:
    """Add what was owed, or correct it."""
    form = forms.AddForm(request.POST)
    return _sent(
        request,
        protection_id,
        form,
        lambda given: actions.add(staff(request), protection_id, key=given["key"], given=form.given()),
    )


@route(RECORDS, "alteration")
@require_POST
def end(request: HttpRequest, protection_id: int) -> HttpResponse:
    """Record how it ended."""
    return _sent(
        request,
        protection_id,
        forms.EndForm(request.POST),
        lambda given: actions.end(staff(request), protection_id, **given),
    )


@route(RECORDS, "collection")
@require_POST
def meet(request: HttpRequest, protection_id: int) -> HttpResponse:
    """Record a strategy discussion or a conference about the child."""
    held = _held(request, protection_id, RECORDS)
    return _sent(
        request,
        protection_id,
        forms.MeetForm(request.POST),
        lambda given: actions.met(staff(request), held.incident_id, child=str(held.child), **given),
    )


def _held(request: HttpRequest, protection_id: int, verb: str) -> Any:
    held = queries.in_sight(staff(request), verb).select_related("incident", "ended_words").filter(pk=protection_id)
    found = held.first()
    if found is None:
        raise Http404(actions.NOT_THERE)
    return found


def _sent(
    request: HttpRequest, protection_id: int, form: CommandForm, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    if carried_out(form, act):
        messages.success(request, "Recorded.")
        return redirect("safeguarding:protection", protection_id)
    return _page(request, protection_id, form, status=422)


def _page(
    request: HttpRequest, protection_id: int, sent: CommandForm | None = None, *, status: int = 200
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    held = _held(request, protection_id, SEES)
    (shown,) = presenters.rows([held], now)
    record_consultation(user, SEES, [("incident", str(held.incident_id)), ("protection", str(held.pk))])
    offered: dict[str, CommandForm] = {one.name: one() for one in (forms.AddForm, forms.EndForm, forms.MeetForm)}
    if sent is not None:
        offered[sent.name] = sent
    versions = held.versions.select_related("by").order_by("-version")
    context = {
        "now": now,
        "one": shown,
        "forms": offered,
        "sent": sent.name if sent is not None else "",
        "meetings": [presenters.met(one) for one in queries.meetings(held.incident_id, held.child)],
        "clocks": [{"name": names().get(one.rule, one.rule), "clock": one} for one in running(("child", held.child))],
        "changes": versions,
        "by": held.by.name,
        "may_record": reached(user, RECORDS, held.incident_id) is not None,
        "may_open": reached(user, "incident.see", held.incident_id) is not None,
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/protection.jinja", context, status=status)
