"""Referrals as their pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.documents.described import Document
from goldthread.safeguarding import referral_document, referral_queries
from goldthread.safeguarding.clock_queries import running
from goldthread.safeguarding.clock_rules import names
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.referral_kinds import bases, kinds_on
from goldthread.safeguarding.referral_models import LEGS, ORIGINS, Referral, ReferralLeg
from goldthread.safeguarding.referral_rules import BY_PARTNER


def row(one: Any, now: datetime) -> dict[str, Any]:
    """One referral of a list; ``one`` as ``referral_queries`` places it."""
    due, rule = one.next_due, one.next_rule
    return {
        "referral": one,
        "kind": one.get_kind_display(),
        "waits": names().get(rule, rule) if rule else "",
        "due_at": due,
        "over": due is not None and due < now,
        "leg": dict(LEGS)[one.last_leg],
        "leg_at": one.last_at,
    }


def legs(rows: Sequence[ReferralLeg]) -> list[dict[str, Any]]:
    """Each leg with who said so, and how long after the sending it happened, in seconds."""
    sent = next(one.occurred_at for one in rows if one.leg == "sent")
    replaced = {one.leg: one.pk for one in rows}
    return [
        {
            "name": dict(LEGS)[one.leg],
            "leg": one,
            "origin": dict(ORIGINS)[one.origin] if one.origin != "here" else "",
            "words": one.words.shown() if one.words is not None else "",
            "after": int((one.occurred_at - sent).total_seconds()) if one.leg != "sent" else None,
            "corrected": one.leg in BY_PARTNER and replaced[one.leg] != one.pk,
        }
        for one in rows
    ]


def clocks(referral: Referral, now: datetime) -> list[dict[str, Any]]:
    """The clocks that run on it."""
    return [
        {"name": names().get(one.rule, one.rule), "clock": one, "over": one.due_at < now}
        for one in running((referral_queries.ABOUT, referral.pk))
    ]


def document(referral: Referral) -> Document:
    """What left, exactly as it left."""
    return referral_document.document(
        referral_queries.left(referral), reference=referral.reference, digest=referral.sha256, at=referral.made_at
    )


def readers(referral: Referral) -> list[str]:
    """Who at the partner knows of it, each once."""
    named, opened = referral_queries.readers(referral)
    return named + [f"whoever opened the link of {one}" for one in opened]


def may(referral: Referral, rows: Sequence[ReferralLeg], readers: Sequence[str]) -> dict[str, Any]:
    """What can still be recorded of it. Readers are told once it is withdrawn, and anew where another comes out."""
    withdrawn = referral.withdrawn_at is not None
    owing = max(place for place, one in enumerate(rows) if one.leg in {"sent", "withdrawn", *BY_PARTNER})
    told = any(one.leg == "fed_back" for one in rows[owing:])
    return {
        "legs": [(code, name) for code, name in LEGS if code in (("seen",) if withdrawn else BY_PARTNER)],
        "withdraw": not withdrawn,
        "must_tell": withdrawn and bool(readers) and not told,
    }


def basis(referral: Referral) -> str:
    """The lawful basis on which it left, with the law or guidance it names."""
    found = bases().get(referral.basis)
    return f"{found.name} ({found.source})" if found is not None else referral.basis


def owed_rows(incident: Incident, now: datetime) -> list[dict[str, Any]]:
    """Referrals that are owed in an incident, and the children of whom no partner of that kind was told."""
    kinds, found = kinds_on(force_day(now)).kinds, []
    for clock in referral_queries.owed(incident):
        code = clock.about.removeprefix("owed.")
        children = referral_queries.untold(incident, kinds[code]) if code in kinds else []
        found.append(
            {
                "kind": code,
                "name": dict(KINDS).get(code, code),
                "due_at": clock.due_at,
                "over": clock.due_at < now,
                "children": [referral_queries.told_of(one).called for one in children],
            }
        )
    return found
