"""Pages of themes: the list, one theme with what may become of it, and making one of a finding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.quality import forms, rules, theme_actions, theme_rules, uses
from goldthread.quality import theme_queries as queries
from goldthread.quality.models import QualityRound, QualityTheme
from goldthread.web.forms import CommandForm, carried_out
from goldthread.web.paging import page_links

PAGE = 50
SEE, MAKE = theme_actions.SEE, theme_actions.MAKE


@route(SEE, "consultation")
@require_safe
def themes(request: HttpRequest) -> HttpResponse:
    """Every theme, those open first."""
    user = staff(request)
    state = request.GET.get("state", "")
    page = Paginator(queries.themes(state), PAGE).get_page(request.GET.get("page"))
    here: list[QualityTheme] = list(page.object_list)
    record_consultation(user, SEE, [("quality-theme", str(each.pk)) for each in here])
    context = {
        "found": [{"theme": each, "asked": queries.asked(each)} for each in here],
        "state": state,
        "may_make": user.can(MAKE),
        "page": page_links(request, page, "theme"),
    }
    return render(request, "quality/themes.jinja", context)


@route(SEE, "consultation")
@require_safe
def theme(request: HttpRequest, theme_id: int) -> HttpResponse:
    """One theme."""
    return _theme(request, theme_id)


@route(MAKE, "consultation")
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """The form that makes a theme, begun from a round's question or one record of it."""
    given = {name: request.GET.get(name, "") for name in ("round", "question", "record")}
    return _new(request, given["round"], given=given)


@route(MAKE, "combination")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make it; a refusal is the page with its sentence and everything typed."""
    user = staff(request)
    found = _round(request.POST.get("round", ""))
    form = forms.ThemeForm(request.POST, asked=theme_rules.codes(rules.made(found.form)))
    made: list[QualityTheme] = []

    def act(given: dict[str, Any]) -> None:
        values = {name: given[name] for name in ("key", "title", "why", "question", "record")}
        made.append(theme_actions.make(user, round_id=found.pk, **values))

    if carried_out(form, act):
        messages.success(request, "It is a theme now. Say what becomes of it.")
        return redirect("quality:theme", made[0].pk)
    return _new(request, str(found.pk), form=form, status=422)


@route(MAKE, "alteration")
@require_POST
def close(request: HttpRequest, theme_id: int) -> HttpResponse:
    """Close it."""
    user = staff(request)
    form = forms.EndForm(request.POST)
    if carried_out(form, lambda given: theme_actions.close(user, theme_id, words=given["words"])):
        messages.success(request, "Closed.")
        return redirect("quality:themes")
    return _theme(request, theme_id, form=form, status=422)


def _round(number: str) -> QualityRound:
    known = number.isascii() and number.isdigit() and len(number) < 19
    found = QualityRound.objects.filter(pk=int(number)).first() if known else None
    if found is None:
        raise Http404("There is no such round.")
    return found


def _new(
    request: HttpRequest, number: str, *, given: dict[str, str] | None = None, form: CommandForm | None = None, status: int = 200
) -> HttpResponse:  # fmt: skip
    found = _round(number)
    asked = theme_rules.codes(rules.made(found.form))
    record_consultation(staff(request), MAKE, [("quality-round", str(found.pk))])
    form = form or forms.ThemeForm(initial=given, asked=asked)
    return render(request, "quality/theme_new.jinja", {"round": found, "form": form}, status=status)


def _theme(request: HttpRequest, theme_id: int, *, form: CommandForm | None = None, status: int = 200) -> HttpResponse:
    user = staff(request)
    found = queries.theme(theme_id)
    if found is None:
        raise Http404(theme_rules.NOT_THERE)
    shown = queries.records(found, user)
    subjects = [("quality-theme", str(found.pk)), *(("incident", str(each.incident)) for each in shown)]
    record_consultation(user, SEE, subjects)
    context = {
        "one": found,
        "asked": queries.asked(found),
        "records": shown,
        "offered": uses.offered(user, found.pk),
        "came_of": uses.came_of(found.pk),
        "end": getattr(found, "end", None),
        "form": (form or forms.EndForm()) if user.can(MAKE) else None,
    }
    return render(request, "quality/theme.jinja", context, status=status)
