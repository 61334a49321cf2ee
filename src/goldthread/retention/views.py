"""Pages of retention: what is due for review, and one incident with what is decided of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.retention import actions, forms, presenters, queries, rules
from goldthread.retention.models import RetentionReview
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEE, DECIDE = "retention.see", "retention.decide"
LISTS = {"due": "To review", "proposed": "Erasure proposed"}


@route(SEE, "consultation")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Closed incidents whose review is due, or whose erasure is proposed, the one due longest first."""
    user, today = staff(request), _today()
    asked = request.GET.get("show", "")
    show = asked if asked in LISTS else "due"
    page = Paginator(queries.listed(user, show), PAGE).get_page(request.GET.get("page"))
    here: list[RetentionReview] = list(page.object_list)
    record_consultation(user, SEE, [("incident", str(each.incident_id)) for each in here])
    context = {
        "rows": presenters.listed(here, today),
        "show": show,
        "lists": LISTS,
        "counts": queries.counted(user, today),
        "page": page_links(request, page, "incident"),
    }
    return render(request, "retention/queue.jinja", context)


@route(SEE, "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many wait."""
    found = queries.counted(staff(request), _today())
    return JsonResponse({"count": found["count"], "over": found["over"]})


@route(SEE, "consultation")
@require_safe
def one(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """One incident: why it is in its group, what hangs on it, its words, and what is decided."""
    return _page(request, incident_id)


@route(DECIDE, "alteration")
@require_POST
def keep(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Keep it."""
    return _answer(request, incident_id, forms.KeepForm, actions.keep_incident, "Kept. It comes back on its day.")


@route(DECIDE, "alteration")
@require_POST
def propose(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Propose that its texts are erased."""
    done = "Proposed. Nothing is erased until another person approves it."
    return _answer(request, incident_id, forms.EraseForm, actions.propose_erasure, done)


@route(DECIDE, "erasure")
@require_POST
def answer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Approve a proposed erasure, or refuse it."""

    def act(user: Staff, which: uuid.UUID, *, proposal: int, approve: str, **given: Any) -> object:
        return actions.answer_erasure(user, which, proposal, approve=approve == "yes", **given)

    done = (
        "Erased. What is left is the record that it was."
        if request.POST.get("approve") == "yes"
        else "Refused. It is on the list again."
    )
    return _answer(request, incident_id, forms.AnswerForm, act, done)


def _today() -> date:
    return force_day(database_now(connection))


def _reached(user: Staff, incident_id: uuid.UUID) -> RetentionReview:
    found: RetentionReview | None = (
        RetentionReview.objects.visible_to(user).filter(incident=incident_id).select_related("incident").first()
    )
    if found is None:
        raise Http404(rules.NOT_THERE)
    return found


def _answer(
    request: HttpRequest, incident_id: uuid.UUID, made: type[CommandForm], act: Callable[..., object], done: str
) -> HttpResponse:
    """Carry an answer out; a refusal is the page with its sentence and everything typed."""
    user = staff(request)
    _reached(user, incident_id)
    form = made(request.POST)
    if carried_out(form, lambda given: act(user, incident_id, **given)):
        messages.success(request, done)
        return redirect(reverse("retention:one", args=[incident_id]))
    return _page(request, incident_id, form=form, status=422)


def _page(
    request: HttpRequest, incident_id: uuid.UUID, *, form: CommandForm | None = None, status: int = 200
) -> HttpResponse:
    user = staff(request)
    found = _reached(user, incident_id)
    record_consultation(user, SEE, [("incident", str(incident_id))])
    shown = presenters.page(found, _today())
    fresh: list[CommandForm] = [forms.KeepForm(), forms.EraseForm()]
    if shown["proposal"] is not None:
        fresh.append(forms.AnswerForm(initial={"proposal": shown["proposal"].pk}))
    context = {
        **shown,
        "one": found,
        "decides": user.can(DECIDE),
        "proposed_it": shown["proposal"] is not None and shown["proposal"].by_id == user.pk,
        "forms": {each.name: form if form is not None and form.name == each.name else each for each in fresh},
        "failed": form,
    }
    return render(request, "retention/one.jinja", context, status=status)
