"""Operations on referrals: whom one may refer to, what is open, one with its legs, to refer, and what the partner answered."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact.rules import MOST_CHILDREN
from goldthread.integration.api import answers_referrals as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, Key, Moment, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.response.request_rules import LONGEST_WORDS
from goldthread.safeguarding import (
    link_queries,
    partner_queries,
    referral_actions,
    referral_presenters,
    referral_queries,
)
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.referral_models import LEGS, STAFF_ANSWERS
from goldthread.safeguarding.referral_rules import BY_PARTNER, LONGEST_NAME

router = Router(tags=["Referrals"])
PAGE = 50
SEES, MAKES = referral_queries.SEES, referral_actions.MAKES
TOLD = [(code, name) for code, name in LEGS if code in BY_PARTNER]
MOST_FIELDS = 40
ReferralId = Annotated[UUID, Path(description="The referral, by the `id` that a list gave.")]
Kind = Annotated[Annotated[str, Coded.of(KINDS)] | None, Query(description="Of this kind of partner alone.")]


class ReferralGiven(Given):
    """A referral."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"contact": 4, "fields": ["names", "ages"], "basis": "ca1989-47", "concern": "Please see her today."}
            ]
        }
    )
    contact: Annotated[int, Whole(1, LARGEST_ID)] = Field(
        description="Whom it goes to, by the `id` that partners gave."
    )
    children: list[Annotated[UUID, Field(strict=False)]] = Field(
        [], max_length=MOST_CHILDREN, description="The incident's children that it is about."
    )
    fields: list[Annotated[str, Field(max_length=40)]] = Field(
        [], max_length=MOST_FIELDS, description="Codes of what leaves besides the concern: the least they need."
    )
    basis: str = Field(max_length=40, description="Code of the lawful basis.")
    concern: str = Field(max_length=LONGEST_WORDS, description="What the worry is, and what is asked of them.")
    staff_answer: Annotated[str, Coded.of([("", "Not asked"), *STAFF_ANSWERS])] = Field(
        "", description="Needed for a school: whether anyone in the incident is on its staff."
    )
    told_at: Moment | None = Field(None, description="When they were told by telephone before this.")
    told_to: str = Field("", max_length=LONGEST_NAME, description="Who was told by telephone.")


class LegGiven(Given):
    """What the partner's person told by telephone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"leg": "accepted", "by_name": "Ada Lead", "occurred_at": "2026-11-23T02:07:00Z"}]
        }
    )
    leg: Annotated[str, Coded.of(TOLD)]
    by_name: str = Field(max_length=LONGEST_NAME, description="Who said so.")
    occurred_at: Moment = Field(description="When they said so or did it.")
    words: str = Field("", max_length=LONGEST_WORDS, description="Needed for *declined*, *acted* and *outcome*.")


class ReferralWordsGiven(Given):
    """Words alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Seen at home, heard and safe."}]})
    words: str = Field(max_length=LONGEST_WORDS)


