"""The VAST desk: the triage queue, one concern, and what is done there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.contact.known import force_day
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE
from goldthread.desk import commands, drafts, pages
from goldthread.desk.queries import SHOWN
from goldthread.desk.record import Record
from goldthread.response.grades import grades_on
from goldthread.safeguarding import concern_actions as actions
from goldthread.safeguarding import concern_forms as forms
from goldthread.safeguarding import concern_presenters as presenters
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding.concern_models import Concern
from goldthread.safeguarding.concern_rules import Set, set_on
from goldthread.safeguarding.nav import sections
from goldthread.supervision.coaching_actions import leave
from goldthread.supervision.coaching_queries import LEAVES, notes_here, receivers
from goldthread.supervision.forms import CoachForm
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
OWN = ("safeguarding/_concern.jinja",)
"""What the incident's page shows of its concern, which this page itself is."""
SEE, WORKS = queries.SEE, actions.WORKS


@route(SEE, "consultation")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The triage queue, by rating and clock."""
    user, now = staff(request), database_now(connection)
    only = request.GET.get("show", "")
    only = only if only in queries.FILTERS else ""
    page = Paginator(queries.ranked(user, only), PAGE).get_page(request.GET.get("page"))
    here: list[Concern] = list(page.object_list)
    record_consultation(user, SEE, [("incident", str(one.incident_id)) for one in here], show=only or "open")
    numbers = queries.numbers(user)
    context = {
        "now": now,
        "rows": presenters.listed(here, now),
        "filters": [(code, words, numbers.get(code)) for code, words in queries.FILTERS.items()],
        "only": only,
        "waiting": numbers["triage"],
        "page": page_links(request, page, "concern"),
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/concerns.jinja", context)


@route(SEE, "consultation")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many wait to be triaged, and how many are over their time: what the navigation shows. Nobody's record."""
    return JsonResponse(queries.counted(staff(request), database_now(connection)))


@route(SEE, "consultation")
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """To the first that waits to be triaged, but for the one they come from."""
    came = request.GET.get("from", "")
    found = queries.ranked(staff(request), "triage")
    if came.isascii() and came.isdigit() and len(came) < 19:
        found = found.exclude(pk=int(came))
    first = found.first()
    if first is not None:
        return redirect("safeguarding:concern", first.pk)
    messages.success(request, "Nothing else waits to be triaged.")
    return redirect("safeguarding:desk")


@route(SEE, "consultation")
@require_safe
def concern(request: HttpRequest, concern_id: int) -> HttpResponse:
    """One concern in one view: what was said, why it is here, what is owed, and what is known."""
    return _page(request, concern_id)


