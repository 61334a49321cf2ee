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

    from goldthread.safeguarding.partner_models import PartnerContact
    from goldthread.safeguarding.referral_models import Referral

STATES = [
    ("open", "Opens"),
    ("expired", "Expired"),
    ("ended", "Ended"),
    ("withdrawn", "The referral was withdrawn"),
]
MESSAGES = [
    ("none", "No link was sent: telephone them"),
    ("waiting", "Not sent yet: it goes within a minute, or is tried again"),
    ("sent", "The mail service took it; whether anybody read it, a leg or a use says"),
    ("failed", "Given up: it was not delivered"),
]
"""How far the message that carries a link has come."""
LATEST = 12
"""Uses of a link that a page shows; the audit has every one *(ours)*."""


@dataclass(frozen=True)
class Shown:
    """A link as the referral's page shows it: how it stands in a word, how far its message has come, why that failed, and its latest uses."""

    link: PartnerLink
    state: str
    message: str
    failed: str
    uses: list[LinkUse]


def links_of(referral: Referral, now: datetime) -> list[Shown]:
    """The referral's links, the newest first."""
    found = PartnerLink.objects.filter(referral=referral).select_related("contact", "made_by").order_by("-pk")
    return [
        Shown(
            one,
            state(one, referral, now),
            *message(one),
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


def message(link: PartnerLink) -> tuple[str, str]:
    """How far the message with a link has come, as a code of ``MESSAGES``, and in words why it was given up."""
    told = about("link", link.pk).first()
    if told is None:
        return "none", ""
    if told.failed_at is not None:
        return "failed", told.get_why_display()
    return ("waiting" if told.sent_at is None else "sent"), ""


def left(referral: Referral) -> tuple[str, str]:
    """How far the newest message with a link to a referral has come, and a sentence on what to do where it reaches nobody."""
    link = referral.links.select_related("contact").order_by("-pk").first()
    code, why = message(link) if link is not None else ("none", "")
    if code == "none":
        return code, not_sent(referral)
    return code, f"{why}. {_ring(link.contact)}, or send a link again." if why and link is not None else ""


def not_sent(referral: Referral) -> str:
    """What is said where no link could be sent with a referral."""
    heard = referral.legs.filter(leg="sent", origin="telephone").exists()
    ring = "They heard of it by telephone" if heard else _ring(referral.contact)
    return f"Nothing could be sent to {referral.contact}. {ring}. Referral {referral.number} stands."


def _ring(contact: PartnerContact) -> str:
    return f"Telephone them{f': {contact.phone}' if contact.phone else ''}"
