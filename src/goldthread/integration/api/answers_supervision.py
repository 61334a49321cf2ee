"""What the API answers of supervision."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.response.request_models import KINDS
from goldthread.supervision.kinds import names
from goldthread.supervision.models import ANSWERS


class WaitingForReview(Shown):
    """An incident that waits for a senior person."""

    incident: UUID
    found: list[Annotated[str, Coded.of(names().items())]] = Field(description="What sweeps found.")
    requests: list[Annotated[str, Coded.of(KINDS)]] = Field(description="What was asked for and is not decided.")
    called: bool = Field(description="Whether a supervisor is called to it now.")
    late: bool = Field(description="Whether a request is over its time.")
    since: datetime = Field(description="Since when the oldest of these waits.")
    rank: float = Field(
        description="Its place on the board times the greatest weight of its reasons; higher stands first."
    )


class Queue(Listed):
    """A page of the queue."""

    rows: list[WaitingForReview]


class Differs(Shown):
    """One thing that reader and handler saw differently, in words."""

    what: str
    reader: str
    handler: str


class Asks(Shown):
    """A supervisor's question that nobody has answered."""

    id: int
    words: str
    by: str
    at: datetime
    to: str
    answer_by: datetime


class ReviewShown(Shown):
    """One review."""

    answer: str = Field(description="In words, as the page says it.")
    by: str
    at: datetime
    words: str
    until: datetime | None = Field(description="How long a delay may stand by this review.")


class Reviewing(Shown):
    """What a reviewer has before them, beside the incident itself."""

    seen: int = Field(description="`seq` of the last line of the timeline; send it with the review.")
    found: int = Field(description="The newest find; send it with the review.")
    not_yours: str = Field(description="Why this user may not review it; empty where they may.")
    differs: list[Differs]
    questions: list[Asks]
    reviews: list[ReviewShown]


class ReviewMade(Shown):
    """A review that was made; null where a grade was raised by somebody who may not review this one."""

    review: int | None
    answer: Annotated[str, Coded.of(ANSWERS)]
