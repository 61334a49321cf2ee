"""Opening the records behind a figure for a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from goldthread.accounts.routes import route, staff
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact.choices import SIGHT_REASONS
from goldthread.contact.querysets import LASTS
from goldthread.contact.sight_actions import MOST, OPENS, open_behind
from goldthread.measures.queries import WHICH
from goldthread.measures.registry import measure

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


def opening(user: Staff) -> dict[str, Any]:
    """How this person opens the incidents behind a number; nothing where they do not need to, or may not."""
    if not user.can(OPENS):
        return {}
    hours = LASTS.seconds // 3600
    return {"address": "desk:give_reason", "reasons": SIGHT_REASONS, "most": MOST, "hours": hours}


@route(OPENS, "consultation")
@require_POST
def give(request: HttpRequest, code: str) -> HttpResponse:
    """Open the newest records behind one number of a measure, and go back to their list."""
    which = request.POST.get("which", "")
    try:
        one = measure(code)
    except KeyError:
        raise Http404("There is no such measure.") from None
    if which not in WHICH or one.subject != "incident":
        raise Http404("There is no such list of incidents.")
    try:
        number = open_behind(
            staff(request), one, which, database_now(connection), reason=request.POST.get("reason", "")
        )
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Opened for twelve hours: {number}. That you opened them, and why, is on record.")
    return redirect(f"{reverse('measures:cases', args=[code])}?which={which}")
