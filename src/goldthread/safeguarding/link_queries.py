"""How the links of a referral stand, and what was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from goldthread.files.queries import attached_to
from goldthread.notices.queries import about
from goldthread.safeguarding.link_models import LinkUse, PartnerLink, SharedFile

if TYPE_CHECKING:
    from datetime import datetime

    from goldthread.safeguarding.referral_models import Referral

STATES = [
    ("open", "Opens"),
    ("expired", "Expired"),
    ("ended", "Ended"),
    ("withdrawn", "The referral was withdrawn"),
]
LATEST = 12
"""Uses of a link that a page shows; the audit has every one *(ours)*."""


@dataclass(frozen=True)
class Shown:
    """A link as the referral's page shows it: how it stands in a word, why its message failed, and its latest uses."""

    link: PartnerLink
    state: str
    failed: str
    uses: list[LinkUse]


def links_of(referral: Referral, now: datetime) -> list[Shown]:
    """The referral's links, the newest first."""
    found = PartnerLink.objects.filter(referral=referral).select_related("contact", "made_by").order_by("-pk")
    return [
        Shown(
            one,
            state(one, referral, now),
            _failed(one),
            list(LinkUse.objects.filter(link=one).order_by("-pk")[:LATEST]),
        )
        for one in found
    ]


def beside(referral: Referral) -> QuerySet[Any]:
    """Files that our people put beside a referral, each with ``is_shown``: whether whoever opens a link is shown it."""
    newest = SharedFile.objects.filter(file=OuterRef("pk")).order_by("-pk").values("shown")[:1]
    return attached_to("referral", referral.pk).annotate(is_shown=Coalesce(Subquery(newest), False))


def state(link: PartnerLink, referral: Referral, now: datetime) -> str:
    """Whether it opens, as a code: open, withdrawn, ended or expired."""
    if referral.withdrawn_at is not None:
        return "withdrawn"
    if link.revoked_at is not None:
        return "ended"
    return "expired" if now >= link.expires_at else "open"


def _failed(link: PartnerLink) -> str:
    failed = about("link", link.pk).filter(failed_at__isnull=False).first()
    return failed.get_why_display() if failed is not None else ""