@route(WORKS, "alteration")
@require_POST
def rate(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Confirm or change the rating."""
    return _do(request, concern_id, forms.RateForm(request.POST), actions.rate, "Rated.")


@route(WORKS, "collection")
@require_POST
def telephone(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Record a telephone call to a partner."""
    form = forms.CallForm(request.POST, choices=_desks(_set()))
    return _do(request, concern_id, form, actions.telephone, "The call is on record.")


@route(WORKS, "collection")
@require_POST
def write_up(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Write a call up."""

    def act(user: Staff, pk: int, *, call: int, **given: Any) -> None:
        actions.write_up(user, pk, call, **given)

    return _do(request, concern_id, forms.WriteUpForm(request.POST), act, "Written up.")


@route(WORKS, "collection")
@require_POST
def research(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Record what was found of one item."""
    return _do(request, concern_id, forms.ResearchForm(request.POST), actions.look_into, "Recorded.")


@route(WORKS, "collection")
@require_POST
def opinion(request: HttpRequest, concern_id: int) -> HttpResponse:
    """Give a second opinion."""
    form = forms.OpinionForm(request.POST, choices=_grades())
    return _do(request, concern_id, form, actions.give_opinion, "The incident's owner is asked to answer.")


@route(LEAVES, "collection")
@require_POST
def coach(request: HttpRequest, concern_id: int) -> HttpResponse:
    """A note for somebody who worked on the incident, for these two alone."""
    found = _found(staff(request), concern_id)
    form = CoachForm(request.POST, receivers=receivers(found.incident, staff(request)))

    def act(user: Staff, _pk: int, **given: Any) -> None:
        leave(user, found.incident_id, **given)

    return _do(request, concern_id, form, act, "The note is left for them.")


@route(WORKS, "alteration")
@require_POST
def end(request: HttpRequest, concern_id: int) -> HttpResponse:
    """End a concern with its outcome."""
    form = forms.EndForm(request.POST, choices=_outcomes(_set()))
    return _do(request, concern_id, form, actions.end, "The concern has ended; its record stays.")


@route(actions.REFERS, "collection")
@require_POST
def refer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Refer an incident to VAST, from its own page."""
    return commands.run(
        request,
        incident_id,
        forms.ReferForm(request.POST),
        lambda user, pk, given: actions.refer(user, pk, **given),
    )


@route(actions.ANSWERS, "collection")
@require_POST
def answer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Answer a second opinion, from the incident's own page."""

    def act(user: Staff, pk: uuid.UUID, given: dict[str, Any]) -> None:
        actions.answer(user, given.pop("opinion"), incident_id=pk, **given)

    return commands.run(request, incident_id, forms.OpinionAnswerForm(request.POST), act)


def _do(
    request: HttpRequest, concern_id: int, form: CommandForm, act: Callable[..., object], done: str
) -> HttpResponse:
    """Carry a command out and show the concern again; a refusal is the same page with its sentence and everything typed."""
    user = staff(request)
    _found(user, concern_id)
    if carried_out(form, lambda given: act(user, concern_id, **given)):
        messages.success(request, done)
        answer = redirect("safeguarding:concern", concern_id)
        name = f"{form.name}-{form.cleaned_data['item']}" if isinstance(form, forms.ResearchForm) else form.name
        # Tells the browser which form was carried out, so that it keeps no longer what was typed there: see supervision's typed.js.
        answer.set_cookie(
            "sv-done", f"concern-{concern_id}.{name}", path="/safeguarding/", secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )  # fmt: skip
        return answer
    return _page(request, concern_id, form=form, status=422)


def _found(user: Staff, concern_id: int) -> Concern:
    for found in queries.by_number(Concern(pk=concern_id)):
        incident = reached(user, SEE, found.incident_id, beside=SHOWN)
        if incident is not None:
            found.incident = incident
            return found
    raise Http404(NOT_THERE)


def _page(request: HttpRequest, concern_id: int, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    found = _found(user, concern_id)
    record = Record(found.incident, user)
    now = database_now(connection)
    stands = pages.every_value(user, record, now, OWN)
    subjects = [("incident", str(found.incident_id)), ("concern", str(found.pk))]
    record_consultation(user, SEE, [*subjects, *(("child", one.child) for one in stands["children"])])
    held = _set(now)
    whom = actions.desk_now(now)
    fresh: list[CommandForm] = [
        forms.RateForm(initial={"seen": found.rating, "rating": found.rating}),
        forms.CallForm(choices=_desks(held), initial={"desk": whom.code}),
        forms.WriteUpForm(),
        forms.ResearchForm(),
        forms.OpinionForm(choices=_grades(now)),
        forms.EndForm(choices=_outcomes(held)),
        CoachForm(receivers=receivers(found.incident, user) if user.can(LEAVES) else []),
    ]
    context = {
        **stands,
        **presenters.concern(found, record, now),
        "incident_id": found.incident_id,
        "on_call": False,
        "draft_key": drafts.browser_key(user),
        "forms": {one.name: form if form is not None and form.name == one.name else one for one in fresh},
        "works": found.is_open and record.reached(user, WORKS),
        "whom": whom,
        "coached": notes_here(user, found.incident),
        "sections": sections(user, request.path),
    }
    return render(request, "safeguarding/concern.jinja", context, status=status)


def _set(now: datetime | None = None) -> Set:
    return set_on(force_day(now or database_now(connection)))


def _desks(held: Set) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in held.desks.values()]


def _outcomes(held: Set) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in held.outcomes.values()]


def _grades(now: datetime | None = None) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in grades_on(force_day(now or database_now(connection))).values()]
