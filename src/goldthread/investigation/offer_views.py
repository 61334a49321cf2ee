"""Pages of the handover: to offer an incident to investigation, and an offer to accept or decline."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE
from goldthread.desk import drafts
from goldthread.investigation import forms, offer_actions, presenters, queries
from goldthread.investigation.models import Handover
from goldthread.investigation.shared_actions import SENIOR
from goldthread.investigation.views import told_done
from goldthread.web.forms import CommandForm, carried_out

HAND, ACCEPT = "investigation.hand", "investigation.accept"
LARGEST = 2**63 - 1


@route(HAND, "consultation")
@require_safe
def hand(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Whom to offer the incident to, and what they should know first."""
    return _hand(request, incident_id)


@route(HAND, "alteration")
@require_POST
def send(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Offer it."""
    form = _hand_form(request.POST)

    def act(given: dict[str, Any]) -> None:
        kind, _, number = given["to"].partition("-")
        whom = {"to": int(number)} if kind == "staff" else {"team": int(number or 0)}
        offer_actions.hand(staff(request), incident_id, key=given["key"], note=given["note"], **whom)

    if carried_out(form, act):
        messages.success(request, "Offered to investigation. It stays where it is until they accept.")
        return told_done(redirect("desk:incident", incident_id), incident_id, form.name)
    return _hand(request, incident_id, form=form, status=422)


@route(HAND, "alteration")
@require_POST
def withdraw(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Take the offer back."""
    form = CommandForm(request.POST)
    if carried_out(form, lambda given: offer_actions.withdraw(staff(request), incident_id, key=given["key"])):
        messages.success(request, "Taken back.")
    else:
        messages.error(request, " ".join(map(str, form.non_field_errors())) or "This form is out of date. Try again.")
    return redirect("desk:incident", incident_id)


@route(HAND, "alteration")
@require_POST
def leave(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Say why a declined incident is not investigated."""
    form = forms.LeaveForm(request.POST)
    if carried_out(form, lambda given: offer_actions.leave(staff(request), incident_id, **given)):
        messages.success(request, "On record. It is not investigated, and the incident may close.")
        return told_done(redirect("desk:incident", incident_id), incident_id, form.name)
    return _hand(request, incident_id, left=form, status=422)


@route(ACCEPT, "consultation")
@require_safe
def offer(request: HttpRequest, number: int) -> HttpResponse:
    """An offer, with what is needed to accept or decline it."""
    return _offer(request, number)


@route(ACCEPT, "alteration")
@require_POST
def accept(request: HttpRequest, number: int) -> HttpResponse:
    """Accept it, which opens the investigation."""
    user, found = staff(request), _reached(staff(request), number)
    form = _accept_form(user, found, request.POST)
    made = []

    def act(given: dict[str, Any]) -> None:
        made.append(offer_actions.accept(user, number, **given))

    if carried_out(form, act):
        messages.success(request, "Accepted. The first review and the question of access are on their clocks.")
        return redirect("investigation:one", made[0].pk)
    return _offer(request, number, form=form, status=422)


@route(ACCEPT, "alteration")
@require_POST
def decline(request: HttpRequest, number: int) -> HttpResponse:
    """Decline it."""
    _reached(staff(request), number)
    form = forms.DeclineForm(request.POST)
    if carried_out(form, lambda given: offer_actions.decline(staff(request), number, **given)):
        messages.success(request, "Declined. It stays with whoever handed it over, who sees why.")
        return redirect("investigation:list")
    return _offer(request, number, form=form, status=422)


def _hand_form(*given: Any) -> forms.HandForm:
    teams, people = queries.receivers()
    return forms.HandForm(*given, teams=teams, people=people)


def _hand(
    request: HttpRequest,
    incident_id: uuid.UUID,
    *,
    form: CommandForm | None = None,
    left: CommandForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user = staff(request)
    incident: Incident | None = reached(user, HAND, incident_id)
    if incident is None:
        raise Http404(NOT_THERE)
    record_consultation(user, HAND, [("incident", str(incident_id))])
    declined = queries.newest_handover(incident)
    unsettled = declined is not None and queries.clock_of(queries.DECLINED, declined.pk) is not None
    context = {
        "now": database_now(connection),
        "incident": incident,
        "form": form or _hand_form(),
        "declined": declined.answer if declined is not None and unsettled else None,
        "left": (left or forms.LeaveForm()) if unsettled and user.seat.codes & SENIOR else None,
        "draft_key": drafts.browser_key(user),
    }
    return render(request, "investigation/hand.jinja", context, status=status)


def _reached(user: Staff, number: int) -> Handover:
    found = Handover.objects.reached_by(user, ACCEPT).filter(pk=min(number, LARGEST))
    one: Handover | None = found.select_related("incident", "team", "to", "by", "note", "answer__by").first()
    if one is None:
        raise Http404("There is no such offer, or it is not to you.")
    return one


def _accept_form(user: Staff, one: Handover, *given: Any) -> forms.AcceptForm:
    leading, senior = queries.leaders(one.team_id)
    if not user.can("investigation.review"):
        leading = [each for each in leading if each.pk == user.pk]
    second = next((each.pk for each in senior if each.pk in {user.pk} - {one.to_id}), None)
    first = one.to_id or next((each.pk for each in leading if each.pk != second), None)
    initial = {"investigator": first, "supervisor": second}
    return forms.AcceptForm(*given, leading=leading, senior=senior, initial=initial)


def _offer(request: HttpRequest, number: int, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    found = _reached(user, number)
    answer = getattr(found, "answer", None)
    if answer is not None and answer.answer == "accepted" and form is None:
        return redirect("investigation:one", found.investigation.pk)
    record_consultation(user, ACCEPT, [("incident", str(found.incident_id))], offer=found.pk)
    fresh = {"accept": _accept_form(user, found), "decline": forms.DeclineForm()}
    context = {
        "now": now,
        **presenters.offer(found, now),
        "answer": answer,
        "forms": {name: form if form is not None and form.name == name else each for name, each in fresh.items()},
        "draft_key": drafts.browser_key(user),
    }
    return render(request, "investigation/offer.jinja", context, status=status)
