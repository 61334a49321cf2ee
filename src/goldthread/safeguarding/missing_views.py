"""Missing children as pages: who is missing now, recording one, one episode, and from where children go missing."""

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
from goldthread.config.errors import Stale
from goldthread.contact.known import force_day
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE
from goldthread.safeguarding import missing_actions as actions
from goldthread.safeguarding import missing_forms as forms
from goldthread.safeguarding import missing_presenters as presenters
from goldthread.safeguarding import missing_queries as queries
from goldthread.safeguarding import missing_rules as rules
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.nav import sections
from goldthread.safeguarding.protection_presenters import choices
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEES, RECORDS, DECIDES = queries.SEES, actions.VERB, actions.DECIDES
FORMS = (
    forms.AssessForm,
    forms.AgreeForm,
    forms.SightingForm,
    forms.WithdrawForm,
    forms.ReturnForm,
    forms.InterviewForm,
)


@route(SEES, "consultation")
@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Children who are missing, the longest unseen first, then those back to whom an interview is owed."""
    user, now = staff(request), database_now(connection)
    page = Paginator(queries.listed(user), PAGE).get_page(request.GET.get("page"))
    rows = presenters.rows(page.object_list, now)
    record_consultation(user, "missing.list", [("episode", str(one["id"])) for one in rows])
    context = {
        "now": now,
        "rows": rows,
        "page": page_links(request, page, "episode"),
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/missing-list.jinja", context)


@route(SEES, "consultation")
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """Addresses that children went missing from, care homes first."""
    user, now = staff(request), database_now(connection)
    rows = presenters.places(user, now)
    record_consultation(user, "missing.places", presenters.counted(rows))
    context = {"now": now, "rows": rows, "sections": sections(user, request.path)}
    return render(request, "safeguarding/missing-places.jinja", context)


@route(RECORDS, "collection")
@require_http_methods(["GET", "HEAD", "POST"])
def open_episode(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Record that a child of an incident is missing."""
    user = staff(request)
    incident = reached(user, RECORDS, incident_id)
    if incident is None:
        raise Http404(NOT_THERE)
    made: list[int] = []
    form = forms.OpenForm(request.POST if request.method == "POST" else None, children=choices(incident))

    def act(given: dict[str, Any]) -> None:
        values = {name: value for name, value in given.items() if name != "child_name"}
        made.append(actions.open_episode(user, incident_id, name=given["child_name"], **values).pk)

    if request.method == "POST" and carried_out(form, act):
        messages.success(request, "Recorded. The risk that holds is assessed again on its clock.")
        return redirect("safeguarding:missing", made[0])
    record_consultation(user, "missing.open", [("incident", str(incident_id))])
    context = {
        "now": database_now(connection),
        "incident": incident,
        "form": form,
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/missing-open.jinja", context, status=422 if form.is_bound else 200)


@route(SEES, "consultation")
@require_safe
def episode(request: HttpRequest, episode_id: int) -> HttpResponse:
    """One episode: hours unseen, risk, what is owed, and every episode of this child on one picture."""
    return _page(request, episode_id)


@route(RECORDS, "alteration")
@require_POST
def assess(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Assess the risk anew."""
    form = forms.AssessForm(request.POST)
    return _sent(request, episode_id, form, lambda given: actions.assess(staff(request), episode_id, **given))


@route(DECIDES, "alteration")
@require_POST
def agree(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Answer as the inspector a risk below medium."""

    def act(given: dict[str, Any]) -> None:
        approve = given.pop("answer") == "yes"
        actions.agree(staff(request), episode_id, approve=approve, **given)

    return _sent(request, episode_id, forms.AgreeForm(request.POST), act)


@route(RECORDS, "collection")
@require_POST
def sighting(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record that the child was seen."""
    form = forms.SightingForm(request.POST)
    return _sent(request, episode_id, form, lambda given: actions.sight(staff(request), episode_id, **given))


@route(RECORDS, "alteration")
@require_POST
def withdraw(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Take back a sighting that was recorded by mistake."""
    form = forms.WithdrawForm(request.POST)
    return _sent(request, episode_id, form, lambda given: actions.take_back(staff(request), episode_id, **given))


@route(RECORDS, "alteration")
@require_POST
def come_back(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record the return."""
    form = forms.ReturnForm(request.POST)
    return _sent(request, episode_id, form, lambda given: actions.come_back(staff(request), episode_id, **given))


@route(RECORDS, "collection")
@require_POST
def interview(request: HttpRequest, episode_id: int) -> HttpResponse:
    """Record what came of an interview."""
    form = forms.InterviewForm(request.POST)
    return _sent(request, episode_id, form, lambda given: actions.interview(staff(request), episode_id, **given))


def _sent(
    request: HttpRequest, episode_id: int, form: CommandForm, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    stale = False

    def once(given: dict[str, Any]) -> None:
        nonlocal stale
        try:
            act(given)
        except Stale:
            stale = True
            raise

    if carried_out(form, once):
        messages.success(request, "Recorded.")
        return redirect("safeguarding:missing", episode_id)
    return _page(request, episode_id, form, stale=stale, status=422)


def _page(
    request: HttpRequest, episode_id: int, sent: CommandForm | None = None, *, stale: bool = False, status: int = 200
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    joined = ("incident", "place__street", "place_words", "by", "came_back__where", "came_back__condition")
    held = queries.in_sight(user).select_related(*joined).filter(pk=episode_id).first()
    if held is None:
        raise Http404(actions.NOT_THERE)
    shown = presenters.row(held, now)
    record_consultation(user, SEES, [("incident", str(held.incident_id)), ("episode", str(held.pk))])
    offered: dict[str, CommandForm] = {one.name: one() for one in FORMS}
    assessed = [presenters.assessment(one) for one in queries.assessments(held)]
    # What was true last time stays ticked, so that nobody lowers what is suggested by leaving it out.
    offered["assess"].initial["reasons"] = assessed[0]["reason_codes"]
    for name in ("assess", "agree"):
        offered[name].initial["version"] = assessed[0]["version"]
    if sent is not None:
        offered[sent.name] = sent
    if sent is not None and stale:  # this page shows what is new, so that it may be sent again
        again = request.POST.copy()
        again["version"] = str(assessed[0]["version"])
        sent.data = again
    seen = [presenters.sighting(one) for one in queries.sightings(held)]
    standing = [one for one in seen if not one["withdrawn_by"]]
    offered["withdraw"].fields["sighting"].widget.choices = presenters.to_choose(standing)
    table = rules.table_on(force_day(now))
    context = {
        "now": now,
        "one": shown,
        "back": held.came_back if held.returned_at else None,
        "by": held.by.name,
        "forms": offered,
        "sent": sent.name if sent is not None else "",
        "assessed": assessed,
        "sightings": seen,
        "standing": standing,
        "interviews": [presenters.interview(one) for one in queries.interviews(held)],
        "clocks": [{"name": names().get(one.rule, one.rule), "clock": one} for one in running(("missing", held.pk))],
        "history": presenters.history(user, held, now),
        "same_place": queries.from_same_place(held, table.window),
        "may_record": reached(user, RECORDS, held.incident_id) is not None,
        "may_agree": bool(user.seat.codes & set(table.inspector))
        and reached(user, DECIDES, held.incident_id) is not None,
        "may_open": reached(user, "incident.see", held.incident_id) is not None,
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/missing.jinja", context, status=status)
