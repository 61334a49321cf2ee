"""What retention asks of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from goldthread.contact.models import Incident


@dataclass(frozen=True)
class MayErase:
    """Asked before an incident's texts are erased: whatever is open on it answers with a reason why not. A failing answer holds it."""

    incident: Incident
