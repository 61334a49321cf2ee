"""Words of the timeline for links, and who may read what is attached to a referral."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from goldthread.desk import beyond
from goldthread.files import registry
from goldthread.safeguarding.link_partner_actions import ANSWER
from goldthread.safeguarding.referral_models import Referral

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

LINES = {
    "link.sent": "a link was sent to the partner",
    "link.none": "no link could be sent: telephone the partner",
    "link.failed": "a message with the partner's link or code was not delivered: reach them another way",
    "link.ended": "a link was ended",
    "link.file": "a file is shown to the partner",
    "link.file_off": "a file is no longer shown to the partner",
    "link.given": "the partner sent a file",
}


def show_all() -> None:
    """Register all; called once at start."""
    for code, words in LINES.items():
        beyond.line(code, _line(words))
    for kind in ("referral", ANSWER):
        registry.seen_by(kind, _sees)


def _line(words: str) -> Any:
    return lambda data: f"Referral {data['referral']}: {words}"


def _sees(user: Staff, number: str) -> bool:
    return Referral.objects.visible_to(user).filter(pk=uuid.UUID(number)).exists()
