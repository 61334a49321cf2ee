"""The page of a round's rates: aggregates, never a handler or a record."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.quality import rules
from goldthread.quality.models import QualityRound
from goldthread.quality.rates import of_round
from goldthread.quality.theme_actions import MAKE, SEE

RATES = "quality.rates"
NEWEST = 3
"""Rounds that stand on the page at once; older ones are behind a line *(ours)*."""


@route(RATES, "none", why="the way to a page, of nobody's record")
@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """To the newest round's rates, or a page that says there is none."""
    found = QualityRound.objects.order_by("-id").first()
    if found is None:
        return render(request, "quality/no_rates.jinja")
    return redirect("quality:rates", found.pk)


@route(RATES, "consultation")
@require_safe
def rates(request: HttpRequest, round_id: int) -> HttpResponse:
    """One round's rates, of the whole and by stratum."""
    rounds = list(QualityRound.objects.order_by("-id"))
    found = next((each for each in rounds if each.pk == round_id), None)
    if found is None:
        raise Http404("There is no such round.")
    record_consultation(staff(request), RATES, [("quality-round", str(found.pk))])
    figures, user = of_round(found), staff(request)
    context = {
        "round": found,
        "newest": rounds[:NEWEST],
        "older": rounds[NEWEST:],
        "form": rules.made(found.form),
        "figures": figures,
        "may_make": user.can(MAKE),
        "may_see_themes": user.can(SEE),
        "covered": next((row.whole.covered for row in figures.rows if row.whole is not None), 1.0),
    }
    return render(request, "quality/rates.jinja", context)
