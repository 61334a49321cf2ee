"""The verb of delay: to say why a target was missed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from goldthread.audit.models import Payload
from goldthread.config.errors import Refused
from goldthread.contact.work import on_incident
from goldthread.response import request_rules
from goldthread.response import shared_actions as shared
from goldthread.response.delay_models import DelayExplanation
from goldthread.response.models import Clock

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff
    from goldthread.contact.models import Incident


def explain(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, reasons: Sequence[str], why: str) -> int:
    """Say why the incident's missed targets were missed: those not explained yet, else all of them anew; returns how many.

    Also after it is closed. Raises ``Refused`` where none was missed, ``Invalid`` for reasons that may not stand alone.
    """
    kept = shared.reason(why, "why")
    with on_incident(user, incident_id, "entry.add", key, "explain delay", sorted(reasons), kept) as work:
        if work.done is not None:
            return int(work.done)
        words = request_rules.reasoned(reasons, kept, request_rules.delays())
        missed = list(late(work.incident, work.now))
        if not missed:
            raise Refused("No target of this incident was missed, so there is nothing to explain. Nothing was changed.")
        meant = [one for one in missed if not one.explanations.exists()] or missed
        said = Payload.objects.keep(words.why)
        for clock in meant:
            DelayExplanation(clock=clock, reasons=list(words.reasons), why=said, by=user, at=work.now).save()
        work.event("delay.explained", reasons=list(words.reasons), clocks=[clock.kind for clock in meant])
        work.involve("author")
        work.act.record("collection", "delay.explain", shared.subject(work), clocks=len(meant))
        work.finish(len(meant))
    return len(meant)


def late(incident: Incident, now: datetime) -> QuerySet[Clock]:
    """The clocks that ran past their time: still running, or stopped after it by what it waited for."""
    return Clock.objects.filter(incident=incident).missed(now).order_by("id")
