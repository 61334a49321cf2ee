"""What the partner's page shows: plain words, and nothing of the house."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from goldthread.files.queries import attached_to
from goldthread.safeguarding.link_actions import MAKES, ways_to
from goldthread.safeguarding.link_forms import AnswerForm, AttachForm, CodeForm, SeenForm, SendForm
from goldthread.safeguarding.link_partner_actions import ANSWER
from goldthread.safeguarding.link_queries import beside, links_of
from goldthread.safeguarding.link_rules import ANSWERS, masked, told_of
from goldthread.safeguarding.referral_document import document
from goldthread.safeguarding.referral_models import ReferralLeg
from goldthread.safeguarding.referral_queries import told as told_in

if TYPE_CHECKING:
    from datetime import datetime

    from goldthread.accounts.models import Staff
    from goldthread.files.models import Attachment
    from goldthread.safeguarding.link_partner_actions import Visit
    from goldthread.safeguarding.referral_models import Referral

TOLD = {
    "seen": "Read",
    "accepted": "Accepted",
    "declined": "Declined",
    "acted": "Done",
    "outcome": "Outcome for the child",
}
"""What each answer is called where it stands on the page."""


def door(visit: Visit, *, told: str = "", closed: str = "", form: CodeForm | None = None) -> dict[str, Any]:
    """The page before a code is entered: where the code goes, and nothing else of the link."""
    ways = ways_to(visit.link.contact)
    first = "text" if "text" in ways else "mail"
    return {
        "first": masked(first, ways[first]),
        "other": next(({"code": way, "to": masked(way, to)} for way, to in ways.items() if way != first), None),
        "told": told,
        "closed": closed,
        "form": form or CodeForm(),
        "partner": visit.link.referral.partner.name,
    }


def document_page(visit: Visit, *, seen: SeenForm | None = None, answer: AnswerForm | None = None) -> dict[str, Any]:
    """What was sent, exactly as it left, what was answered to it, and the forms for more."""
    referral = visit.link.referral
    payload = referral.document
    left = {} if payload.erased_at is not None else json.loads(payload.text)
    legs = list(
        ReferralLeg.objects.filter(referral=referral, leg__in=TOLD).select_related("words__erasure").order_by("pk")
    )
    newest = {one.leg: one.pk for one in legs}
    told = [
        {
            "name": TOLD[one.leg],
            "by": one.by_name,
            "at": one.occurred_at,
            "telephone": one.origin == "telephone",
            "words": one.words.shown() if one.words else "",
            "corrected": newest[one.leg] != one.pk,
        }
        for one in legs
    ]
    name = next((one.by_name for one in reversed(legs) if one.origin == "link"), "")
    return {
        "now": visit.now,
        "until": visit.until,
        "expires_at": visit.link.expires_at,
        "document": document(left, reference=referral.reference, digest=referral.sha256, at=referral.made_at),
        "files": list(beside(referral).filter(is_shown=True, content__erased_at=None)),
        "given": list(attached_to(ANSWER, referral.pk)),
        "told": told,
        "seen": any(one.leg == "seen" for one in legs),
        "answered": [one for one in ANSWERS if one in newest],
        "seen_form": seen or SeenForm(),
        "form": answer or AnswerForm(initial={"person": name}),
    }


def panel(user: Staff, referral: Referral, now: datetime) -> dict[str, Any]:
    """Links and files as the referral's own page shows them to our people, with the forms for those who may refer.

    Each file with the children whom its name tells of though the referral does not.
    """
    shown = links_of(referral, now)
    return {
        "shown": shown,
        "whom": [str(one.link.contact) for one in shown if one.state == "open"],
        "may": user.can(MAKES) and referral.withdrawn_at is None,
        "send": SendForm(referral=referral),
        "attach": AttachForm(),
        "files": [(one, _told_of(one, referral)) for one in beside(referral)],
        "answers": list(attached_to(ANSWER, referral.pk)),
    }


def _told_of(one: Attachment, referral: Referral) -> list[str]:
    if one.is_shown or one.name.erased_at is not None:  # type: ignore[attr-defined]  # annotated
        return []
    about = {str(each.child) for each in referral.children.all()}
    children = told_in(referral.incident).children
    return told_of(
        one.name.text,
        [each.name for each in children if each.child not in about],
        [each.name for each in children if each.child in about],
    )
