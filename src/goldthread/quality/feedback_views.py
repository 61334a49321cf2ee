"""Pages of feedback: for whoever handled the record, and for the lead whom a dispute reaches."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.quality import feedback_actions as actions
from goldthread.quality import feedback_queries as queries
from goldthread.quality import forms, rules
from goldthread.quality.models import QualityFeedback
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
ANSWER, DRAW = actions.ANSWER, actions.DRAW


@route(ANSWER, "consultation")
@require_safe
def feedback(request: HttpRequest) -> HttpResponse:
    """Scores of one's own work, newest first."""
    user = staff(request)
    page = Paginator(queries.to(user), PAGE).get_page(request.GET.get("page"))
    here: list[QualityFeedback] = list(page.object_list)
    record_consultation(user, ANSWER, [("incident", str(each.score.task.record.incident_id)) for each in here])
    context = {"found": here, "now": database_now(connection), "page": page_links(request, page, "score")}
    return render(request, "quality/feedback.jinja", context)


@route(ANSWER, "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:
    """How many scores of one's own work are not answered, and how many are late."""
    found = queries.unanswered(staff(request))
    late = found.filter(answer_by__lt=database_now(connection)).count()
    return JsonResponse({"count": found.count(), "over": late})


@route(ANSWER, "consultation")
@require_safe
def told(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """One score of one's own work, and the answer to it."""
    return _told(request, feedback_id)


@route(ANSWER, "collection")
@require_POST
def reply(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """Take note of it, or dispute it."""
    user = staff(request)
    form = forms.ReplyForm(request.POST)

    def act(given: dict[str, Any]) -> object:
        return actions.reply(user, feedback_id, disputes=given["reply"] == "disputes", words=given["words"])

    if carried_out(form, act):
        messages.success(request, "Answered.")
        return redirect("quality:feedback")
    return _told(request, feedback_id, form=form, status=422)


@route(DRAW, "consultation")
@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """Every dispute, those that wait first."""
    return _disputes(request)


@route(DRAW, "collection")
@require_POST
def rule(request: HttpRequest, feedback_id: int) -> HttpResponse:
    """Answer a dispute."""
    user = staff(request)
    form = forms.RulingForm(request.POST)
    if carried_out(form, lambda given: actions.rule(user, feedback_id, ruling=given["ruling"], words=given["words"])):
        messages.success(request, "Answered. The handler reads it.")
        return redirect("quality:disputes")
    return _disputes(request, at=feedback_id, form=form, status=422)


def _told(
    request: HttpRequest, feedback_id: int, *, form: CommandForm | None = None, status: int = 200
) -> HttpResponse:
    user = staff(request)
    found = queries.to(user).filter(pk=feedback_id).first()
    if found is None:
        raise Http404(actions.NOT_THERE)
    record = found.score.task.record
    record_consultation(user, ANSWER, [("incident", str(record.incident_id)), ("quality-feedback", str(found.pk))])
    context = {**_shown(found), "form": form or forms.ReplyForm()}
    return render(request, "quality/told.jinja", context, status=status)


def _disputes(request: HttpRequest, *, at: int = 0, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    page = Paginator(queries.disputes(), PAGE).get_page(request.GET.get("page"))
    here: list[QualityFeedback] = list(page.object_list)
    subjects = [("incident", str(each.score.task.record.incident_id)) for each in here]
    record_consultation(staff(request), DRAW, subjects, list="disputes")
    context = {
        "found": [
            {**_shown(each), "form": form if form is not None and each.pk == at else forms.RulingForm(auto_id=f"r{each.pk}-%s")}
            for each in here
        ],
        "failed": form,
        "page": page_links(request, page, "dispute"),
    }  # fmt: skip
    return render(request, "quality/disputes.jinja", context, status=status)


def _shown(one: QualityFeedback) -> dict[str, Any]:
    return {
        "one": one,
        "score": one.score,
        "reference": one.score.task.record.incident.reference,
        "asked": rules.made(one.score.task.record.stratum.round.form),
        "answers": dict(rules.ANSWERS),
        "reply": getattr(one, "reply", None),
        "ruling": getattr(getattr(one, "reply", None), "ruling", None),
    }
