"""What the API answers about retention."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.contact.choices import SOURCES
from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.retention.models import ANSWERS, KINDS, STATES


class RetentionBrief(Shown):
    """A closed incident in the list."""

    incident: UUID
    reference: str
    closed_at: datetime = Field(description="The closing that the review rests on.")
    due_on: date = Field(description="When it is, or was, to be looked at.")
    late: bool
    state: Annotated[str, Coded.of(STATES)]
    group: str = Field(description="The group's name.")
    because: list[str] = Field(
        description="Facts that put it into its group, in words; empty for the last group, which takes what no other does."
    )


class RetentionList(Listed):
    """A page of closed incidents to review."""

    reviews: list[RetentionBrief]


class RetentionOther(Shown):
    """Another incident that it belongs together with."""

    reference: str
    how: str = Field(description="In words: of the same child, or linked as the same matter.")
    open: bool


class RetentionSaid(Shown):
    """Words of the incident, or what stands where they were erased."""

    occurred_at: datetime
    source: Annotated[str, Coded.of(SOURCES)]
    text: str


class RetentionDecided(Shown):
    """A decision, with the second person's answer where it proposed an erasure."""

    id: int
    kind: Annotated[str, Coded.of(KINDS)]
    group: str
    words: str
    next_on: date | None
    by: str
    at: datetime
    answer: Annotated[str, Coded.of([("", "Not answered, or none is asked for"), *ANSWERS])]
    answered_by: str
    answered_at: datetime | None
    why: str = Field(description="Why it was refused.")


class RetentionShown(RetentionBrief):
    """One closed incident under review."""

    against: list[str] = Field(description="Everything that stands against erasing its texts, now.")
    others: list[RetentionOther]
    texts: int = Field(description="How many texts an erasure would take.")
    said: list[RetentionSaid]
    decisions: list[RetentionDecided] = Field(description="Newest first.")


class RetentionMade(Shown):
    """A decision that was made."""

    id: int
