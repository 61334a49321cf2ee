"""Replay on a page: stored advice made again, and what became of it. Codes and numbers; nobody's words."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goldthread.accounts.routes import route, staff
from goldthread.assessment.replay_rules import OUTCOMES
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.models import Incident
from goldthread.trials import replay_queries as queries

PAGE = 20
"""Readings replayed for one page *(ours)*: it stands within a second or two."""
LARGEST_ID = 2**63 - 1
SIGNS = {"same": "done", "in_part": "near", "differs": "over", "cannot": "open"}
NOT_READ = {"down": "not read: reader down", "off": "not read: reader off"}


@route(queries.VERB, "consultation")
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The newest stored readings, or those of one incident, each replayed; older ones by the page's link."""
    user, now = staff(request), database_now(connection)
    reference = request.GET.get("incident", "")
    before = _number(request.GET.get("before", ""))
    context = {
        "now": now,
        "incident": reference,
        "words": dict(OUTCOMES),
        "signs": SIGNS,
        "not_read": NOT_READ,
        "refused": "",
        "rows": [],
    }
    try:
        found = list(queries.asked_for(user, reference, before)[: PAGE + 1])
    except (Invalid, NotThere) as error:
        context["refused"] = next(iter(error.fields.values())) if isinstance(error, Invalid) else str(error)
        return render(request, "trials/replay.jinja", context, status=404 if isinstance(error, NotThere) else 422)
    rows = queries.replay(user, found[:PAGE])
    here = {one.incident_id for one in found}
    context |= {
        "rows": rows,
        "counts": queries.counted(rows),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "newest": before is None,
        "opens": set(Incident.objects.visible_to(user).filter(pk__in=here).values_list("pk", flat=True)),
    }
    return render(request, "trials/replay.jinja", context)


def _number(given: str) -> int | None:
    """A reading's number from an address; what is none begins with the newest."""
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 and int(given) <= LARGEST_ID else None
