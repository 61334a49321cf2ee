"""The end of a shift: what one still holds, and to whom it goes."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Duty
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.desk.forms import CommandForm
from goldthread.desk.handing import held, receivers
from goldthread.desk.handoff_forms import HandForm
from goldthread.desk.pages import now
from goldthread.response import reassess_actions, shift_actions


@route("owner.hand", "consultation")
@require_safe
def shift(request: HttpRequest) -> HttpResponse:
    """Everything this person owns, soonest owed first, and the form that hands it all over."""
    return _page(request)


@route("owner.hand", "alteration")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin one's duty again, having ended it and not signed in anew."""
    shift_actions.begin_shift(staff(request))
    return redirect("desk:shift")


@route("owner.hand", "alteration")
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Hand over everything and end one's duty, or say what is left."""
    user = staff(request)
    form = HandForm(request.POST, receivers=receivers())
    if not form.is_valid():
        return _page(request, form)
    try:
        left = shift_actions.end_shift(
            user, key=form.cleaned_data["key"], note=form.cleaned_data["note"], **form.receiver()
        )
    except Invalid as error:
        for field, sentence in error.fields.items():
            form.add_error(field, sentence)
        return _page(request, form)
    if left:
        return _page(request, form, {one.incident: one.why for one in left})
    messages.success(request, "Your shift is ended. What you handed over stays yours until it is acknowledged.")
    return redirect("desk:shift")


@route("thrive.write", "collection")
@require_POST
def nothing_new(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Say that one has looked at an incident and there is nothing new: no THRIVE, and not counted as one."""
    form = CommandForm(request.POST)
    if not form.is_valid():
        messages.error(request, "This page was out of date. Nothing was changed; choose again.")
        return redirect("desk:shift")
    try:
        reassess_actions.review(staff(request), incident_id, key=form.cleaned_data["key"])
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
    return redirect("desk:shift")


def _page(request: HttpRequest, form: HandForm | None = None, left: dict[uuid.UUID, str] | None = None) -> HttpResponse:
    user, at = staff(request), now()
    rows = held(user, at, left or {})
    record_consultation(user, "shift.see", [("incident", str(row["id"])) for row in rows])
    context = {
        "now": at,
        "rows": rows,
        "form": form or HandForm(receivers=receivers()),
        "to_hand": sum(not row["offered"] for row in rows),
        "left": bool(left),
        "on_duty": Duty.objects.filter(staff=user, ended_at__isnull=True).exists(),
    }
    return render(
        request, "desk/shift.jinja", context, status=422 if form is not None and (form.errors or left) else 200
    )
