"""What the response announces and asks of the floors above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting
    from goldthread.contact.models import Incident
    from goldthread.response.models import Alarm, Allocation


@dataclass(frozen=True)
class MayClose:
    """Asked before an incident closes: whatever is still owed in it answers with a reason why not."""

    incident: Incident


@dataclass(frozen=True)
class AlarmRaised:
    """What fell due was claimed, and stands on the incident's timeline."""

    alarm: Alarm
    act: Acting


@dataclass(frozen=True)
class UnitLeft:
    """A unit's leaving was recorded, arrived or not; never by a closing, which a second person decides where a child is unseen."""

    sent: Allocation
    act: Acting
