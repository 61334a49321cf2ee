"""What the API answers where it lists: the board, the inbox, one's own incidents, and units."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from goldthread.contact import choices
from goldthread.desk.strip import WANTS
from goldthread.integration.api.answers import REFERENCE
from goldthread.integration.api.answers_reading import NAMED_LEVELS
from goldthread.integration.api.fields import Coded, Listed, Shown
from goldthread.response.models import UNIT_STATES


class Brief(Shown):
    """An incident in a list."""

    id: UUID
    reference: str = REFERENCE
    opened_at: datetime
    closed_at: datetime | None
    child: Annotated[str, Coded.of(choices.CHILD_INVOLVED)]
    children_answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)]
    place: str = Field(description="Empty means *not known*.")
    owner: str
    next: str = Field(description="What is owed next, in words.")


class Incidents(Listed):
    """A page of a list of incidents."""

    incidents: list[Brief]


class Found(Shown):
    """Incidents found by reference, newest first; at most twenty."""

    incidents: list[Brief]


class RecordsOpened(Shown):
    """What a reason opened: how many were not open to this user before, and those behind the number that are now, newest first."""

    opened: int
    incidents: list[Brief]


class Row(Shown):
    """An open incident on the board."""

    id: UUID
    reference: str = REFERENCE
    grade: str = Field(description="The grade in words; empty means *not graded yet*.")
    words_suggest: str = Field(description="What the words suggest where it is above the grade, in words; else empty.")
    unread: bool = Field(description="Whether the reader was down or could not judge.")
    child: Annotated[str, Coded.of(choices.CHILD_INVOLVED)]
    children_answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)]
    what: str = Field(description="A dozen words of what was said, the strongest first.")
    place: str = Field(description="Empty means *not known*.")
    area: str = Field(description="Empty means *not known*.")
    owner: str
    next: str = Field(description="What is owed next, in words.")
    attended: bool
    over: bool = Field(description="Whether its time has passed and nobody has attended.")
    elapsed_s: int = Field(description="Seconds since its clock began.")
    target_s: int = Field(description="Seconds that its clock allows.")
    why: str = Field(description="Why it stands where it stands, in words.", examples=["child involved, over time"])
    sum: str = Field(
        description="Its score as it was worked out.", examples=["Priority 40 x child involved 2 x over time 3 = 240"]
    )
    needs: list[Annotated[str, Coded.of(WANTS)]] = Field(description="What wants somebody.")


class Counts(Shown):
    """Counts over every open incident in sight, whatever is filtered."""

    open: int
    ungraded: int
    child_over: int = Field(description="A child is involved and the time has passed.")
    over: int
    not_asked: int = Field(description="Nobody has asked about children yet.")
    words_above: int = Field(description="The words suggest more than the grade held.")
    unread: int = Field(description="The reader was down or could not judge.")
    orphan: int = Field(description="Nobody on duty owns it.")
    offered: int = Field(description="Handed over, and not acknowledged yet.")
    handoff: int = Field(description="Handed over, and not acknowledged in time.")
    assess: int = Field(description="To be assessed again.")
    reassess: int = Field(description="To be assessed again, and not in time.")
    next: int = Field(description="Whose next step is overdue while no clock runs.")
    asked: int = Field(description="A request waits for a second person.")
    request: int = Field(description="A request was not decided in time.")
    sent_on: int = Field(description="Another agency was asked and has not answered.")
    transfer: int = Field(description="Another agency has not answered in time.")
    asks: int = Field(description="A supervisor's question waits for its owner's answer.")
    question: int = Field(description="A supervisor's question was not answered in time.")
    why: int = Field(description="Late, and nobody has said why.")
    marks: int = Field(description="A threat to life in the words that nobody has answered.")
    unseen: int = Field(description="A risk to a child in the words that nobody had recognised in time.")


class Board(Listed):
    """Open incidents in sight: what nobody has taken first, then by risk, time over target and what is new."""

    counts: Counts
    rows: list[Row]


class UnitShown(Shown):
    """A unit that can be sent."""

    id: int
    call_sign: str = Field(examples=["NA21"])
    area: str
    skills: list[str]
    state: Annotated[str, Coded.of(UNIT_STATES)]
    committed_until: datetime | None = Field(
        description="Until when it is held, as a dispatcher said; past it, it is overdue to be free. It never stands against sending."
    )


class Units(Shown):
    """The units this user may send, by area and call sign."""

    units: list[UnitShown]


class Waiting(Shown):
    """An incident in the inbox: something arrived in writing and no person has read it yet."""

    id: UUID
    reference: str = REFERENCE
    channel: Annotated[str, Coded.of(choices.CHANNELS)]
    words_suggest: Annotated[str, Coded.of(NAMED_LEVELS)] | None = Field(
        description="The level the words suggest; null where they suggest none above the grade, or were not read."
    )
    unread: bool = Field(description="Whether the reader was down or could not judge.")
    what: str = Field(description="A dozen words of what was said, the strongest first; empty for an empty message.")
    began: str = Field(description="How the first words begin.")
    grade: str = Field(description="The grade in words; empty means *not graded yet*.")
    child: Annotated[str, Coded.of(choices.CHILD_INVOLVED)]
    children_answer: Annotated[str, Coded.of(choices.CHILDREN_ANSWERS)]
    place: str = Field(description="Empty means *not known*.")
    area: str = Field(description="Empty means *not known*.")
    owner: str = Field(description="Whom it waits for: a team's desk, or a person who owns it already.")
    started_at: datetime = Field(description="When the clock of its first read began.")
    elapsed_s: int = Field(description="Seconds since then.")
    target_s: int = Field(description="Seconds that the clock allows.")
    over: bool = Field(description="Whether its time has passed and nobody has attended.")


class Inbox(Shown):
    """What waits for its first read: most risky first, then by the clock."""

    rows: list[Waiting] = Field(description="At most a hundred; the riskiest are among them.")
    total: int = Field(description="How many wait in all.")
    mark: str = Field(description="Changes with what the rows say; give it back to be told only what changed.")


class Received(Shown):
    """A written contact that was let in, now or by an earlier delivery of the same message."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"id": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60", "reference": "AM-261123-0417"}]}
    )
    id: UUID = Field(description="The incident in which it stands.")
    reference: str = REFERENCE
