"""Questions asked of the caller and the line."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from goldthread.config import dated
from goldthread.contact.caller_models import CallBack, LineState
from goldthread.contact.caller_rules import BROKEN

if TYPE_CHECKING:
    from goldthread.audit.models import Payload
    from goldthread.contact.models import Incident


def unanswered(incident: Incident) -> bool:
    """Whether the call broke and nobody has answered since."""
    if incident.line not in BROKEN:
        return False
    states = list(LineState.objects.filter(incident=incident).order_by("id"))
    # Times are stated to the minute. Of a contact entered afterwards the whole call lies before its entry.
    since = incident.contacted_at if incident.contacted_at and len(states) == 1 else states[-1].at
    answered = CallBack.objects.filter(incident=incident, outcome="answered")
    return not answered.filter(at__gte=since.replace(second=0, microsecond=0)).exists()


def call_back_owed_since(incident: Incident) -> datetime | None:
    """Since when the next attempt to call back is owed: the newest one, else the break; None where none is owed."""
    if not unanswered(incident):
        return None
    newest = CallBack.objects.filter(incident=incident).order_by("-at").values_list("at", flat=True).first()
    broke = LineState.objects.filter(incident=incident).order_by("-id").values_list("at", flat=True).first()
    return max(one for one in (newest, broke) if one is not None)


def told(payload: Payload | None, name: str) -> str:
    """One of the facts kept together in a payload; a tombstone once it was erased."""
    if payload is None:
        return ""
    if payload.erased_at is not None:
        return payload.shown()
    return str(json.loads(payload.text).get(name, ""))


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, list[str]]]:
    return dated.sets("contact", "child_caller.toml", lambda row: row["ask"])


def child_questions(day: date) -> list[str]:
    """What a child who calls is asked, in force on ``day``: only what is needed to send help."""
    return dated.on(_sets(), day)
