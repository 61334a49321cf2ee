"""What the API answers of police protection and of missing episodes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Listed, Shown

STATES = [("running", "Runs"), ("over", "The power has ended and no ending is recorded"), ("ended", "Ended")]


class ProtectionRow(Shown):
    """A child in police protection, as known now."""

    id: int
    incident: UUID
    child: UUID
    called: str = Field(description="Name and age, as far as they are known.")
    state: Annotated[str, Coded.of(STATES)]
    taken_at: datetime
    lapses_at: datetime = Field(description="When the power ends by law, 72 elapsed hours after it was taken.")
    ended_at: datetime | None
    owed: list[str] = Field(description="What the record lacks, in words.")


class Protections(Listed):
    """A page of the list."""

    rows: list[ProtectionRow]


class ChildMeetingShown(Shown):
    """A strategy discussion or conference, in words as the page has them."""

    kind: str
    held_at: datetime
    outcome: str
    who: str
    words: str
    by: str


class ProtectionShown(ProtectionRow):
    """All that is known of one protection; texts are empty where nothing is on record."""

    texts: dict[str, str] = Field(description="The record's texts by the names under which they are given.")
    authority_at: datetime | None
    child_told: str
    parents_told: str
    plan: str
    ended_how: str
    ended_words: str
    meetings: list[ChildMeetingShown]


class Made(Shown):
    """What was recorded."""

    id: int


class MissingRow(Shown):
    """A missing child, or one who is back and to whom an interview is owed."""

    id: int
    incident: UUID
    child: UUID
    called: str = Field(description="Name and age, as far as they are known.")
    risk: str = Field(description="The risk that holds, by its code.")
    waits: bool = Field(description="Whether a lower risk waits for an inspector.")
    last_seen_at: datetime | None = Field(description="The last sighting; null where nobody knows of one.")
    unseen_s: float | None = Field(description="Seconds since then, or until the return.")
    at: datetime = Field(description="When it was recorded.")
    returned_at: datetime | None
    number: int = Field(description="Which episode of this child in twelve months it was.")
    went_from: str = Field(description="From what kind of place, in words.")
    place: str


class MissingChildren(Listed):
    """A page of the list."""

    rows: list[MissingRow]


class Assessment(Shown):
    """One assessment of the risk."""

    version: int = Field(description="Give the newest with the next assessment or answer.")
    asked: str = Field(description="What was chosen, by its code.")
    risk: str = Field(description="What held from then on.")
    reasons: list[str] = Field(description="In words.")
    words: str
    by: str
    agreed_by: str = Field(description="The inspector who agreed; empty for none.")
    at: datetime


class Sighting(Shown):
    """That the child was seen."""

    id: int
    seen_at: datetime | None = Field(description="Null where nobody knows when.")
    words: str
    withdrawn: str = Field(description="Why it was taken back; empty where it stands.")


class InterviewShown(Shown):
    """An interview, in words as the page has them."""

    kind: str
    outcome: str
    held_at: datetime
    how: str
    who: str
    words: str
    not_face: str


class Episode(MissingRow):
    """All that is known of one episode."""

    assessments: list[Assessment] = Field(description="The newest first.")
    sightings: list[Sighting] = Field(description="The last first.")
    interviews: list[InterviewShown] = Field(description="The newest first.")
    others: list[int] = Field(
        description="This child's other episodes of twelve months in this user's sight, the newest first."
    )
    hidden: int = Field(description="How many more there are out of sight.")


class Place(Shown):
    """A place that children went missing from in twelve months."""

    name: str
    kind: str
    care: bool = Field(description="Whether children are looked after there.")
    episodes: int
    open: int
    repeats: int = Field(description="Episodes of a child who had one before.")
    last: datetime


class Places(Shown):
    """Places, those where children are looked after first, then the most often."""

    rows: list[Place]
