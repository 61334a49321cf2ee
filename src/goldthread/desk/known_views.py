"""The *Known* column: shown, searched as typed, settled, and the same matter linked. Words travel in bodies, never in URLs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import known_actions as known
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.people_models import SEARCHED
from goldthread.contact.records_told import told_by
from goldthread.contact.restricted import sees
from goldthread.contact.search import find
from goldthread.contact.work import NOT_THERE
from goldthread.desk.commands import answer
from goldthread.desk.forms import CommandForm
from goldthread.desk.known import Known
from goldthread.desk.known_forms import ChoiceForm, LinkForm, PersonForm, SearchForm
from goldthread.desk.pages import DISPLAYS, now, seen_record

Act = Callable[[Staff, dict[str, Any]], object]


@route("known.see", "consultation")
@require_safe
def shown(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """What is known to an incident: the column for its page, or a page of its own without scripts."""
    return _column(request, staff(request), incident_id)


@route("known.search", "consultation")
@require_POST
def suggest(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Suggestions for what is being typed. What is settled on is audited; what was typed on the way is not."""
    user = staff(request)
    incident = Incident.objects.reached_by(user, "known.search").filter(pk=incident_id).first()
    if incident is None:
        raise Http404(NOT_THERE)
    kind, typed = request.POST.get("kind", ""), request.POST.get("typed", "")
    at = now()
    found = find(kind, typed, force_day(at), incident.area, restricted=sees(user)) if kind in dict(SEARCHED) else []
    context = {"found": [(one, told_by(one, at)) for one in found], "list": request.POST.get("list", "")[:40]}
    return render(request, "desk/_known-options.jinja", context)


@route("known.search", "collection")
@require_POST
def search(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return _run(
        request,
        incident_id,
        SearchForm(request.POST),
        lambda user, given: known.search(user, incident_id, key=given["key"], kind=given["kind"], typed=given["typed"]),
    )


@route("known.search", "alteration")
@require_POST
def settle(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return _run(
        request,
        incident_id,
        ChoiceForm(request.POST),
        lambda user, given: known.settle(
            user, incident_id, key=given["key"], choice=given["choice"], typed=given["typed"]
        ),
    )


@route("known.search", "alteration")
@require_POST
def withdraw(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return _run(
        request,
        incident_id,
        ChoiceForm(request.POST),
        lambda user, given: known.withdraw(user, incident_id, key=given["key"], choice=given["choice"]),
    )


@route("known.search", "collection")
@require_POST
def person(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return _run(
        request,
        incident_id,
        PersonForm(request.POST),
        lambda user, given: known.record_person(
            user,
            incident_id,
            key=given["key"],
            name=given["person"],
            born=given["born"],
            lives_here=given["lives_here"],
        ),
    )


@route("incident.link", "combination")
@require_POST
def link(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return _run(
        request,
        incident_id,
        LinkForm(request.POST),
        lambda user, given: known.link(user, incident_id, key=given["key"], other_id=given["other"]),
    )


@route("incident.link", "combination")
@require_POST
def unlink(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return _run(
        request,
        incident_id,
        LinkForm(request.POST),
        lambda user, given: known.unlink(user, incident_id, key=given["key"], other_id=given["other"]),
    )


def _run(request: HttpRequest, incident_id: uuid.UUID, form: CommandForm, act: Act) -> HttpResponse:
    """Carry the command out and answer with the column; with scripts also with every display it may have changed."""
    user = staff(request)
    if form.is_valid():
        try:
            act(user, form.cleaned_data)
        except NotThere as error:
            raise Http404(str(error)) from None
        except Invalid as error:
            for field, sentence in error.fields.items():
                form.add_error(_field(form, field), sentence)
        except Refused as error:
            form.add_error(None, str(error))
    if form.errors:
        return _column(request, user, incident_id, form=form, status=422)
    if not request.headers.get("HX-Request"):
        return redirect("desk:known", incident_id)
    response = _column(request, user, incident_id)
    incident = Incident.objects.visible_to(user).filter(pk=incident_id).first()
    if incident is not None:
        response.write(answer(request, incident_id, seen_record(user, incident), [], DISPLAYS).content)
    return response


def _field(form: CommandForm, name: str) -> str | None:
    name = {"name": "person"}.get(name, name)
    return name if name in form.fields else None


def _column(
    request: HttpRequest, user: Staff, incident_id: uuid.UUID, *, form: CommandForm | None = None, status: int = 200
) -> HttpResponse:
    incident = Incident.objects.reached_by(user, "known.see").select_related("team").filter(pk=incident_id).first()
    if incident is None:
        raise Http404(NOT_THERE)
    at = now()
    found = Known(user, incident, at)
    record_consultation(user, "known.see", found.subjects)
    context = {
        "now": at,
        "incident": incident,
        "known": found,
        "may_search": _may(user, incident, "known.search"),
        "may_link": _may(user, incident, "incident.link"),
        "form": form,
        "person_form": form if isinstance(form, PersonForm) else PersonForm(),
        "key": uuid.uuid4(),
    }
    if request.headers.get("HX-Request"):
        return HttpResponse(render_to_string("desk/_known.jinja", context, request), status=status)
    return render(request, "desk/known.jinja", context, status=status)


def _may(user: Staff, incident: Incident, verb: str) -> bool:
    return Incident.objects.reached_by(user, verb).filter(pk=incident.pk).exists()
