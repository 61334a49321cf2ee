"""What the response announces and asks of the floors above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.contact.models import Incident


@dataclass(frozen=True)
class MayClose:
    """Asked before an incident closes: whatever is still owed in it answers with a reason why not."""

    incident: Incident
