"""What the plan's pages have in common: an address that carries one command out, and what is seen anew before a page is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import Duty, route, staff
from goldthread.improvement.state_actions import look
from goldthread.web.forms import CommandForm, carried_out

Act = Callable[[Staff, int, dict[str, Any]], object]
Page = Callable[..., HttpResponse]


def command(
    verb: str,
    duty: Duty,
    form: Callable[[HttpRequest], CommandForm],
    act: Act,
    said: str,
    page: Page,
    back: Callable[[int], str],
) -> Callable[..., HttpResponse]:
    """A view that carries one command out on the thing of a number and goes ``back``; refused, ``page`` with its sentence and what was typed."""

    @route(verb, duty)
    @require_POST
    def view(request: HttpRequest, number: int) -> HttpResponse:
        user = staff(request)
        given = form(request)
        if carried_out(given, lambda values: act(user, number, values)):
            messages.success(request, said)
            return redirect(back(number))
        return page(request, number, failed=given, status=422)

    return view


def fresh() -> None:
    """See the bound figures before the plan is shown, so that no page tells a state that its figure no longer bears out."""
    look()
