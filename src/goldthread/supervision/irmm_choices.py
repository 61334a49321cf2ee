"""The lists from which decisions of an Incident Risk Management Meeting choose."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.response.grades import closing_reasons, grades_on
from goldthread.response.models import GradePeriod, Unit

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

LEVELS = [("silver", "Silver"), ("gold", "Gold")]
LABELS = {
    "grade": "To which grade",
    "unit": "Which unit",
    "reason": "Why it may close",
    "to": "To whom",
    "agency": "Agency, if they were reached already",
    "reached": "Who there was reached, and how",
}
STATES = {"available": "", "sent": ", on its way elsewhere", "at_scene": ", at a scene"}


def choices(user: Staff, incident: uuid.UUID, now: datetime) -> dict[str, list[tuple[str, str]]]:
    """The answers to each field: higher grades, units on duty with what they do now, reasons for closing, and whom to escalate to."""
    held = (
        GradePeriod.objects.filter(incident=incident).order_by("-seq").values_list("severity", flat=True).first() or 0
    )
    units = Unit.objects.for_area(user).exclude(state="off").order_by("state", "area", "call_sign")
    return {
        "grade": [(one.code, one.name) for one in grades_on(now.date()).values() if one.severity > held],
        "unit": [(str(one.pk), f"{one.call_sign}, {one.area}{STATES.get(one.state, '')}") for one in units],
        "reason": [(one.code, one.name) for one in closing_reasons().values()],
        "to": LEVELS,
    }
