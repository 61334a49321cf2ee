"""What the API answers of acting ranks and of who is on call."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from goldthread.integration.api.fields import Shown


class RankShown(Shown):
    """Somebody who acts in a senior role for a time."""

    id: int
    name: str
    team: str
    role: str = Field(description="The role they act in, by its code.")
    now: bool = Field(description="Whether it has begun.")
    starts_at: datetime
    ends_at: datetime
    by: str
    why: str


class MayAct(Shown):
    """Somebody whom this user may have act in a senior role."""

    id: int
    name: str
    role: str = Field(description="Their own role, by its code.")
    team: str


class Ranks(Shown):
    """Acting ranks that run or will, and whom this user may have act."""

    ranks: list[RankShown]
    may_act: list[MayAct]


class RankMade(Shown):
    """An acting rank that was given."""

    id: int
    starts_at: datetime
    ends_at: datetime


class OnCallShown(Shown):
    """A line of the on-call list."""

    id: int
    name: str
    team: str
    role: str = Field(description="As what they can be rung, by its code.")
    now: bool = Field(description="Whether it has begun.")
    starts_at: datetime
    ends_at: datetime
    telephone: str
    by: str = Field(description="Who entered it.")


class OnCallList(Shown):
    """Who can be rung now or later."""

    lines: list[OnCallShown]


class OnCallMade(Shown):
    """A line that is on the list."""

    id: int
