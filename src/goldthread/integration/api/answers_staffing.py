"""What the API answers of staff, of a table of staff, and of service accounts."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from goldthread.integration.api.fields import Listed, Shown


class StaffShown(Shown):
    """Somebody on the staff."""

    id: int
    login: str
    name: str
    role: str = Field(description="Their own role, by its code.")
    team: str
    area: str
    active: bool = Field(description="Whether they have access.")
    emergency: bool = Field(
        description="Whether they may sign in by a password kept here while others sign on by the directory."
    )
    tied: bool = Field(description="Whether the force's directory knows them.")


class StaffPage(Listed):
    """Everybody who is or was here, a hundred to a page; no program."""

    staff: list[StaffShown]


class StaffAfter(Shown):
    """Somebody after what was done."""

    id: int
    active: bool
    emergency: bool


class LeftOut(Shown):
    """A line that is not done, and why."""

    line: int = Field(description="0 for what is about the whole table.")
    why: str


class Changed(Shown):
    """Somebody who would be, or was, changed: what was and what is then, by column."""

    line: int
    login: str
    was: dict[str, str]
    now: dict[str, str]
    returns: bool = Field(description="Whether access that was ended is given back.")


class Ended(Shown):
    """Somebody whose access would end, or ended."""

    line: int = Field(description="0 where they are not in a table that is everybody.")
    login: str
    owns: list[str] = Field(
        description="References of the open incidents they own, which are nobody's then. Empty once it is done."
    )


class TablePlan(Shown):
    """What a table would do, or did."""

    seen: str = Field(description="Names exactly this plan. Send it with the table to have done what was looked over.")
    added: list[str] = Field(description="Logins.")
    changed: list[Changed]
    ended: list[Ended]
    same: int
    left_out: list[LeftOut]
    new_teams: list[str]
    passed_over: list[str] = Field(description="Columns that are not known.")


class TokenShown(Shown):
    """A token of a program; never its text."""

    id: int
    state: str = Field(description="valid, expired, revoked or ended")
    scopes: list[str] = Field(description="The verbs it is held to.")
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


class ServiceShown(Shown):
    """A service account."""

    id: int
    login: str
    name: str
    role: str
    team: str
    owner: str = Field(description="The login of who answers for it.")
    mail: str
    purpose: str
    active: bool
    unanswered: bool = Field(description="Whether who answers for it has no access any more.")
    tokens: list[TokenShown]


class Services(Shown):
    """Service accounts, those that nobody answers for first."""

    services: list[ServiceShown]


class ServiceMade(Shown):
    """A service account, after what was done."""

    id: int
    login: str
    active: bool


class TokenMade(Shown):
    """A new token. Its text is shown here once and never again."""

    id: int
    token: str
    scopes: list[str]
    expires_at: datetime
