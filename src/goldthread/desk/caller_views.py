"""Commands about the caller, and the page on which a contact is entered afterwards."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from goldthread.accounts.routes import route, staff
from goldthread.config.errors import NotThere, Refused
from goldthread.contact import caller_actions, rules
from goldthread.contact.actions import add_words, open_incident
from goldthread.desk import caller_forms as forms
from goldthread.desk.commands import run
from goldthread.desk.pages import now
from goldthread.web.forms import show_errors


@route("entry.add", "collection")
@require_POST
def line(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.LineForm(request.POST),
        lambda user, pk, given: caller_actions.set_line(user, pk, key=given["key"], state=given["state"]),
    )


@route("entry.add", "collection")
@require_POST
def online(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.OnLineForm(request.POST),
        lambda user, pk, given: caller_actions.set_on_line(
            user, pk, key=given["key"], caller=forms.OnLineForm.told(given)
        ),
    )


@route("entry.add", "collection")
@require_POST
def safe(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.SafeContactForm(request.POST),
        lambda user, pk, given: caller_actions.set_safe_contact(
            user, pk, key=given["key"], reachable=forms.SafeContactForm.told(given)
        ),
    )


@route("entry.add", "collection")
@require_POST
def callback(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    return run(
        request,
        incident_id,
        forms.CallBackForm(request.POST),
        lambda user, pk, given: caller_actions.log_call_back(
            user,
            pk,
            key=given["key"],
            outcome=given["outcome"],
            number=given["number"],
            text=given["text"],
            told=given["told"],
            at=given["at"],
            new_risk=given["new_risk"],
        ),
    )


@route("incident.open", "collection")
@require_http_methods(["GET", "HEAD", "POST"])
def earlier(request: HttpRequest) -> HttpResponse:
    """Enter a contact that came while the system was away, with both times; the rest is entered on its contact page."""
    form = forms.EarlierForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("desk:call", _enter(request, form.cleaned_data))
        except NotThere as error:
            raise Http404(str(error)) from None
        except Refused as error:
            show_errors(form, error)
    return render(request, "desk/earlier.jinja", {"now": now(), "form": form}, status=422 if form.errors else 200)


def _enter(request: HttpRequest, given: dict[str, Any]) -> uuid.UUID:
    """Open it under the form's own key, so that a form sent again opens nothing twice."""
    user, incident_id = staff(request), uuid.UUID(str(given["key"]))
    text = rules.words(given["text"]) if given["text"].strip() else ""
    facts = {name: given[name] for name in ("location", "area", "caller_name", "caller_phone", "contacted_at")}
    open_incident(user, incident_id=incident_id, channel=given["channel"], **facts)
    if text:
        add_words(
            user, incident_id, key=incident_id, source="caller", text=text, occurred_at=given["contacted_at"]
        )  # fmt: skip
    return incident_id