class OwedGiven(Given):
    """The kind of partner to whom a referral is owed."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "social_care"}]})
    kind: Annotated[str, Coded.of(KINDS)]


@operation(
    router, "GET", "/partners", MAKES, "consultation", answers={200: answers.Contacts}, summary="List registered contacts",
)  # fmt: skip
def list_partners(request: HttpRequest, kind: Kind = None, page: PageNumber = 1) -> answers.Contacts:
    """Contacts of partners to whom a referral may go now, fifty to a page. That this user saw them is put on record."""
    user = staff(request)
    pages = Paginator(partner_queries.contacts(kind or "", user.area), PAGE)
    here = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    record_consultation(user, "partner.list", [("partner_contact", one.pk) for one in here])
    return answers.Contacts(
        page=page,
        pages=pages.num_pages,
        total=pages.count,
        contacts=[
            answers.PartnersContact(
                id=one.pk, name=one.name, role=one.role, partner=one.partner.name, kind=one.partner.kind, area=one.partner.area
            )
            for one in here
        ],
    )  # fmt: skip


@operation(
    router, "GET", "/referrals", SEES, "consultation", answers={200: answers.Referrals}, summary="List referrals",
)  # fmt: skip
def list_referrals(
    request: HttpRequest,
    show: Annotated[
        Annotated[str, Coded.of(referral_queries.SHOWS)] | None, Query(description="Which; `open` without it.")
    ] = None,
    kind: Kind = None,
    page: PageNumber = 1,
) -> answers.Referrals:
    """Referrals by the clock that runs out next, fifty to a page. That this user saw them is put on record."""
    user, now = staff(request), database_now(connection)
    show = show or "open"
    pages = Paginator(referral_queries.listed(user, now, show=show, kind=kind or ""), PAGE)
    here = list(pages.object_list[(page - 1) * PAGE : page * PAGE])
    record_consultation(user, "referral.list", [("referral", str(one.pk)) for one in here], show=show, kind=kind or "")
    rows = [(one, referral_presenters.row(one, now)) for one in here]
    return answers.Referrals(
        page=page,
        pages=pages.num_pages,
        total=pages.count,
        referrals=[
            answers.ReferralBrief(
                id=one.pk, reference=one.reference, incident=one.incident_id, kind=one.kind, partner=one.partner.name,
                made_at=one.made_at, leg=one.last_leg, leg_at=one.last_at, waits_for=row["waits"], due_at=row["due_at"],
            )
            for one, row in rows
        ],
    )  # fmt: skip


@operation(
    router, "GET", "/referrals/{uuid:referral_id}", SEES, "consultation",
    answers={200: answers.ReferralShown}, summary="Read a referral",
)  # fmt: skip
def read_referral(request: HttpRequest, referral_id: ReferralId) -> answers.ReferralShown:
    """What left, exactly as it left, and each leg. That this user saw it is put on record."""
    user = staff(request)
    found = referral_queries.one(user, referral_id)
    if found is None:
        raise NotThere(referral_actions.THERE_IS_NONE)
    children = list(found.children.order_by("id").values_list("child", flat=True))
    subjects = [("incident", str(found.incident_id)), ("referral", str(found.pk))]
    record_consultation(user, SEES, [*subjects, *(("child", str(one)) for one in children)])
    message, say = link_queries.left(found)
    return answers.ReferralShown(
        id=found.pk, reference=found.reference, incident=found.incident_id, kind=found.kind, partner=found.partner.name,
        contact=str(found.contact), children=children, made_at=found.made_at, made_by=found.made_by.name, basis=found.basis,
        fields=found.fields, staff_answer=found.staff_answer, sha256=found.sha256, document=referral_queries.left(found),
        message=message, say=say, withdrawn_at=found.withdrawn_at,
        legs=[
            answers.LegShown(
                leg=one.leg, at=one.at, occurred_at=one.occurred_at, by=one.by.name if one.by else "", by_name=one.by_name,
                origin=one.origin, words=one.words.shown() if one.words else "",
            )
            for one in referral_queries.legs(found)
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/referrals", MAKES, "disclosure", answers={201: answers.ReferralMade}, summary="Refer to a partner",
)  # fmt: skip
def make_referral(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: ReferralGiven
) -> Status[answers.ReferralMade]:
    """Sends a referral to a registered contact. What leaves is frozen, and the disclosure put on record; read it afterwards for exactly
    what left. The same referral for the same partner sent again is the one there is. Where ``message`` is *none* no link could be
    sent: the referral stands, and ``say`` whom to telephone.
    """
    values = {name: getattr(given, name) for name in ReferralGiven.model_fields if name != "children"}
    children = [str(one) for one in given.children]
    made = referral_actions.make(staff(request), incident_id, key=key, children=children, **values)
    message, say = link_queries.left(made)
    return Status(
        201, answers.ReferralMade(id=made.pk, reference=made.reference, sha256=made.sha256, message=message, say=say)
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/referrals-owed", MAKES, "collection", answers={204: None}, summary="Say that a referral is owed",
)  # fmt: skip
def owe_referral(request: HttpRequest, incident_id: IncidentId, key: Key, given: OwedGiven) -> Status[None]:
    """A clock runs, and the incident stays open, until a referral to this kind of partner is sent."""
    referral_actions.owe(staff(request), incident_id, key=key, kind=given.kind)
    return Status(204, None)


@operation(
    router, "POST", "/referrals/{uuid:referral_id}/legs", MAKES, "collection", answers={201: answers.LegMade}, summary="Record a partner's answer",
)  # fmt: skip
def record_referral_leg(
    request: HttpRequest, referral_id: ReferralId, key: Key, given: LegGiven
) -> Status[answers.LegMade]:
    """What a named person at the partner told by telephone. A leg of the same name recorded again corrects the one before."""
    made = referral_actions.record_leg(
        staff(request), referral_id, key=key, leg=given.leg, by_name=given.by_name, occurred_at=given.occurred_at, words=given.words
    )  # fmt: skip
    return Status(201, answers.LegMade(id=made.pk, leg=made.leg, occurred_at=made.occurred_at))


@operation(
    router, "POST", "/referrals/{uuid:referral_id}/withdrawal", MAKES, "alteration", answers={204: None}, summary="Withdraw a referral",
)  # fmt: skip
def withdraw_referral(
    request: HttpRequest, referral_id: ReferralId, key: Key, given: ReferralWordsGiven
) -> Status[None]:
    """Its clocks end. Where somebody had read it, a clock runs until they are told: say so by feeding back."""
    referral_actions.withdraw(staff(request), referral_id, key=key, why=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/referrals/{uuid:referral_id}/feedback", MAKES, "collection", answers={204: None}, summary="Feed back what came of a referral",
)  # fmt: skip
def feed_back_referral(
    request: HttpRequest, referral_id: ReferralId, key: Key, given: ReferralWordsGiven
) -> Status[None]:
    """Goes on the incident's timeline, for those who worked on it."""
    referral_actions.feed_back(staff(request), referral_id, key=key, words=given.words)
    return Status(204, None)
