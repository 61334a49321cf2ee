"""What the API answers about the plan as the Commissioner's office is told of it, and about its comments under section 55."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from goldthread.improvement.rules import STATES
from goldthread.integration.api.answers_commissioner import STATES as TOLD
from goldthread.integration.api.fields import Coded, Shown


class StatusFigure(Shown):
    """The figure by which a recommendation is judged, as it was published; nulls where it was not, or is withheld."""

    name: str
    target: float = Field(description="A share, from 0 to 1.")
    good: str = Field(examples=["up"])
    table: str | None = Field(description="The table in which it was published.")
    edition: int | None
    period: str | None
    state: Annotated[str, Coded.of([("", "Not published"), *TOLD])]
    of: int | None
    met: int | None


class StatusLine(Shown):
    """A recommendation."""

    number: int
    text: str | None = Field(description="Null where the force has not entered it.")
    state: Annotated[str, Coded.of(STATES)]
    because: str
    since: date
    reference: str = Field(description="The inspectorate's, where it closed it.")
    due_on: date | None
    owner: str = Field(description="An office; people are not named.")
    figure: StatusFigure | None


class StatusReport(Shown):
    """A report and its recommendations."""

    id: int
    name: str
    source: str
    published_on: date
    comments_on: date | None = Field(description="The last day of the Commissioner's comments, where they are owed.")
    comments_left: int | None = Field(description="In days; null where none are owed, and once they are published.")
    comments_published_on: date | None
    comments_late: int | None = Field(description="By how many days they were published late; null while they are not.")
    recommendations: list[StatusLine]


class PlanStatus(Shown):
    """The plan as at a day."""

    as_at: date
    reports: list[StatusReport]


class LetterPart(Shown):
    """A part of the letter."""

    part: str = Field(description="`opening`, `chief`, or a recommendation's number.", examples=["opening"])
    drafted: str = Field(description="What the draft said; empty for the chief constable's part.")
    words: str = Field(description="What it says now.")
    version: int = Field(description="The newest version; 0 while nothing was written. Give this as `seen`.")


class LetterSaid(Shown):
    """What was said of the comments' publication."""

    number: int = Field(description="Give the newest as `seen`; 0 where there is none.")
    day: date | None = Field(description="Null where it was taken back.")
    place: str = Field(description="Where they were published: an address or a reference.")
    letter: str = Field(description="The `sha256` of the letter that was published; empty where it was another text.")
    why: str = Field(description="Why it was corrected or taken back.")
    late: int = Field(description="By how many days they were published late.")
    office: str
    on_word: bool = Field(description="Whether another office said it, on the word of the Commissioner's.")
    said_at: datetime


class LetterShown(Shown):
    """How far the comments on a report are."""

    report: int
    name: str
    comments_on: date
    comments_left: int | None = Field(description="In days; null once they are published.")
    published: list[LetterSaid] = Field(description="What was said of that, oldest first. The newest counts.")
    draft: int | None = Field(description="The newest draft put before the office; null before that.")
    draft_sha256: str | None
    parts: list[LetterPart]
    sha256: str | None = Field(
        description="Of the letter as issued, or as it would be issued now: give this as `seen`. Null before a draft."
    )
    issued_at: datetime | None


class LetterDrafted(Shown):
    """The draft that the record gives now."""

    sha256: str = Field(description="Give this as `seen` to put exactly this before the office.")
    parts: list[LetterPart]


class LetterMade(Shown):
    """What was put, written or issued: a draft's or a version's number, 1 for the letter."""

    number: int
