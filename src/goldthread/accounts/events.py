"""What the floors above accounts listen to."""

from __future__ import annotations

from dataclasses import dataclass

from goldthread.accounts.models import Staff
from goldthread.audit.actions import Acting


@dataclass(frozen=True)
class StaffLeft:
    """Somebody's access ended: what is in their hands must go to others, in the same transaction."""

    staff: Staff
    act: Acting
