"""What referrals announce to those that carry them out of the house."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.contact.work import Work
    from goldthread.safeguarding.referral_models import Referral


@dataclass(frozen=True)
class ReferralSent:
    """A referral was frozen and leaves now, within the command ``work``."""

    referral: Referral
    work: Work


@dataclass(frozen=True)
class ReferralReached:
    """Nobody needs to look for the partner any more: one of theirs has said something, or it was withdrawn; ``because`` is that leg."""

    referral: Referral
    work: Work
    because: str
