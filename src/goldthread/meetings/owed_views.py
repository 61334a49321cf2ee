"""What one owes of meetings, as a page: the list, and saying that an action is done."""

from __future__ import annotations

from django.contrib import messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.meetings import beyond, deciding_actions, forms, presenters, queries
from goldthread.meetings.kinds import Kind
from goldthread.web.forms import carried_out

MOST_OWED = 500
"""Actions shown to one person at once; how many more there are is told *(ours)*."""
SEE = "meeting.see"
LARGEST = 2**63 - 1


@route(SEE, "consultation")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What I owe of meetings, or my team does."""
    return _mine(request)


@route(SEE, "alteration")
@require_POST
def done(request: HttpRequest, action_id: int) -> HttpResponse:
    """Say that an action is done."""
    form = forms.DoneForm(request.POST)
    ended: list[Kind] = []
    if carried_out(
        form,
        lambda given: ended.append(
            deciding_actions.done(staff(request), min(action_id, LARGEST), words=given["words"])
        ),
    ):
        messages.success(request, beyond.body(ended[0].code).ended)
        back = request.POST.get("back", "")
        safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(back if safe else "meetings:mine")
    return _mine(request, form=form, failed=action_id, status=422)


def _mine(
    request: HttpRequest, *, form: forms.DoneForm | None = None, failed: int = 0, status: int = 200
) -> HttpResponse:
    user, now = staff(request), database_now(connection)
    owed = queries.mine(user)
    rows = presenters.actions(user, owed[:MOST_OWED], now)
    record_consultation(user, SEE, [("action", str(one["id"])) for one in rows])
    for one in rows:
        one["form"] = (
            form if form is not None and one["id"] == failed else forms.DoneForm(auto_id=f"done-{one['id']}-%s")
        )
    lost = form if form is not None and failed not in {one["id"] for one in rows} else None
    context = {"now": now, "rows": rows, "lost": lost, "more": max(owed.count() - len(rows), 0)}
    return render(request, "meetings/mine.jinja", context, status=status)
