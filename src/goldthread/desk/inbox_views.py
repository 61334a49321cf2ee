"""The inbox's page, the rows it asks for anew, and what is done there."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.desk.caller_forms import ArrivingForm
from goldthread.desk.inbox import counted, waiting
from goldthread.desk.pages import now
from goldthread.response.actions import read_first
from goldthread.web.forms import show_errors


@route("inbox.see", "consultation")
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits to be read first; with ``mark``, the rows alone, or 204 where nothing has changed since that mark."""
    user, at = staff(request), now()
    found = waiting(user, at)
    asked = request.GET.get("mark")
    if asked == found["mark"]:
        return HttpResponse(status=204)
    record_consultation(user, "inbox.see", [("incident", str(row["id"])) for row in found["rows"]])
    template = "desk/inbox.jinja" if asked is None else "desk/_inbox-rows.jinja"
    return render(request, template, {"now": at, **found})


@route("inbox.see", "consultation")
@require_safe
def inbox_count(request: HttpRequest) -> HttpResponse:
    """How many wait to be read first, and how many over their time: what the navigation shows. Nobody's record."""
    return JsonResponse(counted(staff(request), now()))


@route("owner.take", "alteration")
@require_POST
def inbox_take(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Read one first: it becomes this person's, and its page opens."""
    user = staff(request)
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        messages.error(request, "This page was out of date. Nothing was changed; choose again.")
        return redirect("desk:inbox")
    try:
        read_first(user, incident_id, key=key)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
        return redirect("desk:inbox")
    return redirect("desk:call" if user.can("incident.open") else "desk:incident", incident_id)


@route("contact.receive", "collection")
@require_http_methods(["GET", "HEAD", "POST"])
def inbox_add(request: HttpRequest) -> HttpResponse:
    """Put a written contact that came by no feed into the inbox, as it is written."""
    form = ArrivingForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            done = receive(
                staff(request),
                Arriving(
                    channel=given["channel"],
                    external_id=f"form {given['key']}",
                    text=given["text"],
                    subject=given["subject"],
                    sender=given["sender"],
                    name=given["sender_name"],
                    phone=given["phone"],
                    location=given["location"],
                    area=given["area"],
                    received_at=given["received_at"],
                ),
            )
        except Refused as error:
            show_errors(form, error)
        else:
            messages.success(request, f"{done.incident.reference} waits in the inbox and was read by the reader.")
            return redirect("desk:inbox" if staff(request).can("inbox.see") else "accounts:home")
    return render(request, "desk/inbox-add.jinja", {"now": now(), "form": form}, status=422 if form.errors else 200)
