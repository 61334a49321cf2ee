"""The commands of hand-offs: each declares who may use it and which duty it performs."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.config.errors import Invalid
from goldthread.desk import handing
from goldthread.desk.commands import run
from goldthread.desk.handing import receivers
from goldthread.desk.handoff_forms import AnswerHandForm, AnswerTransferForm, HandForm, TransferForm
from goldthread.desk.pages import now
from goldthread.response import handoff_actions as handoffs
from goldthread.response import transfer_actions as transfers


@route("owner.hand", "alteration")
@require_POST
def hand(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Hand the incident to a desk or a person."""
    form = HandForm(request.POST, receivers=receivers())

    def act(user: Staff, pk: uuid.UUID, given: dict[str, Any]) -> None:
        handoffs.hand_over(user, pk, key=given["key"], note=given["note"], **form.receiver())

    return run(request, incident_id, form, act)


@route("owner.take", "alteration")
@require_POST
def answer_hand(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Acknowledge or decline what was handed over."""

    def act(user: Staff, pk: uuid.UUID, given: dict[str, Any]) -> None:
        match given["answer"]:
            case "acknowledged":
                handoffs.acknowledge(user, pk, key=given["key"])
            case "declined":
                handoffs.decline(user, pk, key=given["key"], words=given["words"])
            case _:
                raise Invalid({"answer": "Choose: acknowledge or decline."})

    return run(request, incident_id, AnswerHandForm(request.POST), act)


@route("owner.take", "consultation")
@require_safe
def taken(request: HttpRequest) -> HttpResponse:
    """What was taken over from this person, asked for by every page; 204 where they have it on their screen (``have``)."""
    return _taken(request)


@route("owner.take", "alteration")
@require_POST
def taken_seen(request: HttpRequest) -> HttpResponse:
    """Say that one has seen it."""
    until = parse_datetime(request.POST.get("until", "")[:40]) if request.POST.get("until") else None
    if until is not None and until.tzinfo is not None:
        handoffs.seen_taken(staff(request), until)
    return _taken(request)


def _taken(request: HttpRequest) -> HttpResponse:
    rows = handing.taken(staff(request))
    mark = rows[0].at.isoformat() if rows else ""
    if request.method == "GET" and request.GET.get("have", "") == mark:
        return HttpResponse(status=204)
    return render(request, "desk/_taken.jinja", {"now": now(), "rows": rows, "mark": mark})


@route("owner.hand", "alteration")
@require_POST
def take_back(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Take one's own hand-off back."""
    return run(
        request,
        incident_id,
        AnswerHandForm(request.POST),
        lambda user, pk, given: handoffs.take_back(user, pk, key=given["key"]),
    )


@route("owner.hand", "disclosure")
@require_POST
def transfer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Record that another force or agency was asked to act."""

    def act(user: Staff, pk: uuid.UUID, given: dict[str, Any]) -> None:
        named = {name: given[name] for name in ("agency", "reached", "what")}
        transfers.transfer(user, pk, key=given["key"], threshold=given["threshold"] or "not_asked", **named)

    return run(request, incident_id, TransferForm(request.POST), act)


@route("owner.hand", "collection")
@require_POST
def answer_transfer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Record what they answered."""
    return run(
        request,
        incident_id,
        AnswerTransferForm(request.POST),
        lambda user, pk, given: transfers.answer(
            user, pk, given["transfer"], key=given["key"], answer=given["answer"], words=given["words"]
        ),
    )
