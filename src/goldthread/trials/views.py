"""The reader's pages: how it stands to whom, the kill switch, and its trials."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.assessment import mode_actions
from goldthread.assessment.mode_rules import MODES
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere, Refused
from goldthread.trials import actions, forms, queries
from goldthread.trials.models import Trial
from goldthread.web.forms import CommandForm, carried_out

SEE, MODE, SWITCH = "trials.see", mode_actions.MODE, mode_actions.SWITCH
NAMES = {code: words.partition(":")[0] for code, words in MODES}


@route(SEE, "consultation")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """How the reader stands to every team, what will change and what has, the kill switch, and the trials."""
    return _home(request)


@route(MODE, "alteration")
@require_POST
def set_mode(request: HttpRequest) -> HttpResponse:
    """Set the mode of a team or of everybody."""
    user, form = staff(request), forms.ModeForm(request.POST)

    def act(given: dict[str, Any]) -> object:
        return mode_actions.set_mode(user, **{name: given[name] for name in ("team", "mode", "since", "why")})

    if carried_out(form, act):
        messages.success(request, "Set. It holds from the next keystroke on, or from the time you gave.")
        return redirect("trials:home")
    return _home(request, form=form, status=422)


@route(MODE, "alteration")
@require_POST
def withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    """Take back a change that has not begun."""
    try:
        mode_actions.withdraw(staff(request), change_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    except Refused as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, "Taken back. It does not begin.")
    return redirect("trials:home")


@route(SWITCH, "alteration")
@require_POST
def switch(request: HttpRequest, to: str) -> HttpResponse:
    """Throw the kill switch, or take it back."""
    if to not in {"off", "open"}:
        raise Http404("The switch is off or open.")
    user, form = staff(request), forms.SwitchForm(request.POST)
    off = to == "off"
    if carried_out(form, lambda given: mode_actions.switch(user, off=off, why=given["why"])):
        told = "The reader is off for everybody. What is not read now is read once it is on again."
        messages.success(request, told if off else "The switch is back. What was not read is being read now.")
        return redirect("trials:home")
    return _home(request, form=form, status=422)


@route(MODE, "consultation")
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form that plans a trial."""
    return _new(request)


@route(MODE, "collection")
@require_POST
def plan(request: HttpRequest) -> HttpResponse:
    """Plan a trial."""
    user, form = staff(request), forms.PlanForm(request.POST)
    made: list[Trial] = []
    if carried_out(form, lambda _: made.append(actions.plan_trial(user, **form.given()))):
        messages.success(request, "Planned. Each team begins by itself.")
        return redirect("trials:trial", made[0].pk)
    return _new(request, form=form, status=422)


@route(SEE, "consultation")
@require_safe
def trial(request: HttpRequest, trial_id: int) -> HttpResponse:
    """One trial: who starts when, which engine reads, and what was missed and rescued."""
    return _trial(request, trial_id)


@route(MODE, "alteration")
@require_POST
def end(request: HttpRequest, trial_id: int) -> HttpResponse:
    """End it."""
    user, form = staff(request), forms.EndForm(request.POST)
    if carried_out(form, lambda given: actions.end_trial(user, trial_id, after=given["after"], why=given["why"])):
        messages.success(request, "Ended. Teams that had not begun never do.")
        return redirect("trials:trial", trial_id)
    return _trial(request, trial_id, form=form, status=422)


def _now() -> datetime:
    return database_now(connection)


def _home(request: HttpRequest, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user, now = staff(request), _now()
    record_consultation(user, SEE, [])
    ours = {type(form): form} if form is not None else {}
    context = {
        "now": now,
        "names": NAMES,
        "teams": queries.teams(),
        "thrown": queries.thrown(),
        "ahead": queries.changes(now, ahead=True),
        "before": queries.changes(now, ahead=False),
        "owed": queries.owed(),
        "trials": queries.trials(),
        "counted": queries.by_mode(),
        "mode_form": ours.get(forms.ModeForm, forms.ModeForm(initial={"mode": "silent"})) if user.can(MODE) else None,
        "switch_form": ours.get(forms.SwitchForm, forms.SwitchForm()) if user.can(SWITCH) else None,
        "plans": user.can(MODE),
        "user_name": user.name,
    }
    return render(request, "trials/home.jinja", context, status=status)


def _new(request: HttpRequest, *, form: forms.PlanForm | None = None, status: int = 200) -> HttpResponse:
    return render(request, "trials/new.jinja", {"now": _now(), "form": form or forms.PlanForm()}, status=status)


def _trial(
    request: HttpRequest, trial_id: int, *, form: forms.EndForm | None = None, status: int = 200
) -> HttpResponse:
    user, now = staff(request), _now()
    found = Trial.objects.select_related("ended__why", "ended__by", "asks", "by").filter(pk=trial_id).first()
    if found is None:
        raise Http404("There is no such trial.")
    record_consultation(user, SEE, [("trial", found.pk)])
    ended = getattr(found, "ended", None)
    context = {
        "now": now,
        "names": NAMES,
        "trial": found,
        "ended": ended,
        "rows": [
            {"one": one, "withdrawn": hasattr(one.change, "withdrawn"), "begun": one.change.since <= now}
            for one in queries.assignments(found)
        ],
        "engines": queries.engines(found),
        "counted": queries.by_engine(found),
        "form": (form or forms.EndForm()) if ended is None and user.can(MODE) else None,
    }
    return render(request, "trials/trial.jinja", context, status=status)
