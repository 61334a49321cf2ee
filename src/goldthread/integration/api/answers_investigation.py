"""What the API answers of investigation."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.investigation.models import VOICES


class InvestigationOffered(Shown):
    """An incident offered to investigation that this user may accept. None of the incident's words come with it."""

    id: int
    incident: UUID
    reference: str
    risk: str = Field(description="In words.")
    accept_by: datetime | None
    team: int
    to: str = Field(description="The person it is offered to; empty where it is any of the team.")
    by: str
    at: datetime
    note: str


class InvestigationRow(Shown):
    """One investigation of a list."""

    id: UUID
    incident: UUID
    reference: str
    crime_reference: str
    risk: str = Field(description="In words.")
    investigator: str
    supervisor: str
    opened_at: datetime
    closed_at: datetime | None
    owed_by: datetime | None = Field(description="When the next of its clocks runs out, or ran out.")
    new: bool = Field(description="Whether something was said or happened that whoever leads it has not acknowledged.")
    note: bool = Field(description="Whether it is this user's to review, and they have not taken note of that yet.")


class Investigations(Listed):
    """A page of investigations, and the offers that wait for this user."""

    offers: list[InvestigationOffered]
    rows: list[InvestigationRow]


class VoiceShown(Shown):
    """One version of what a child said or showed, or why that cannot be recorded."""

    version: int
    kind: Annotated[str, Coded.of(VOICES)]
    seen: str = Field(description="In words.")
    spoken: str = Field(description="In words.")
    said: str
    behaviour: str
    wishes: str
    by_whom: str
    why: str
    occurred_at: datetime | None
    by: str
    at: datetime


class InvestigatedChild(Shown):
    """A child of the investigation, each version of their voice newest first."""

    child: UUID
    name: str
    age: int | None
    voices: list[VoiceShown]


class AccessShown(Shown):
    """An answer to whether the suspect has access to any child today."""

    answer: str = Field(description="In words.")
    who: str
    words: str
    by: str
    at: datetime


class PlanItemShown(Shown):
    """An item of the plan; `end` is empty while it is open."""

    id: int
    kind: str = Field(description="In words.")
    words: str
    owner: str
    due_at: datetime
    end: str
    why: str


class InvestigationReviewShown(Shown):
    """A supervisor's review."""

    agrees: bool
    voice: bool
    words: str
    risk: str
    by: str
    at: datetime


class EndShown(Shown):
    """A closing decision proposed; `answer` is empty until a second, senior person has answered it."""

    id: int
    outcome: str = Field(description="In words.")
    words: str
    by: str
    at: datetime
    answer: str
    answered_by: str
    why: str


class NewsLine(Shown):
    """One line that is new: words as they were said, or what happened."""

    at: datetime
    by: str
    words: str


class NewsShown(Shown):
    """What whoever leads has not acknowledged in one incident of the matter; acknowledge it up to `seq`."""

    incident: UUID
    reference: str
    seq: int
    joins: bool = Field(description="Linked since: acknowledging it takes it in, and its words are new then.")
    lines: list[NewsLine] = Field(description="The newest, none of an incident that this user may not see.")
    more: int = Field(description="How many older lines stand on the incident itself.")


class InvestigationShown(Shown):
    """One investigation. An empty `access` is *not asked*, a child without voices is not heard: neither means that all is well."""

    id: UUID
    incident: UUID
    reference: str
    crime_reference: str
    risk: str = Field(description="In words.")
    investigator: str
    supervisor: str
    opened_at: datetime
    closed_at: datetime | None
    review_due: datetime | None
    access_due: datetime | None = Field(
        description="By when the suspect's access is to be answered; null where that is done."
    )
    untold: list[str] = Field(description="Of an ended one: who is still to be told the outcome.")
    children: list[InvestigatedChild]
    access: list[AccessShown] = Field(description="Newest first.")
    items: list[PlanItemShown]
    reviews: list[InvestigationReviewShown]
    ends: list[EndShown]
    news: list[NewsShown]


class InvestigationHanded(Shown):
    """An offer that was made."""

    id: int
    risk: str = Field(description="In words.")


class Taken(Shown):
    """An investigation that was accepted."""

    id: UUID


class ChildAdded(Shown):
    """A child who was added: who it is from now on."""

    child: UUID


class InvestigationMade(Shown):
    """What was recorded, by its number."""

    id: int
