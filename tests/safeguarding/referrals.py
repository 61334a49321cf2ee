"""Partners and referrals for tests: a school with its terms, social care, and a referral made through the action."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from goldthread.accounts.models import Staff
from goldthread.contact import actions as contact
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.safeguarding import referral_actions as actions
from goldthread.safeguarding.partner_models import Partner, PartnerContact, SchoolTerm
from goldthread.safeguarding.referral_kinds import kinds_on
from goldthread.safeguarding.referral_models import Referral, ReferralLeg
from tests.cast import Cast, graded, key, opened, say


def partner(kind: str = "social_care", name: str = "Amberford Children's Services", **given: Any) -> PartnerContact:
    """A partner with one registered contact."""
    made = Partner.objects.create(kind=kind, name=name, **given)
    return PartnerContact.objects.create(
        partner=made, name="Ada Lead", role="duty desk", email="ada@partner.example", phone="01632 960002"
    )


def school() -> PartnerContact:
    """A school whose year is entered, with a half-term at the end of October."""
    made = partner("school", "Larch Primary School")
    for first, last in (("2026-09-02", "2026-10-23"), ("2026-11-02", "2026-12-18"), ("2027-01-04", "2027-07-20")):
        SchoolTerm.objects.create(partner=made.partner, first=date.fromisoformat(first), last=date.fromisoformat(last))
    return made


def with_children(cast: Cast, *names: str) -> Incident:
    """An open incident with these children, of nine years each."""
    made = opened(cast.handler)
    say(cast.handler, made, "Neighbour heard shouting next door, a little girl lives there.")
    given = [ChildGiven(str(uuid.uuid4()), one, 9, False, "at her gran's", "her gran", "not_seen") for one in names]
    contact.answer_children(cast.handler, made.pk, key=key(), answer="named", given=given)
    graded(cast.handler, made)
    made.refresh_from_db()
    return made


def children(incident: Incident) -> list[str]:
    """Its children's UUIDs, in the order recorded."""
    return [str(one.child) for one in ChildVersion.objects.filter(incident=incident).order_by("id")]


def given(to: PartnerContact, incident: Incident, **other: Any) -> dict[str, Any]:
    """What an ordinary referral to this contact is made of: its first child, the usual fields and basis."""
    kind = kinds_on(date(2026, 11, 27)).kinds[to.partner.kind]
    return {
        "contact": to.pk, "children": children(incident)[:1], "fields": list(kind.fields), "basis": kind.bases[0],
        "concern": "He shouted while she was upstairs. Please see her today.",
        "staff_answer": "no" if kind.code == "school" else "", **other,
    }  # fmt: skip


def referred(user: Staff, incident: Incident, to: PartnerContact, **other: Any) -> Referral:
    """A referral made through the action."""
    values = given(to, incident, **other)
    return actions.make(user, incident.pk, key=values.pop("key", None) or key(), **values)


def leg(user: Staff, referral: Referral, code: str, words: str = "", **other: Any) -> ReferralLeg:
    """A leg told by telephone, recorded through the action."""
    at = other.pop("occurred_at", None) or referral.made_at
    return actions.record_leg(
        user, referral.pk, key=key(), leg=code, by_name="Ada Lead, duty desk", occurred_at=at, words=words, **other
    )
