"""What the API answers of children's records."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Listed, Shown


class MarkerStanding(Shown):
    """What whoever meets the child must know."""

    kind: str = Field(description="What it is about, by its code.")
    words: str
    review_on: date = Field(description="When somebody looks at it next.")
    late: bool = Field(description="Whether that day has come.")


class ChildKnown(Shown):
    """A child of an incident, and whether it has a record."""

    child: UUID
    name: str
    record: UUID | None = Field(
        description="The record; null where there is none, or where this user opens no records."
    )
    known: bool = Field(description="Whether it has a record.")
    earlier: int = Field(
        description="How many incidents of the record came before, those out of this user's sight too."
    )
    markers: list[MarkerStanding] = Field(description="The markers that stand, the newest first.")


class ChildrenKnown(Shown):
    """The children of an incident that have a record; to who may tie, the others too."""

    children: list[ChildKnown]


class ChildFound(Shown):
    """A child whose name is like the one searched for."""

    name: str
    age: str
    record: UUID | None
    incident: UUID
    child: UUID


class ChildrenFound(Shown):
    """What a search found in incidents that this user may see, the likest first."""

    found: list[ChildFound]


class Tied(Shown):
    """A child of an incident that the record holds."""

    incident: UUID
    child: UUID
    at: datetime


class ChildLine(Shown):
    """One line of the chronology."""

    at: datetime
    kind: str = Field(description="What sort of line it is, by its code.")
    incident: UUID
    words: str
    source: str
    quote: str


class ChildRecordShown(Shown):
    """A child's record, as far as this user may see it."""

    record: UUID = Field(
        description="The record in force; another than the one asked for where that was merged into it."
    )
    name: str = Field(description="Name and age as told last.")
    more: bool = Field(description="Whether more is held than this user may see.")
    ties: list[Tied]
    chronology: list[ChildLine] = Field(description="Everything on record, the newest first.")


class RecordMade(Shown):
    """The record that holds the child now."""

    record: UUID


class ChildMarkerShown(Shown):
    """A warning or need on a child, as it holds now."""

    id: int
    kind: str = Field(description="What it is about, by its code.")
    words: str
    review_on: date | None = Field(description="When somebody looks at it next; null where it has ended.")
    late: bool = Field(description="Whether that day has come.")
    ended: bool
    seen: int = Field(description="How many reviews it has; send it as `seen`.")
    by: str
    at: datetime


class ChildMarkers(Shown):
    """The markers on a record, the newest first."""

    markers: list[ChildMarkerShown]


class ChildMarkerMade(Shown):
    """A marker that was set."""

    id: int


class Compared(Shown):
    """One thing that both were told by."""

    label: str
    one: str
    other: str
    says: str = Field(description="`agrees`, `differs`, or empty where it says nothing.")


class LikenessShown(Shown):
    """Two children who may be one."""

    id: int
    children: list[ChildFound] = Field(description="The two, in the order of `one` and `other`.")
    compared: list[Compared]


class Likenesses(Listed):
    """A page of pairs that wait, the likeliest first."""

    rows: list[LikenessShown]


class LikenessDecided(Shown):
    """That it was kept."""

    record: UUID | None = Field(description="The record that holds the child; null where they are two.")
