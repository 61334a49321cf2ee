"""What investigation asks of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.investigation.models import Investigation


@dataclass(frozen=True)
class MayEnd:
    """Asked before an investigation ends: whatever is still owed answers with a reason why not. A failing answer holds it."""

    investigation: Investigation
