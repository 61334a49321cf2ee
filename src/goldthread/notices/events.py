"""What the outbox announces to the floors above."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.audit.actions import Acting
    from goldthread.notices.notice_models import Notice


@dataclass(frozen=True)
class NoticeFailed:
    """A notice was given up, for the reason in its ``why``: somebody has to reach its receiver in another way."""

    notice: Notice
    act: Acting
