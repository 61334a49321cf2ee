"""Addresses that say when and where the comments were published; the letter's page shows them, and what was refused."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from goldthread.accounts.routes import route, staff
from goldthread.commissioner import forms, published_actions
from goldthread.commissioner.letter_views import done, found_on, page
from goldthread.commissioner.published_actions import PUBLISHED
from goldthread.web.forms import carried_out


@route(PUBLISHED, "collection")
@require_POST
def say(request: HttpRequest, report: int) -> HttpResponse:
    """Say that they were published, or correct that."""
    user, form = staff(request), forms.published(found_on(report), request.POST)

    def act(given: dict[str, Any]) -> None:
        facts = {name: given[name] for name in ("key", "day", "place", "letter", "words", "seen")}
        published_actions.say_published(user, report, **facts)

    if carried_out(form, act):
        return done(request, report, "Kept: the clock stands.")
    return page(request, report, failed=form, status=422)


@route(PUBLISHED, "alteration")
@require_POST
def take_back(request: HttpRequest, report: int) -> HttpResponse:
    """Take it back: the clock runs on."""
    user, form = staff(request), forms.TakeBackForm(request.POST)

    def act(given: dict[str, Any]) -> None:
        published_actions.take_back(user, report, key=given["key"], words=given["words"], seen=given["seen"])

    if carried_out(form, act):
        return done(request, report, "Taken back. The clock runs on; what was said before is kept.")
    return page(request, report, failed=form, status=422)
