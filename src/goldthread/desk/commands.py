"""One frame for every command a page sends: parse, act, and answer with what changed or with what was wrong.

A page with scripts sends commands by htmx and gets back the form (fresh, or with its errors and everything typed)
and the displays that changed, each swapped in its place, so that nothing else the person is typing is touched. Without
scripts the same POST answers with the whole page.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Closed, NotThere, Refused
from goldthread.contact.actions import open_incident
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one
from goldthread.contact.work import NOT_THERE
from goldthread.desk import drafts
from goldthread.desk.forms import CommandForm, OpeningForm
from goldthread.desk.pages import DISPLAYS, PANELS, every_value, form_panel, problems, seen_record, whole_page
from goldthread.desk.record import Record
from goldthread.web.errors import error_page
from goldthread.web.forms import show_errors

REFRESHED = {"grade": ("grade", "lower")}
"""Panels that offer something else after a command, beside its own."""
Act = Callable[[Staff, uuid.UUID, dict[str, Any]], object]


def run(request: HttpRequest, incident_id: uuid.UUID, form: CommandForm, act: Act) -> HttpResponse:
    """Carry the command out and answer. A refusal is status 422 with its sentence and with everything typed."""
    user = staff(request)
    if form.is_valid():
        try:
            ensure_open(request, user, incident_id)
            act(user, incident_id, form.cleaned_data)
        except Closed as error:
            return error_page(request, 404, "closed", str(error))
        except NotThere as error:
            raise Http404(str(error)) from None
        except Refused as error:
            show_errors(form, error)
        else:
            return _done(request, user, incident_id, form)
    return _not_done(request, user, incident_id, form)


def answer(
    request: HttpRequest,
    incident_id: uuid.UUID,
    record: Record | None,
    panels: list[dict[str, Any]],
    shown: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    """Panels, and the displays named in ``shown``, for htmx to put in their places."""
    stands = every_value(staff(request), record) if record is not None else {}
    here = {"incident_id": incident_id, "on_call": "opening" in request.POST, "panels": panels, "displays": shown}
    return render(request, "desk/_answer.jinja", {**stands, **here}, status=status)


def ensure_open(request: HttpRequest, user: Staff, incident_id: uuid.UUID) -> None:
    """From the contact page, open the incident if its first command comes before its first key was heard."""
    if "opening" not in request.POST or Incident.objects.filter(pk=incident_id).exists():
        return
    opening = OpeningForm(request.POST)
    opening.is_valid()
    given = opening.cleaned_data
    open_incident(
        user,
        incident_id=incident_id,
        channel=given.get("channel", ""),
        location=given.get("location", ""),
        area=given.get("area", ""),
        caller_name=given.get("caller_name", ""),
        caller_phone=given.get("caller_phone", ""),
    )
    # From here on the page shows the record as it grows; the one opening stands for all of it.
    record_consultation(user, "incident.see", [("incident", str(incident_id))])


def _done(request: HttpRequest, user: Staff, incident_id: uuid.UUID, form: CommandForm) -> HttpResponse:
    incident = one(user, "incident.see", incident_id)
    if not request.headers.get("HX-Request"):
        drafts.sent(user, incident_id, form.drafted())
        if incident is None:  # closing, or another area, may take an incident out of one's sight
            return redirect("accounts:first")
        return redirect("desk:call" if request.POST.get("back") == "desk:call" else "desk:incident", incident_id)
    if incident is None:
        return HttpResponse(status=204, headers={"HX-Redirect": "/"})
    if form.name in PANELS:
        drafts.sent(user, incident_id, form.drafted())
    record = seen_record(user, incident)
    panels = [
        {**form_panel(request, user, record, name), "beside": name != form.name}
        for name in REFRESHED.get(form.name, (form.name,))
        if name in PANELS
    ]
    return answer(request, incident_id, record, panels, DISPLAYS)


def _not_done(request: HttpRequest, user: Staff, incident_id: uuid.UUID, form: CommandForm) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return whole_page(request, user, incident_id, form=form, status=422)
    incident = one(user, "incident.see", incident_id)
    if incident is None and ("opening" not in request.POST or Incident.objects.filter(pk=incident_id).exists()):
        raise Http404(NOT_THERE)
    record = Record(incident, user) if incident is not None else None
    if form.name not in PANELS:
        return render(request, "desk/_problem.jinja", {"say": problems(form)}, status=422)
    return answer(request, incident_id, record, [form_panel(request, user, record, form.name, form)], status=422)
