"""What the API answers of the VAST desk."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.safeguarding.concern_models import RATINGS, RESULTS

Rating = Annotated[str, Coded.of(RATINGS)]


class ConcernRow(Shown):
    """A concern as the queue has it."""

    id: int
    incident: UUID
    reference: str
    rating: Rating
    opened_at: datetime
    triaged_at: datetime | None = Field(description="Null while triage is owed.")
    closed_at: datetime | None
    outcome: str = Field(description="The code of how it ended; empty while it is open.")


class Concerns(Listed):
    """A page of the queue."""

    rows: list[ConcernRow]


class ConcernWhy(Shown):
    """A reason."""

    words: str
    by: str
    at: datetime
    said: str


class ConcernRated(Shown):
    """A rating that was given."""

    code: Rating
    by: str
    at: datetime
    why: str


class PartnerCallShown(Shown):
    """A call to a partner."""

    id: int
    desk: str
    reached: str = Field(description="Who was reached, by name; empty where nobody was.")
    at: datetime
    by: str
    next_at: datetime | None
    words: str = Field(description="What was said; empty while it is not written up.")


class ResearchShown(Shown):
    """A line of the checklist."""

    item: str
    name: str
    result: Annotated[str, Coded.of([("", "Not answered"), *RESULTS])]
    words: str
    by: str
    at: datetime | None


class OpinionShown(Shown):
    """A second opinion."""

    id: int
    grade: str
    words: str
    by: str
    at: datetime
    answer_by: datetime | None
    answer: str = Field(description="In words; empty while nobody answered.")
    answer_words: str


class ConcernShown(ConcernRow):
    """One concern."""

    why: list[ConcernWhy]
    ratings: list[ConcernRated]
    calls: list[PartnerCallShown]
    research: list[ResearchShown]
    opinions: list[OpinionShown]
    owed: list[str] = Field(description="What is owed before it may end, in sentences.")
    last_seq: int = Field(description="The last line of the incident's timeline now; ending sends it along.")
    newest_reason: int = Field(description="The newest reason of `why`; rating and ending send it along.")


class ConcernMade(Shown):
    """The incident's concern."""

    concern: int


class PartnerCallMade(Shown):
    """A call that was put on record."""

    call: int


class OpinionMade(Shown):
    """An opinion that was given."""

    opinion: int
