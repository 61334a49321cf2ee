"""The supervisor's desk: the queue, one incident to review, and what is answered there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from itertools import count as count_on
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core import signing
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
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import NOT_THERE
from goldthread.desk import commands, drafts, pages
from goldthread.desk.queries import SHOWN
from goldthread.desk.record import Record
from goldthread.response.grades import grades_on
from goldthread.supervision import actions, forms, presenters, queries
from goldthread.supervision.coaching_actions import leave
from goldthread.supervision.coaching_queries import LEAVES, notes_here, receivers
from goldthread.supervision.kinds import names
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import asked_page, page_links

PAGE = 50
SALT = "supervision.began"
VERB = "supervision.review"
NOWHERE = uuid.UUID(int=0)


@route(VERB, "consultation")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that waits for a senior person, the riskiest first, with why."""
    user, now = staff(request), database_now(connection)
    only = request.GET.get("why", "")
    only = only if only in {*names(), "request", "called"} else ""
    start = PAGE * (asked_page(request) - 1)
    here, numbers = queries.waiting(user, now, only, start=start, most=PAGE)
    page = Paginator(range(numbers.get(only, 0)), PAGE).get_page(1 + start // PAGE)
    if page.start_index() - 1 < start:  # a page behind the last, since the list shrank
        here, _numbers = queries.waiting(user, now, only, start=PAGE * (page.number - 1), most=PAGE)
    closed = Incident.objects.reached_by(user, VERB).closed().filter(pk__in=[one.incident for one in here])
    record_consultation(user, VERB, [("incident", str(one.incident)) for one in here], why=only or "all")
    context = {
        "now": now,
        "draft_key": drafts.browser_key(user),
        "rows": presenters.listed(here, {one.pk: one for one in closed}, now),
        "counts": presenters.counts(numbers),
        "total": numbers[""],
        "only": only,
        "called": numbers.get("called", 0),
        "page": page_links(request, page, "incident"),
    }
    return render(request, "supervision/queue.jinja", context)


@route(VERB, "consultation")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many wait, and how many requests are over their time: what the navigation shows. Nobody's record."""
    return JsonResponse(queries.counted(staff(request), database_now(connection)))


@route(VERB, "consultation")
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Who is on duty, and what each holds now."""
    user, now = staff(request), database_now(connection)
    people = queries.team_now(user)
    subjects = [("staff", one["id"]) for one in people]
    subjects += [("incident", str(call["id"])) for one in people for call in one["calls"]]
    record_consultation(user, VERB, subjects, list="team")
    return render(request, "supervision/team.jinja", {"now": now, "people": people})


@route(VERB, "consultation")
@require_safe
def following(request: HttpRequest) -> HttpResponse:
    """To the first that this person may review, but for the one they come from."""
    user, now = staff(request), database_now(connection)
    for start in count_on(0, PAGE):
        page = queries.onwards(user, now, _came(request), start=start, most=PAGE)
        for one in page:
            incident = reached(user, VERB, one)
            if incident is not None and not presenters.may_review(user, incident):
                return redirect("supervision:review", one)
        if len(page) < PAGE:
            break
    messages.success(request, "Nothing else waits for you to review.")
    return redirect("supervision:queue")


@route(VERB, "consultation")
@require_safe
def review(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """One incident in one view: why it is here, what was said, what reader and handler saw differently, and the answers."""
    return _page(request, incident_id)


@route(VERB, "alteration")
@require_POST
def agree(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Looked at, nothing to change."""
    return _answer(
        request,
        incident_id,
        forms.AgreeForm(request.POST),
        lambda user, given: actions.agree(user, incident_id, words=given["words"], **_common(user, incident_id, given)),
        "Reviewed: nothing to change.",
    )


@route(VERB, "alteration")
@require_POST
def question(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Back to the owner with a question."""
    return _answer(
        request,
        incident_id,
        forms.GiveBackForm(request.POST),
        lambda user, given: actions.give_back(
            user, incident_id, words=given["words"], **_common(user, incident_id, given)
        ),
        "Returned with your question.",
    )


@route(VERB, "alteration")
@require_POST
def bear(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Answer for a delay."""

    return _answer(
        request,
        incident_id,
        forms.DelayForm(request.POST),
        lambda user, given: actions.bear_delay(
            user, incident_id, minutes=given["minutes"], words=given["words"], **_common(user, incident_id, given)
        ),
        "The delay stands by your word.",
    )


@route("grade.choose", "alteration")
@require_POST
def higher(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Raise the grade."""
    return _answer(
        request,
        incident_id,
        forms.RaiseForm(request.POST, grades=_every_grade()),
        lambda user, given: actions.upgrade(
            user, incident_id, code=given["grade"], why=given["why"], **_common(user, incident_id, given)
        ),
        "The grade is raised.",
    )


@route("request.decide", "alteration")
@require_POST
def decide(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Approve or refuse what was asked."""
    return _answer(
        request,
        incident_id,
        forms.DecideForm(request.POST),
        lambda user, given: actions.decide(
            user,
            incident_id,
            given["request"],
            answer=given["answer"],
            words=given["words"],
            **_common(user, incident_id, given),
        ),
        "Decided.",
    )


@route(VERB, "collection")
@require_POST
def note(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """Noted while listening; the page stays."""
    return _answer(
        request,
        incident_id,
        forms.NoteForm(request.POST),
        lambda user, given: actions.note(user, incident_id, key=given["key"], words=given["words"]),
        "Noted.",
        stay=True,
    )


@route(LEAVES, "collection")
@require_POST
def coach(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """A note for somebody who worked on it; the page stays, and nothing of it stands in the incident."""
    user = staff(request)
    incident = reached(user, LEAVES, incident_id)
    if incident is None:
        raise Http404(NOT_THERE)
    return _answer(
        request,
        incident_id,
        forms.CoachForm(request.POST, receivers=receivers(incident, user)),
        lambda user, given: leave(user, incident_id, **given),
        "The note is left for them.",
        stay=True,
    )


@route("entry.add", "collection")
@require_POST
def answer(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """The owner's answer to a supervisor's question, from the incident's own page."""
    return commands.run(
        request,
        incident_id,
        forms.AnswerForm(request.POST),
        lambda user, pk, given: actions.answer_question(
            user, given["question"], key=given["key"], incident_id=pk, words=given["words"]
        ),
    )


def _came(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.GET.get("from", ""))
    except ValueError:
        return NOWHERE


def _every_grade() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in grades_on(pages.now().date()).values()]


def _began(user: Staff, incident_id: uuid.UUID, told: str = "") -> Any:
    """The signed time at which this person's page was made, or from such a one the time; None where it is not one of ours."""
    signer = signing.Signer(salt=f"{SALT}.{user.pk}.{incident_id}")
    if not told:
        return signer.sign(pages.now().isoformat())
    try:
        return datetime.fromisoformat(signer.unsign(told))
    except (signing.BadSignature, ValueError):
        return None


def _common(user: Staff, incident_id: uuid.UUID, given: dict[str, Any]) -> dict[str, Any]:
    began = _began(user, incident_id, given["began"]) if given["began"] else None
    return {"key": given["key"], "seen": given["seen"], "found": given["found"], "began_at": began}


def _answer(
    request: HttpRequest,
    incident_id: uuid.UUID,
    form: CommandForm,
    act: Callable[[Staff, dict[str, Any]], object],
    done: str,
    *,
    stay: bool = False,
) -> HttpResponse:
    """Carry an answer out and go to the next; a refusal is the same page with its sentence and everything typed."""
    user = staff(request)
    if carried_out(form, lambda given: act(user, given)):
        messages.success(request, done)
        there = reverse("supervision:review", args=[incident_id])
        following = f"{reverse('supervision:next')}?{urlencode({'from': str(incident_id)})}"
        return _told_done(redirect(there if stay else following), incident_id, form)
    return _page(request, incident_id, form=form, status=422)


def _told_done(answer: HttpResponse, incident_id: uuid.UUID, form: CommandForm) -> HttpResponse:
    """Tell the browser which form was carried out, so that it keeps no longer what was typed there: see ``typed.js``."""
    name = f"{form.name}-{form.cleaned_data['request']}" if isinstance(form, forms.DecideForm) else form.name
    answer.set_cookie(
        "sv-done", f"{incident_id}.{name}", path="/supervision/", secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
    return answer


def _page(
    request: HttpRequest, incident_id: uuid.UUID, *, form: CommandForm | None = None, status: int = 200
) -> HttpResponse:
    user = staff(request)
    incident = reached(user, VERB, incident_id, beside=SHOWN)
    if incident is None:
        raise Http404(NOT_THERE)
    record = Record(incident, user)
    stands = pages.values(user, record)
    now = stands["now"]
    subjects = [("incident", str(incident.pk)), *(("child", one.child) for one in stands["children"])]
    record_consultation(user, VERB, subjects)
    sent = form if isinstance(form, forms.ReviewForm) else None
    seen, found = (
        incident.last_seq,
        queries.newest_find(incident),
    )  # what this page shows, also after something came between
    began = (sent["began"].value() if sent is not None else "") or _began(user, incident_id)
    initial = {"seen": seen, "found": found, "began": began}
    higher = [
        (one.code, one.name)
        for one in sorted(grades_on(now.date()).values(), key=lambda one: -one.severity)
        if record.held is None or one.severity > record.held.severity
    ]
    fresh: list[CommandForm] = [
        forms.AgreeForm(initial=initial),
        forms.GiveBackForm(initial=initial),
        forms.DelayForm(initial={**initial, "minutes": 30}),
        forms.RaiseForm(initial=initial, grades=higher),
        forms.DecideForm(initial=initial),
        forms.NoteForm(),
        forms.CoachForm(receivers=receivers(incident, user)),
    ]
    context = {
        **stands,
        "incident_id": incident_id,
        "on_call": False,
        "draft_key": drafts.browser_key(user),
        "forms": {one.name: form if form is not None and form.name == one.name else one for one in fresh},
        "higher": higher,
        "late": any(one["elapsed"] > one["target"] for one in stands["ribbon"]["clocks"]),
        "newest": found,
        "found": presenters.found_here(record, now),
        "differs": presenters.differs(record),
        "reviews": presenters.reviews(record),
        "questions": presenters.asked_here(record, now),
        "notes": [{"words": one.words.shown(), "by": one.by.name, "at": one.at} for one in queries.notes_of(incident)],
        "coached": notes_here(user, incident),
        "not_yours": presenters.may_review(user, incident),
        "open_requests": [one for one in stands["asked"] if one["open"]],
        "seen": seen,
        "began": began,
    }
    return render(request, "supervision/review.jinja", context, status=status)
