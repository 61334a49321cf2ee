"""The webhooks' page: which systems are told of what, what waits, and what was given up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere, Refused
from goldthread.integration import webhook_actions as actions
from goldthread.integration import webhook_queries as queries
from goldthread.integration import webhook_rules as rules
from goldthread.integration import webhook_send_actions as sending
from goldthread.integration.webhook_forms import SubscribeForm
from goldthread.web.forms import CommandForm, show_errors
from goldthread.web.paging import page_links

PAGE = 50
"""Deliveries to a page *(ours)*."""


@route(actions.KEEP, "none")
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """Every webhook as it stands, and what was given up. References and codes alone: nobody's record is opened."""
    return _page(request, SubscribeForm())


@route(actions.KEEP, "none")
@require_POST
def subscribe(request: HttpRequest) -> HttpResponse:
    """Tell a system from now on; its secret is shown in this answer and never again."""
    form, found = SubscribeForm(request.POST), None
    if form.is_valid():
        given = form.cleaned_data
        try:
            found = actions.subscribe(
                staff(request), key=given["key"], name=given["called"], url=given["url"], kinds=given["kinds"]
            )
        except Refused as error:
            show_errors(form, error)
    if found is None:
        return _page(request, form, status=422)
    return _page(request, SubscribeForm(), secret=_secret(*found))


@route(actions.KEEP, "none")
@require_POST
def rotate(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Make a new secret, shown in this answer and never again."""
    form = CommandForm(request.POST)
    if not form.is_valid():
        return _said(request, "This form is out of date. Nothing was changed.")
    try:
        found = actions.rotate(staff(request), webhook_id, key=form.cleaned_data["key"])
    except NotThere as error:
        raise Http404(str(error)) from None
    return _page(request, SubscribeForm(), secret=_secret(*found))


@route(actions.KEEP, "none")
@require_POST
def end(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Tell a system nothing more."""
    try:
        found = actions.end(staff(request), webhook_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    return _said(request, f"{found.name} is told nothing more.")


@route(actions.KEEP, "none")
@require_POST
def test(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Send a test and say what came of it."""
    try:
        made = sending.test(staff(request), webhook_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    name = made.subscription.name
    return _said(
        request,
        f"{name} took the test."
        if made.sent_at
        else f"{name} did not take the test: {rules.told(made.why, made.status)}.",
    )


@route(actions.KEEP, "none")
@require_POST
def again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send again what was given up."""
    try:
        sending.again(staff(request), delivery_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        return _said(request, str(error))
    return _said(request, "It is sent again now.")


def _secret(webhook: Any, secret: str) -> dict[str, Any]:
    return {"webhook": webhook, "text": secret}


def _said(request: HttpRequest, words: str) -> HttpResponse:
    messages.info(request, words)
    return redirect("webhooks:list")


def _page(
    request: HttpRequest, form: SubscribeForm, *, secret: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    now = database_now(connection)
    failed = Paginator(queries.given_up(), PAGE).get_page(request.GET.get("page"))
    context = {
        "now": now,
        "standing": queries.standing(now),
        "kinds": rules.KINDS,
        "failed": failed,
        "pages": page_links(request, failed, "delivery given up"),
        "told": rules.told,
        "form": form,
        "secret": secret,
        "most": rules.MOST,
        "hours": rules.SET["old_secret_hours"],
    }
    return render(request, "integration/webhooks.jinja", context, status=status)
