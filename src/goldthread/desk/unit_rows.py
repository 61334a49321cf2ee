"""The units of somebody's area as their page shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.response.models import UNIT_STATES, Allocation, Unit
from goldthread.web.times import clock

MOST_SOON = 12
"""Units soon free that are listed under the choice *(ours)*."""
ORDER = {"available": 0, "sent": 1, "at_scene": 2, "off": 3}


def overdue(unit: Unit, now: datetime) -> bool:
    """Whether it was to be free by now."""
    return unit.committed_until is not None and unit.committed_until <= now


def held(unit: Unit, now: datetime) -> str:
    """Until when it is committed, in words; empty where nobody said."""
    if unit.committed_until is None:
        return ""
    since = clock(unit.committed_until, now)
    return f"overdue to be free since {since}" if overdue(unit, now) else f"committed until {since}"


def to_choose(user: Staff, now: datetime) -> list[tuple[int, str]]:
    """The units this person may send now, each as the choice words it."""
    found = Unit.objects.for_area(user).ready().order_by("area", "call_sign")
    return [
        (one.pk, " · ".join(filter(None, [one.call_sign, one.area, ", ".join(one.skills), held(one, now)])))
        for one in found
    ]


def soon_free(user: Staff, now: datetime) -> list[str]:
    """Units that are with an incident and of which somebody said until when, the first to be free first."""
    away = Unit.objects.for_area(user).filter(state__in=("sent", "at_scene"), committed_until__isnull=False)
    return [f"{one.call_sign} {held(one, now)}" for one in away.order_by("committed_until", "pk")[:MOST_SOON]]


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
