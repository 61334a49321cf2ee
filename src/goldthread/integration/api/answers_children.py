"""What the API answers of children's records."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Shown


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
