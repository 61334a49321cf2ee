"""What the API answers of referrals and partners."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.safeguarding.link_queries import MESSAGES
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.referral_models import LEGS, ORIGINS, STAFF_ANSWERS

MESSAGE: Any = Field(
    description="How far the newest message with a link to it has come. *None* and *failed*: nothing reached them."
)
SAY: Any = Field(
    description="What to do where nothing reached them, to show a person; empty where a message left or waits."
)


class PartnersContact(Shown):
    """A registered contact to whom a referral may go."""

    id: int
    name: str
    role: str
    partner: str
    kind: Annotated[str, Coded.of(KINDS)]
    area: str = Field(description="The area that the partner serves; empty for every one.")


class Contacts(Listed):
    """A page of contacts."""

    contacts: list[PartnersContact]


class ReferralBrief(Shown):
    """A referral as lists show it."""

    id: UUID
    reference: str = Field(description="What both sides call it on the telephone.")
    incident: UUID
    kind: Annotated[str, Coded.of(KINDS)]
    partner: str
    made_at: datetime
    leg: Annotated[str, Coded.of(LEGS)] = Field(description="The leg recorded last.")
    leg_at: datetime
    waits_for: str = Field(description="What its next clock waits for, in words; empty where none runs.")
    due_at: datetime | None


class Referrals(Listed):
    """A page of referrals."""

    referrals: list[ReferralBrief]


class LegShown(Shown):
    """One leg."""

    leg: Annotated[str, Coded.of(LEGS)]
    at: datetime = Field(description="When it was recorded.")
    occurred_at: datetime
    by: str = Field(description="Our person; empty where the partner's own link recorded it.")
    by_name: str = Field(description="The partner's person; empty where it is our own leg.")
    origin: Annotated[str, Coded.of(ORIGINS)]
    words: str


class ReferralShown(Shown):
    """A referral with what left, exactly as it left, and each leg."""

    id: UUID
    reference: str
    incident: UUID
    kind: Annotated[str, Coded.of(KINDS)]
    partner: str
    contact: str
    children: list[UUID]
    made_at: datetime
    made_by: str
    basis: str
    fields: list[str]
    staff_answer: Annotated[str, Coded.of([("", "Not asked"), *STAFF_ANSWERS])]
    sha256: str = Field(description="Digest of what left, in hexadecimal.")
    document: dict[str, Any] = Field(description="What left; empty where it was erased.")
    message: Annotated[str, Coded.of(MESSAGES)] = MESSAGE
    say: str = SAY
    withdrawn_at: datetime | None
    legs: list[LegShown]


class ReferralMade(Shown):
    """A referral that was sent, or the same one that had been."""

    id: UUID
    reference: str
    sha256: str
    message: Annotated[str, Coded.of(MESSAGES)] = MESSAGE
    say: str = SAY


class LegMade(Shown):
    """A leg that was recorded."""

    id: int
    leg: Annotated[str, Coded.of(LEGS)]
    occurred_at: datetime
