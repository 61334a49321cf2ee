"""The units of one's area: skills, state, what each is with; and whether one is on duty."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.desk.forms import CommittedForm
from goldthread.desk.pages import now
from goldthread.desk.unit_rows import unit_rows
from goldthread.response import unit_actions
from goldthread.response.models import UNIT_STATES


@route("unit.allocate", "consultation")
@require_safe
def units(request: HttpRequest) -> HttpResponse:
    """Every unit of this person's area, those that can be sent first."""
    user, at = staff(request), now()
    rows = unit_rows(user, at)
    seen = [row["incident"].pk for row in rows if row["incident"]]
    record_consultation(user, "unit.see", [("incident", str(pk)) for pk in seen], units=len(rows))
    counted = {name: sum(row["state"] == code for row in rows) for code, name in UNIT_STATES}
    return render(
        request,
        "desk/units.jinja",
        {
            "now": at,
            "rows": [{**row, "form": CommittedForm(auto_id=f"until-{row['id']}-%s")} for row in rows],
            "counted": counted,
            "overdue": sum(row["overdue"] for row in rows),
            "by_hand": unit_actions.BY_HAND,
        },
    )


@route("unit.allocate", "alteration")
@require_POST
def unit_state(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Say that a unit is available, or off duty."""
    return _set(request, lambda user: unit_actions.set_state(user, unit_id, state=request.POST.get("state", "")))


@route("unit.allocate", "alteration")
@require_POST
def unit_committed(request: HttpRequest, unit_id: int) -> HttpResponse:
    """Say until when a unit is held, or that nobody knows."""
    form = CommittedForm({} if "clear" in request.POST else request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(one) for one in form.errors["until"]))
        return redirect("desk:units")
    until = form.cleaned_data["until"]
    if until is None and "clear" not in request.POST:
        messages.error(request, "Write until when it is held. Nothing was changed.")
        return redirect("desk:units")
    return _set(request, lambda user: unit_actions.set_committed(user, unit_id, until=until))


def _set(request: HttpRequest, act: Callable[[Staff], object]) -> HttpResponse:
    try:
        act(staff(request))
    except NotThere as error:
        raise Http404(str(error)) from None
    except Invalid as error:
        messages.error(request, " ".join(error.fields.values()))
    except Refused as error:
        messages.warning(request, str(error))
    return redirect("desk:units")
