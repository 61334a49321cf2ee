"""The page of the officer at the door, for whoever was sent there and for who answers on their word."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import Subject, record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one
from goldthread.contact.work import NOT_THERE
from goldthread.desk import drafts, presenters
from goldthread.desk import typing as along_typing
from goldthread.desk.pages import now
from goldthread.desk.record import Record
from goldthread.safeguarding import door_actions, door_presenters, door_queries
from goldthread.safeguarding.child_marker_presenters import markers_here
from goldthread.safeguarding.door_forms import DoorForm
from goldthread.safeguarding.door_queries import VERB
from goldthread.web.forms import show_errors


def draft_of(incident_id: uuid.UUID) -> uuid.UUID:
    """Under what identity this page's draft is kept: the incident's own page keeps another."""
    return uuid.uuid5(incident_id, "door")


@route(VERB, "consultation")
@require_safe
def page(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """The incident in short, and what is to be answered of each child, the home and the PPN."""
    user = staff(request)
    incident = one(user, VERB, incident_id)
    if incident is None:
        raise Http404(NOT_THERE)
    return _page(request, user, incident)


@route(VERB, "collection")
@require_POST
def answer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Take what was found; a phone that was cut off sends it later, and is told in a sentence where it is not taken."""
    user = staff(request)
    incident = one(user, VERB, incident_id, closed_too=True)
    if incident is None:
        return _told(request, NOT_THERE, 404)
    form = _form(user, Record(incident, user), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        names = ("key", "visit", "children", "whole", "new", "seen_at", "pressed_at", "told_by")
        values: dict[str, Any] = {name: given.get(name) for name in names}
        try:
            door_actions.answer(user, incident_id, **values)
        except NotThere as error:
            return _told(request, str(error), 404)
        except Refused as error:
            show_errors(form, error)
        else:
            drafts.sent(user, draft_of(incident_id), form.drafted())
            messages.success(request, f"Entered for {incident.reference}.")
            return _done(request, incident_id)
    if _is_script(request):
        return JsonResponse({"say": " ".join(str(one) for told in form.errors.values() for one in told)}, status=422)
    return _page(request, user, incident, form=form, status=422)


@route(VERB, "collection")
@require_POST
def typing(request: HttpRequest, incident_id: uuid.UUID) -> JsonResponse:
    """Keep what is typed and not sent, as the desk's pages do."""
    user = staff(request)
    if one(user, VERB, incident_id, closed_too=True) is None:
        raise Http404(NOT_THERE)
    try:
        typed = along_typing.parsed(request.body)
        kept = drafts.store(user, draft_of(incident_id), typed.base, typed.fields, asks=typed.asks)
    except Stale:
        held = drafts.load(user, draft_of(incident_id))
        there = {"revision": held.revision, "fields": held.fields} if held else {"revision": 0, "fields": {}}
        return JsonResponse({"elsewhere": True, **there})
    except Invalid as error:
        return JsonResponse({"say": str(error)}, status=422)
    return JsonResponse({"revision": kept.revision, "have": typed.have})


def _page(
    request: HttpRequest, user: Staff, incident: Incident, *, form: DoorForm | None = None, status: int = 200
) -> HttpResponse:
    record, at = Record(incident, user), now()
    shown = presenters.children(record)
    marked = markers_here(incident, [each.child for each in record.children], force_day(at))
    subjects: list[Subject] = [("incident", str(incident.pk)), *(("child", each.child) for each in shown)]
    subjects += [("child_marker", str(each["marker"].pk)) for held in marked.values() for each in held]
    record_consultation(user, VERB, subjects)
    visit = door_queries.mine(user, incident)
    form = form or _form(user, record)
    told = door_queries.answers(incident)
    known = {each.child: each for each in shown}
    draft = drafts.load(user, draft_of(incident.pk))
    context: dict[str, Any] = {
        "now": at,
        "incident": incident,
        "ribbon": presenters.ribbon(record, at),
        "place": incident.location.shown() if incident.location else "",
        "visit": visit,
        "owes": visit is not None and door_queries.owes(visit),
        "whole": door_presenters.whole(door_queries.wholes(incident).get(visit.pk)) if visit else None,
        "form": form,
        "rows": [
            {
                "form": row,
                "known": known.get(str(row["child"].value() or "")),
                "markers": marked.get(str(row["child"].value() or ""), []),
                "found": door_presenters.child(told.get((visit.pk, _identity(row["child"].value())))) if visit else None,
            }
            for row in form.rows
        ],
        "draft_key": drafts.browser_key(user),
        "draft_id": draft_of(incident.pk),
        "draft": json.dumps({"revision": draft.revision, "fields": draft.fields}) if draft else "",
    }  # fmt: skip
    return render(request, "safeguarding/door.jinja", context, status=status)


def _form(user: Staff, record: Record, data: Any = None) -> DoorForm:
    incident = record.incident
    visit = door_queries.mine(user, incident)
    officers = list(door_queries.sent_there(incident))
    return DoorForm(
        data,
        visits=[(each.pk, each.unit.call_sign) for each in door_queries.visits(incident)],
        officers=[(each.pk, each.name) for each in officers if each.pk != user.pk],
        children=[str(each.child) for each in record.children],
        initial={"visit": visit.pk if visit else None},
    )


def _identity(value: object) -> uuid.UUID:
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return uuid.UUID(int=0)


def _is_script(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _done(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    where = redirect("safeguarding:door", incident_id)
    return JsonResponse({"href": where.url}) if _is_script(request) else where


def _told(request: HttpRequest, say: str, status: int) -> HttpResponse:
    if _is_script(request):
        return JsonResponse({"say": say}, status=status)
    raise Http404(say)
