"""The commands of requests: each declares who may use it and which duty it performs."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from goldthread.accounts.routes import route
from goldthread.desk import request_forms as forms
from goldthread.desk.commands import run
from goldthread.desk.pages import now
from goldthread.response import delay_actions, senior_actions
from goldthread.response import request_actions as requests
from goldthread.response.grades import grades_on


@route("request.make", "alteration")
@require_POST
def lower(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Ask for a lower grade."""
    every = [(one.code, one.name) for one in grades_on(now().date()).values()]
    return run(
        request,
        incident_id,
        forms.LowerForm(request.POST, choices_now=every),
        lambda user, pk, given: requests.ask_lower(
            user, pk, key=given["key"], code=given["grade"], reasons=given["reasons"], why=given["why"]
        ),
    )


@route("request.make", "alteration")
@require_POST
def later(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Ask for a later time."""
    return run(
        request,
        incident_id,
        forms.LaterForm(request.POST),
        lambda user, pk, given: requests.ask_later(
            user, pk, key=given["key"], due_at=given["due_at"], reasons=given["reasons"], why=given["why"]
        ),
    )


@route("entry.add", "collection")
@require_POST
def delay(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Say why a target was missed."""
    return run(
        request,
        incident_id,
        forms.DelayForm(request.POST),
        lambda user, pk, given: delay_actions.explain(
            user, pk, key=given["key"], reasons=given["reasons"], why=given["why"]
        ),
    )


@route("request.decide", "alteration")
@require_POST
def decide(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Approve or refuse what another asked for."""
    return run(
        request,
        incident_id,
        forms.DecideForm(request.POST),
        lambda user, pk, given: requests.decide(
            user, given["request"], key=given["key"], answer=given["answer"], words=given["words"], seen=given["seen"],
            incident_id=pk,
        ),
    )  # fmt: skip


@route("entry.add", "collection")
@require_POST
def rung(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Write down who was rung where nobody senior is on duty."""
    return run(
        request,
        incident_id,
        forms.RungForm(request.POST),
        lambda user, pk, given: senior_actions.note_rung(
            user, pk, key=given["key"], outcome=given["outcome"], on_call=given["on_call"], who=given["who"]
        ),
    )


@route("request.make", "alteration")
@require_POST
def withdraw(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Take one's own request back."""
    return run(
        request,
        incident_id,
        forms.WithdrawForm(request.POST),
        lambda user, pk, given: requests.withdraw(user, given["request"], key=given["key"], incident_id=pk),
    )
