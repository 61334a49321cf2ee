"""The hub of governance, and pages of figures' histories: which changed, and each with its chart, its rules and what was noted on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.clocks.db import database_now
from goldthread.governance import actions, drawing, forms, queries, rules
from goldthread.governance.home import cards
from goldthread.governance.printed import STATES, figure_words, signal_words
from goldthread.governance.told import figure_told, series_told
from goldthread.measures.registry import measures
from goldthread.web.forms import CommandForm, carried_out

SIGNS = {"worse": "over", "changed": "near", "better": "done", "unknown": "open", "steady": "plain"}


@route(rules.SEE, "none", why="which pages there are, with counts, of nobody's record")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The pages that a board's people go to, each with what it says today."""
    now = database_now(connection)
    return render(request, "governance/home.jinja", {"now": now, "groups": cards(staff(request), now)})


@route(rules.SEE, "none", why="aggregates, of nobody's record")
@require_safe
def list_all(request: HttpRequest) -> HttpResponse:
    """Every figure with how it stands against chance, those that changed first."""
    rows = []
    for one in queries.every():
        told = series_told(one)
        known = [each for each in told["values"] if each["share"] is not None]
        rows.append(
            {**told, "newest": known[-1] if known else None, "state_words": STATES[one.state], "sign": SIGNS[one.state]}
        )
    counts = {state: sum(each["state"] == state for each in rows) for state in queries.ORDER}
    context = {
        "now": database_now(connection),
        "rows": rows,
        "counts": counts,
        "states": STATES,
        "user": staff(request),
    }
    return render(request, "governance/list.jinja", context)


@route(rules.SEE, "none", why="aggregates, of nobody's record")
@require_safe
def series(request: HttpRequest, code: str) -> HttpResponse:
    """One figure: its history as a chart and as a table, the rules it breaks, its definition, and what was noted on it."""
    return _series(request, code)


@route(rules.NOTE, "collection")
@require_POST
def note(request: HttpRequest, code: str) -> HttpResponse:
    """Note something on its history."""
    form = forms.NoteForm(request.POST)

    def act(given: dict[str, Any]) -> object:
        return actions.annotate(
            staff(request), code, key=given["key"], day=given["day"], words=given["words"], anew=given["anew"]
        )

    if carried_out(form, act):
        messages.success(request, "Noted. It stands on the chart, and in packs from now on.")
        return redirect("governance:series", code)
    return _series(request, code, form=form, status=422)


def _series(request: HttpRequest, code: str, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    found = queries.one(code)
    if found is None:
        raise Http404(rules.NO_SERIES)
    told = series_told(found)
    measured = next((each for each in measures() if each.code == code), None)
    context = {
        "now": now,
        "told": told,
        "svg": drawing.svg(told),
        "figure": figure_words(figure_told(queries.figure(found.series, now))),
        "signal": signal_words(told),
        "sign": SIGNS[found.state],
        "rules": rules.chart_rules(),
        "definition_at": told["address"] if _opens(user, measured is not None) else "",
        "cases_at": reverse("measures:cases", args=[code])
        if measured is not None and user.can("measures.cases")
        else "",
        "form": form or forms.NoteForm(),
        "may_note": user.can(rules.NOTE),
    }
    return render(request, "governance/series.jinja", context, status=status)


def _opens(user: Any, measured: bool) -> bool:
    """Whether this person may open the page on which the figure is defined."""
    return bool(user.can("measures.see" if measured else "quality.rates"))
