"""The verb of units that nobody sent anywhere: on duty, or off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.response.models import Allocation, Unit

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

BY_HAND = {"available": "available", "off": "off duty"}
"""States that a person sets; the others follow from what a unit was sent to."""


def set_state(user: Staff, unit_id: int, *, state: str) -> Unit:
    """Set a unit available or off duty. Raises ``NotThere`` outside one's area, ``Refused`` while it is with an incident."""
    if state not in BY_HAND:
        raise Invalid({"state": "Choose: available or off duty."})
    if not user.can("unit.allocate"):
        raise NotThere("There is no such unit in your area.")
    with acting(user) as act:
        unit: Unit | None = Unit.objects.for_area(user).select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotThere("There is no such unit in your area.")
        if Allocation.objects.filter(unit=unit, left_at__isnull=True).exists():
            raise Refused(
                f"{unit.call_sign} is with an incident. Record that it left, then try again; nothing was changed."
            )
        if unit.state != state:
            unit.state = state
            unit.save(update_fields=["state"])
            act.record("alteration", "unit.state", [("unit", str(unit.pk))], state=state)
    return unit
