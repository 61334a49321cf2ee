"""Pages of the plan: all of it in one table, and one recommendation with what is done about it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.improvement import actions, forms, presenters, queries, rules, state_actions
from goldthread.improvement.frame import BOARD, KEEP, NOTE, OWN, SEE
from goldthread.improvement.pages import command, fresh
from goldthread.web.forms import CommandForm


@route(SEE, "consultation")
@require_safe
def plan(request: HttpRequest) -> HttpResponse:
    """Every recommendation in one table, now or as at a day."""
    user = staff(request)
    asked, wrong = _as_at(request)
    if asked is None:
        fresh()
    whole = queries.plan(asked)
    record_consultation(user, SEE, presenters.subjects(*whole.recommendations), as_at=asked)
    context = {
        "plan": whole,
        "asked": request.GET.get("as_at", ""),
        "wrong": wrong,
        "alerts": [] if whole.past else presenters.alerts(whole),
        "pictures": {one.id: presenters.picture(one.figure) for one in whole.recommendations},
        "now": database_now(connection),
    }
    return render(request, "improvement/plan.jinja", context)


def _as_at(request: HttpRequest) -> tuple[date | None, str]:
    given = request.GET.get("as_at", "").strip()
    if not given:
        return None, ""
    field = forms.day("As at")
    try:
        found = field.clean(given)
    except ValidationError:
        return None, f"{forms.DAY} The plan is shown as it stands now."
    if not 1990 <= found.year <= 2100:
        return None, "This year cannot be right. The plan is shown as it stands now."
    return found, ""


@route(SEE, "none", why="a number, of nobody's record")
@require_safe
def count(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody who sees the plan
    """How many things stand at the top of the plan."""
    return JsonResponse({"count": len(presenters.alerts(queries.plan())), "over": 0})


@route(SEE, "consultation")
@require_safe
def recommendation(request: HttpRequest, number: int) -> HttpResponse:
    """One recommendation: its text, days, figure, actions, evidence, and how it came to its state."""
    return _page(request, number)


def _page(request: HttpRequest, number: int, *, failed: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    fresh()
    found = queries.recommended(number)
    if found is None:
        raise Http404(rules.NOT_THERE)
    whole, report, one = found
    record_consultation(user, SEE, presenters.subjects(one))
    owns = user.can(OWN) and one.owner is not None and one.owner.id == user.pk
    context = {
        "plan": whole,
        "report": report,
        "one": one,
        "picture": presenters.picture(one.figure),
        "failed": failed,
        "forms": _forms(one) | ({failed.name: failed} if failed is not None else {}),
        "keeps": user.can(KEEP),
        "notes": user.can(NOTE),
        "owns": owns,
        "boards": user.can(BOARD) and any(not each.board and each.by_id != user.pk for each in one.signatures),
        "owner_signed": any(not each.board for each in one.signatures),
        "settings": rules.settings_on(whole.today),
        "rates": dict(presenters.rate_choices()),
        "now": database_now(connection),
    }
    return render(request, "improvement/recommendation.jinja", context, status=status)


def _forms(one: Any) -> dict[str, CommandForm]:
    bound = one.figure.bound if one.figure else None
    held = {
        "code": bound.code, "target": f"{bound.target * 100:g}", "good": bound.good, "held": bound.held, "periods": bound.periods,
    } if bound else {}  # fmt: skip
    return {
        "text": forms.TextForm(initial={"words": one.text or ""}),
        "due": forms.DueForm(initial={"due_on": one.due_on}),
        "owner": forms.OwnerForm(initial={"owner": one.owner.id if one.owner else None}),
        "figure": forms.FigureForm(series=presenters.series_choices(), initial=held),
        "view": forms.ViewForm(initial={"rag": one.view.rag} if one.view else {}),
        "confirm": _confirm(None),
        "submit": forms.SubmitForm(),
        "close": forms.CloseForm(),
        "reopen": forms.ReopenForm(),
        "plain": forms.PlainForm(),
    }


def _confirm(data: Any) -> forms.ConfirmForm:
    return forms.ConfirmForm(data, rounds=presenters.round_choices(), rates=presenters.rate_choices())


def _back(number: int) -> str:
    return reverse("improvement:recommendation", args=[number])


def _bind(user: Any, number: int, given: dict[str, Any]) -> object:
    return actions.bind(
        user, number, code=given["code"], target=given["target"] / 100, good=given["good"], held=given["held"],
        periods=given["periods"],
    )  # fmt: skip


text = command(
    KEEP, "collection", lambda request: forms.TextForm(request.POST),
    lambda user, number, given: actions.enter_text(user, number, words=given["words"]),
    "The text is kept, and the one before it.", _page, _back,
)  # fmt: skip
due = command(
    KEEP, "alteration", lambda request: forms.DueForm(request.POST),
    lambda user, number, given: actions.set_due(user, number, due_on=given["due_on"]), "The day is kept.", _page, _back,
)  # fmt: skip
owner = command(
    KEEP, "alteration", lambda request: forms.OwnerForm(request.POST),
    lambda user, number, given: actions.set_owner(user, number, owner=given["owner"]), "It has this owner now.", _page, _back,
)  # fmt: skip
figure = command(
    KEEP, "alteration",
    lambda request: forms.FigureForm(request.POST, series=presenters.series_choices()),
    _bind, "It is judged by this figure now.", _page, _back,
)  # fmt: skip
view = command(
    OWN, "collection", lambda request: forms.ViewForm(request.POST),
    lambda user, number, given: actions.say_view(user, number, rag=given["rag"], words=given["words"]),
    "Your view is kept, with today's day.", _page, _back,
)  # fmt: skip
confirm = command(
    KEEP, "collection", lambda request: _confirm(request.POST),
    lambda user, number, given: state_actions.confirm(user, number, round=given["round"], rate=given["rate"]),
    "This round confirms it.", _page, _back,
)  # fmt: skip
sign = command(
    OWN, "alteration", lambda request: forms.PlainForm(request.POST),
    lambda user, number, _given: state_actions.sign(user, number),
    "You signed as its owner. Somebody else signs for the board.", _page, _back,
)  # fmt: skip
board = command(
    BOARD, "alteration", lambda request: forms.PlainForm(request.POST),
    lambda user, number, _given: state_actions.sign_for_board(user, number),
    "You signed for the board: the force believes it met.", _page, _back,
)  # fmt: skip
submit = command(
    KEEP, "alteration", lambda request: forms.SubmitForm(request.POST),
    lambda user, number, given: state_actions.submit(user, number, day=given["day"]),
    "It is submitted. HMICFRS closes it.", _page, _back,
)  # fmt: skip
close = command(
    KEEP, "alteration", lambda request: forms.CloseForm(request.POST),
    lambda user, number, given: state_actions.close(user, number, day=given["day"], reference=given["reference"]),
    "HMICFRS's closing is kept.", _page, _back,
)  # fmt: skip
reopen = command(
    KEEP, "alteration", lambda request: forms.ReopenForm(request.POST),
    lambda user, number, given: state_actions.reopen(user, number, words=given["words"]), "It is in progress again.", _page, _back,
)  # fmt: skip
