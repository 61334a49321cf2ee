"""What our people do with links and files on a referral's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from goldthread.accounts.routes import route, staff
from goldthread.safeguarding import link_actions
from goldthread.safeguarding.link_forms import AttachForm, EndForm, SendForm, ShareForm
from goldthread.safeguarding.referral_models import Referral
from goldthread.web.forms import carried_out

MAKES = link_actions.MAKES


@route(MAKES, "alteration")
@require_POST
def send(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Send a link to a contact."""
    form = SendForm(request.POST, referral=_seen(request, referral_id))
    return _done(
        request, referral_id, form, "The link was sent.",
        lambda given: link_actions.send(staff(request), referral_id, key=given["key"], contact=given["contact"]),
    )  # fmt: skip


@route(MAKES, "alteration")
@require_POST
def end(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """End a link."""
    return _done(
        request, referral_id, EndForm(request.POST), "The link was ended. Whoever opens it is told so.",
        lambda given: link_actions.revoke(staff(request), referral_id, key=given["key"], link=given["link"]),
    )  # fmt: skip


@route(MAKES, "collection")
@require_POST
def attach(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Put a file beside what was sent."""
    return _done(
        request, referral_id, AttachForm(request.POST, request.FILES), "The file is here and not shown to them yet: see Files below.",
        lambda given: link_actions.attach(staff(request), referral_id, key=given["key"], upload=given["file"]),
    )  # fmt: skip


@route(MAKES, "alteration")
@require_POST
def share(request: HttpRequest, referral_id: uuid.UUID) -> HttpResponse:
    """Show a file to them, or no longer."""
    form = ShareForm(request.POST)
    said = "Shown to whoever opens a link." if request.POST.get("shown") else "Not shown any more."
    return _done(
        request, referral_id, form, said,
        lambda given: link_actions.share(staff(request), referral_id, key=given["key"], file=given["file"], shown=given["shown"]),
    )  # fmt: skip


def _seen(request: HttpRequest, referral_id: uuid.UUID) -> Referral:
    found = Referral.objects.visible_to(staff(request)).filter(pk=referral_id).first()
    if found is None:
        raise Http404(link_actions.NOT_THERE)
    return found


def _done(
    request: HttpRequest, referral_id: uuid.UUID, form: forms.Form, said: str, act: Callable[[dict[str, Any]], object]
) -> HttpResponse:
    """Back on the referral's page, with what came of it; a form here holds nothing that could be lost."""
    _seen(request, referral_id)
    if carried_out(form, act):
        messages.success(request, said)
    else:
        messages.error(request, " ".join(str(one) for found in form.errors.values() for one in found))
    return redirect("safeguarding:referral", referral_id)
