"""The units of somebody's area as their page shows them."""

from __future__ import annotations

from typing import Any

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.response.models import UNIT_STATES, Allocation, Unit

ORDER = {"available": 0, "sent": 1, "at_scene": 2, "off": 3}


def unit_rows(user: Staff) -> list[dict[str, Any]]:
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
            "incident": there.incident if there and there.incident_id in seen else None,
        }
        for one in sorted(found, key=lambda one: ORDER[one.state])
    ]
