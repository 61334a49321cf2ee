"""The units of somebody's area as their page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow
from goldthread.contact.models import Incident
from goldthread.response.models import UNIT_STATES, Allocation, Unit
from goldthread.web.times import clock

MOST_SOON = 12
"""Units soon free that are listed under the choice *(ours)*."""
ORDER = {"available": 0, "sent": 1, "at_scene": 2, "off": 3}


@dataclass(frozen=True)
class Choice:
    """The units to choose from, by key and in words, and those soon free, the first to be free first."""

    units: Sequence[tuple[int, str]] = ()
    soon: Sequence[str] = ()


def overdue(unit: Unit, now: datetime) -> bool:
    """Whether it was to be free by now."""
    return unit.committed_until is not None and unit.committed_until <= now


def held(unit: Unit, now: datetime) -> str:
    """Until when it is committed, in words; empty where nobody said."""
    if unit.committed_until is None:
        return ""
    since = clock(unit.committed_until, now)
    return f"overdue to be free since {since}" if overdue(unit, now) else f"committed until {since}"


def to_choose(user: Staff) -> Choice:
    """The units this person may send now, and those with an incident of which somebody said until when; by one question."""
    found = Unit.objects.for_area(user).exclude(state="off").annotate(now=DatabaseNow())
    units = list(found.order_by("area", "call_sign"))
    away = [one for one in units if one.state != "available" and one.committed_until is not None]
    return Choice(
        [
            (one.pk, " · ".join(filter(None, [one.call_sign, one.area, ", ".join(one.skills), held(one, one.now)])))
            for one in units
            if one.state == "available"
        ],
        [
            f"{one.call_sign} {held(one, one.now)}"
            for one in sorted(away, key=lambda one: one.committed_until)[:MOST_SOON]
        ],
    )


def unit_rows(user: Staff, now: datetime) -> list[dict[str, Any]]:
    """Every unit of this person's area, those that can be sent first; with what it is with, where they may see that."""
    found = list(Unit.objects.for_area(user).order_by("area", "call_sign"))
    sent = Allocation.objects.filter(unit__in=found, left_at__isnull=True).select_related("incident")
    with_ = {one.unit_id: one for one in sent}
    seen = set(
        Incident.objects.visible_to(user).filter(pk__in=[one.incident_id for one in sent]).values_list("pk", flat=True)
    )
    return [
        {
            "id": one.pk,
            "call_sign": one.call_sign,
            "area": one.area,
            "skills": one.skills,
            "state": one.state,
            "state_name": dict(UNIT_STATES)[one.state],
            "since": (there.arrived_at or there.at) if (there := with_.get(one.pk)) else None,
            "until": one.committed_until,
            "overdue": overdue(one, now),
            "incident": there.incident if there and there.incident_id in seen else None,
        }
        for one in sorted(found, key=lambda one: ORDER[one.state])
    ]
