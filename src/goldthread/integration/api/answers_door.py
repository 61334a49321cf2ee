"""What the API answers of the door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Coded, Shown
from goldthread.safeguarding.door_rules import ALONE, NO_CHILD, PPN, SEEN

OR_NOT = [("", "Not answered")]


class DoorSaid(Shown):
    """Who said it and when."""

    version: int = Field(description="1 for the first answer; the newest is the one shown.")
    by: str = Field(description="Who entered it.")
    told_by: str = Field(description="The officer on whose word; empty where who entered it was there.")
    seen_at: datetime
    at: datetime = Field(description="When it arrived here.")
    late: bool = Field(description="Whether it is entered late.")


class DoorChildShown(DoorSaid):
    """What was found of one child; words whose text was erased are told as such."""

    child: UUID = Field(description="The child, by its identity in the incident.")
    seen: Annotated[str, Coded.of(SEEN)]
    why_not_seen: str
    alone: Annotated[str, Coded.of([*OR_NOT, *ALONE])]
    why_not_alone: str
    showed: str = Field(description="Demeanour, and what the child showed or said.")


class DoorWholeShown(DoorSaid):
    """What was found of a visit as a whole."""

    no_child: Annotated[str, Coded.of([*OR_NOT, *NO_CHILD])]
    no_child_why: str
    home: str
    other: str
    ppn: Annotated[str, Coded.of([*OR_NOT, *PPN])]
    ppn_reference: str
    ppn_why: str


class DoorVisitShown(Shown):
    """One time a unit was sent there."""

    id: int = Field(description="The allocation; answers name it.")
    unit: str
    arrived_at: datetime | None
    left_at: datetime | None
    owes: bool = Field(description="Whether it arrived and *child seen* is not answered for every child on record.")
    children: list[DoorChildShown] = Field(description="Children who were answered for.")
    whole: DoorWholeShown | None


class DoorShown(Shown):
    """What was found at the door, the newest visit first."""

    visits: list[DoorVisitShown]
