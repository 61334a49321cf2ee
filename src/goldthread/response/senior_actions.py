"""What is done where nobody who could decide a request is on duty: it goes to the FIM at once, or to whoever is on call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from goldthread.accounts.models import OnCall
from goldthread.audit.actions import acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid
from goldthread.config.upward import announce
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.contact.rules import short
from goldthread.contact.work import on_incident
from goldthread.response import shared_actions as shared
from goldthread.response.alarm_models import Alarm
from goldthread.response.request_models import ReviewRequest
from goldthread.response.senior_queries import FIM, deciders

if TYPE_CHECKING:
    from datetime import datetime

    from goldthread.accounts.models import Staff

KIND = "senior"
"""The kind of alarm that says that nobody who could decide is on duty."""
RUNG = {"answered": "answered", "no_answer": "no answer", "message": "message left"}
LONGEST_NAME = 200
"""Characters of whom somebody rang *(ours)*."""


def settle(able: Mapping[ReviewRequest, list[Staff]], now: datetime) -> set[uuid.UUID]:
    """Bring the alarms of these requests to what holds: early with the FIM where no supervisor could decide, *nobody senior* where nobody.

    Returns the incidents of those for which that became nobody, or somebody again. Whoever calls holds the incidents locked.
    """
    watching = Alarm.objects.filter(
        incident__in={one.incident_id for one in able}, kind__in=("request", KIND), ended_at=None
    )
    standing: dict[int, Alarm] = {}
    waiting: dict[int, Alarm] = {}
    for alarm in watching:
        number = int(alarm.source.split(":")[1])
        if alarm.kind == KIND:
            standing[number] = alarm
        elif alarm.raised_at is None and alarm.due_at > now:
            waiting[number] = alarm
    changed = set()
    for request, people in able.items():
        said = standing.get(request.pk)
        if people and said is not None:
            said.ended_at = now
            said.save(update_fields=["ended_at"])
            changed.add(request.incident_id)
        elif not people and said is None:
            source = f"{KIND}:{request.pk}:{int(now.timestamp() * 1_000_000)}"
            Alarm.objects.create(incident_id=request.incident_id, kind=KIND, source=source, due_at=now)
            changed.add(request.incident_id)
        if request.pk in waiting and not any(one.seat.code != FIM for one in people):
            early = waiting[request.pk]
            early.due_at = now
            early.save(update_fields=["due_at"])
    return changed


def find_unstaffed() -> int:
    """Look at every open request for who could decide it now; returns in how many incidents that became nobody, or somebody again.

    One that somebody works on just now is looked at again seconds later.
    """
    with acting(None) as act:
        asked = ReviewRequest.objects.filter(decision__isnull=True)
        ids = set(asked.values_list("incident", flat=True))
        if not ids:
            return 0
        locked = Incident.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), skip_locked=True)
        held = {one.pk: one for one in locked}
        requests = list(asked.filter(incident__in=held).select_related("incident").order_by("pk"))
        able = deciders(requests)
        changed = settle({one: able[one.pk] for one in requests}, act.now)
        for pk in sorted(changed):
            announce(IncidentChanged(held[pk], act))
    return len(changed)


def note_rung(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, outcome: str, on_call: int | None = None, who: str = ""
) -> None:
    """Write down who was rung, and whether they answered: somebody on call, or somebody else by name. Raises ``Invalid``."""
    told = " ".join(short(who, "who", LONGEST_NAME).split())
    with on_incident(user, incident_id, "entry.add", key, "rung", on_call, told, outcome) as work:
        if work.done is not None:
            return
        if outcome not in RUNG:
            raise Invalid({"outcome": "Choose whether they answered. Nothing was written."})
        if told:
            on_call = None  # a name that was written is who was rung, whatever the list beside it stood at
        if on_call is not None:
            line = OnCall.objects.filter(pk=on_call).select_related("staff").first()
            if line is None or not user.can("oncall.see"):
                raise Invalid({"on_call": "That is nobody on the on-call list. Choose from it, or write who it was."})
            told = line.name_and_role  # the number is for who may see the list, and the incident is read by others
        elif not told:
            raise Invalid({"who": "Write whom you rang. Nothing was written."})
        work.entry(
            "event", "system", code="oncall.rung", text=Payload.objects.keep(told),
            data={"on_call": on_call, "outcome": outcome},
        )  # fmt: skip
        work.involve("author")
        work.act.record("collection", "oncall.rung", shared.subject(work), on_call=on_call, outcome=outcome)
        work.finish()
