"""Two versions of an incident's THRIVE side by side, what each has and the other has not marked."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.desk.pages import now
from goldthread.desk.presenters import side_by_side
from goldthread.desk.queries import seen
from goldthread.desk.record import Record


@route("incident.see", "consultation")
@require_safe
def versions(request: HttpRequest, incident_id: uuid.UUID) -> HttpResponse:
    """The versions asked for by ``left`` and ``right``; the newest beside the one before it unless both are there."""
    user = staff(request)
    try:
        incident = seen(user, incident_id)
    except NotThere as error:
        raise Http404(str(error)) from None
    record = Record(incident, user)
    there = sorted(one.version for one in record.versions)
    asked = [int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0 for given in
             (request.GET.get("left", ""), request.GET.get("right", ""))]  # fmt: skip
    left, right = asked if all(one in there for one in asked) else ([0, *there][-2:] if there else (0, 0))
    record_consultation(user, "incident.see", [("incident", str(incident.pk))], versions=[left, right])
    context = {
        "now": now(),
        "incident": incident,
        "there": there,
        "left": left,
        "right": right,
        "rows": side_by_side(record, left, right),
        "written": {one.version: one for one in record.versions},
    }
    return render(request, "desk/versions.jinja", context)
