"""Pages of quality: what one scores, one record beside its form, and the rounds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
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
from goldthread.config.errors import NotThere, Refused
from goldthread.contact.known import force_day
from goldthread.desk.drafts import browser_key
from goldthread.quality import actions, forms, queries, rules
from goldthread.quality.models import QualityRound, QualityTask
from goldthread.quality.stood import as_stood
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SCORE, DRAW = actions.SCORE, actions.DRAW


@route(SCORE, "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What this assessor holds and has scored, and how many wait."""
    user = staff(request)
    page = Paginator(queries.scored(user), PAGE).get_page(request.GET.get("page"))
    here: list[QualityTask] = list(page.object_list)
    held = queries.held(user)
    record_consultation(user, SCORE, [("incident", str(each.record.incident_id)) for each in [*held, *here]])
    context = {
        "held": held,
        "scored": [{"task": each, "result": each.score.get_result_display()} for each in here],
        "waiting": queries.waiting(user),
        "draft_key": browser_key(user),
        "page": page_links(request, page, "record"),
    }
    return render(request, "quality/mine.jinja", context)


@route(SCORE, "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many scorings this assessor holds or may take."""
    return JsonResponse({"count": queries.waiting(staff(request)), "over": 0})


@route(SCORE, "alteration")
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """To the record held, or the next that is free."""
    found = actions.take_next(staff(request))
    if found is None:
        messages.success(request, "No record waits that you may score.")
        return redirect("quality:mine")
    return redirect("quality:one", found.pk)


@route(SCORE, "consultation")
@require_safe
def one(request: HttpRequest, task_id: int) -> HttpResponse:
    """One record as it stood, beside its form, or what this assessor found."""
    return _page(request, task_id)


@route(SCORE, "collection")
@require_POST
def score(request: HttpRequest, task_id: int) -> HttpResponse:
    """Score it; a refusal is the page with its sentence and everything chosen."""
    user, task = _reached(request, task_id)
    form = forms.ScoreForm(request.POST, form=rules.made(task.record.stratum.round.form))

    def act(given: dict[str, Any]) -> object:
        return actions.score(
            user, task_id, key=given["key"], answers=form.answers(), critical=form.critical(),
            should_be=given["should_be"], words=given["words"],
        )  # fmt: skip

    if carried_out(form, act):
        messages.success(request, "Scored.")
        answer = redirect("quality:mine")
        answer.set_cookie(
            "qa-done", f"{task_id}.score", path="/quality/", secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
        )
        return answer
    return _page(request, task_id, form=form, status=422)


@route(SCORE, "alteration")
@require_POST
def put_back(request: HttpRequest, task_id: int) -> HttpResponse:
    """Give it back for another assessor."""
    user, _task = _reached(request, task_id)
    return _freed(request, lambda: actions.put_back(user, task_id), "quality:mine")


@route(DRAW, "consultation")
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round, and the form that draws one."""
    return _rounds(request)


@route(DRAW, "collection")
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a round."""
    user = staff(request)
    form = forms.DrawForm(request.POST, form=_form())
    made: list[QualityRound] = []

    def act(given: dict[str, Any]) -> None:
        days = {name: given[name] for name in ("since", "until")}
        made.append(actions.draw_round(user, key=given["key"], numbers=form.numbers(), **days))

    if carried_out(form, act):
        messages.success(request, "Drawn. The records wait for assessors.")
        return redirect("quality:round", made[0].pk)
    return _rounds(request, form=form, status=422)


@route(DRAW, "consultation")
@require_safe
def round_page(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round: what was drawn of each stratum, how far it is, and who holds what."""
    user = staff(request)
    found = next((each for each in queries.rounds() if each.round.pk == round_id), None)
    if found is None:
        raise Http404("There is no such round.")
    record_consultation(user, DRAW, [("quality-round", str(round_id))])
    context = {
        "one": found,
        "form": rules.made(found.round.form),
        "strata": queries.strata(found.round),
        "held": queries.undone(found.round),
    }
    return render(request, "quality/round.jinja", context)


@route(DRAW, "alteration")
@require_POST
def free(request: HttpRequest, round_id: int, task_id: int) -> HttpResponse:
    """Free what an assessor holds."""
    user = staff(request)
    return _freed(request, lambda: actions.free(user, task_id), "quality:round", round_id)


def _form() -> rules.Form:
    return rules.form_on(force_day(database_now(connection)))


def _reached(request: HttpRequest, task_id: int) -> tuple[Staff, QualityTask]:
    user = staff(request)
    found = queries.one(user, task_id)
    if found is None:
        raise Http404(rules.NOT_THERE)
    return user, found


def _freed(request: HttpRequest, act: Any, there: str, *at: int) -> HttpResponse:
    try:
        act()
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It waits for an assessor again.")
    return redirect(reverse(there, args=at))


def _page(
    request: HttpRequest, task_id: int, *, form: forms.ScoreForm | None = None, status: int = 200
) -> HttpResponse:
    user, task = _reached(request, task_id)
    record, held = task.record, task.record.stratum.round
    record_consultation(user, SCORE, [("incident", str(record.incident_id)), ("quality-task", str(task.pk))])
    asked = rules.made(held.form)
    score = getattr(task, "score", None)
    context = {
        "task": task,
        "stood": as_stood(record.incident, record.upto, held.at),
        "as_at": held.at,
        "asked": asked,
        "score": score,
        "answers": dict(rules.ANSWERS),
        "form": form or forms.ScoreForm(form=asked),
        "plain": forms.PlainForm(),
        "draft_key": browser_key(user),
    }
    return render(request, "quality/one.jinja", context, status=status)


def _rounds(request: HttpRequest, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    found = queries.rounds()
    record_consultation(staff(request), DRAW, [("quality-round", str(each.round.pk)) for each in found])
    asked = _form()
    context = {"rounds": found, "form": form or forms.DrawForm(form=asked), "asked": asked}
    return render(request, "quality/rounds.jinja", context, status=status)
