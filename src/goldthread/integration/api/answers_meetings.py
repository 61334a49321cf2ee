"""What the API answers of meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from goldthread.integration.api.fields import Listed, Shown


class Pair(Shown):
    """A label and its value."""

    label: str
    value: str


class Why(Shown):
    """One reason for standing on the list."""

    code: str
    words: str


class DecisionShown(Shown):
    """What was decided of a line; the newest decision holds."""

    name: str
    by: str
    at: datetime
    words: str = ""
    came_of: str = Field("", description="What it did there and then.")
    person: str | None = Field(None, description="Who accepts what is accepted.")


class Owed(Shown):
    """What is owed of a line, or was."""

    owner: str
    words: str
    due_at: datetime
    state: str = Field(description="`open`, `done`, or `carried` over to a later decision or meeting.")


class LineShown(Shown):
    """One line of the list."""

    id: int
    position: int
    subject: UUID | None = Field(description="The incident; null where it is out of this user's sight.")
    title: str
    words: str
    reasons: list[Why]
    known: list[Pair]
    since: str = Field(description="`new`, `worse` or `still here` since the meeting before; empty for the first.")
    decided: int = Field(description="The newest decision, 0 for none; send it as `seen`.")
    decision: DecisionShown | None
    action: Owed | None


class MeetingShown(Shown):
    """A meeting without its list."""

    id: int
    name: str
    because: str
    chair: str
    opened_at: datetime
    ended_at: datetime | None


class Meetings(Listed):
    """A page of meetings, the newest first."""

    rows: list[MeetingShown]


class Counted(Shown):
    """How many have a reason."""

    code: str
    name: str
    number: int


class RestShown(Shown):
    """Incidents with a reason past those that the list names."""

    number: int
    reasons: list[Counted]


class PresentShown(Shown):
    """Somebody who is in a meeting."""

    name: str
    part: str = Field(description="`chair` or `member`.")
    since: datetime


class MeetingWhole(MeetingShown):
    """A meeting with its frozen list."""

    kind: str
    heading: list[Pair]
    agenda_sha256: str
    present: list[PresentShown] = Field(description="Who is in it now; nobody once it has ended.")
    lines: list[LineShown]
    rest: RestShown = Field(
        description="What the list tells by number: given to nobody, and on the next list while it has a reason."
    )


class ActionShown(Shown):
    """Something that this user, or their team, owes."""

    id: int
    meeting: int
    incident: UUID = Field(description="What it is about: the incident, or the item of a board.")
    title: str
    owner: str
    words: str
    due_at: datetime
    late: bool
    changed: str = Field(description="What became of the incident since it was given; empty for nothing.")


class Actions(Shown):
    """What this user, or their team, owes, the soonest due first."""

    rows: list[ActionShown]


class MinutesShown(Shown):
    """A meeting's minutes as they were frozen."""

    sha256: str = Field(description="Of the whole document as canonical JSON.")
    issued_at: datetime
    hidden: int = Field(
        description="How many lines are out of this user's sight; the document below leaves their words out."
    )
    content: dict[str, Any] = Field(
        description="`shape`, `meeting`, `heading`, `attendance`, `lines`, `not_reached`, `rest`, `difference`."
    )


class MeetingMade(Shown):
    """A meeting that was called."""

    id: int


class Decided(Shown):
    """A decision that was made."""

    id: int
    came_of: str
