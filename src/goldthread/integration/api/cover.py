"""Operations of cover: who acts in a senior role for a time, and who is on call."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts import oncall_actions, oncall_rules, queries, rank_actions, rank_rules
from goldthread.accounts.roles import acting, on_call, roles
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.integration.api import answers_cover as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, Key, Moment, Whole
from goldthread.integration.api.operations import operation

router = Router(tags=["Cover"])
GIVES, SEES, KEEPS = "rank.give", "oncall.see", "oncall.keep"
RankId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The acting rank, by the `id` that the list gave.")]
LineId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The line, by the `id` that the list gave.")]


class RankGiven(Given):
    """Who is to act as what, until when, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "staff": 12,
                    "role": "contact_supervisor",
                    "ends_at": "2026-11-23T07:00:00Z",
                    "why": "Supervisor is ill.",
                }
            ]
        }
    )
    staff: Annotated[int, Whole(1, LARGEST_ID)] = Field(description="Who acts, by the `id` that `may_act` gave.")
    role: Annotated[str, Coded.of((one.role, one.name) for one in acting().values())]
    starts_at: Moment | None = Field(None, description="From when; now unless given.")
    ends_at: Moment = Field(description="Until when: sixteen hours after it begins at most.")
    why: str = Field(min_length=1, max_length=rank_rules.LONGEST_WHY, pattern=r"\S")


class OnCallGiven(Given):
    """One line of the on-call list."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "fim2",
                    "role": "fim",
                    "starts_at": "2026-11-23T19:00:00Z",
                    "ends_at": "2026-11-24T07:00:00Z",
                    "telephone": "01632 960123",
                }
            ]
        }
    )
    login: str = Field(min_length=1, max_length=60, description="The name by which they sign in.")
    role: Annotated[str, Coded.of((one, roles()[one].name) for one in on_call())]
    starts_at: Moment
    ends_at: Moment = Field(description="Fourteen days after it begins at most.")
    telephone: str = Field(min_length=1, max_length=40)


@operation(
    router, "GET", "/cover/ranks", GIVES, "consultation", answers={200: answers.Ranks}, summary="List acting ranks"
)
def list_ranks(request: HttpRequest) -> answers.Ranks:
    """Who acts in a senior role now or will, the soonest to begin first, and whom this user may have act."""
    user, now = staff(request), database_now(connection)
    found = list(queries.ranks())
    record_consultation(user, "rank.see", [("rank", one.pk) for one in found])
    return answers.Ranks(
        ranks=[
            answers.RankShown(
                id=one.pk, name=one.staff.name, team=one.staff.team.name, role=one.role, now=one.starts_at <= now,
                starts_at=one.starts_at, ends_at=one.ends_at, by=one.by.name, why=one.why.shown(),
            )
            for one in found
        ],
        may_act=[
            answers.MayAct(id=one.pk, name=one.name, role=one.role, team=one.team.name) for one in queries.may_act(user)
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/cover/ranks", GIVES, "alteration", answers={201: answers.RankMade}, summary="Have somebody act in a senior role",
)  # fmt: skip
def give_rank(request: HttpRequest, key: Key, given: RankGiven) -> Status[answers.RankMade]:  # noqa: ARG001 - the same given twice is one
    """Gives somebody the rights of a senior role beside their own until it ends by itself. Refused to oneself, and where this
    user's own role does not give it.
    """
    made = rank_actions.give_rank(
        staff(request), given.staff, role=given.role, starts_at=given.starts_at, ends_at=given.ends_at, why=given.why
    )
    return Status(201, answers.RankMade(id=made.pk, starts_at=made.starts_at, ends_at=made.ends_at))


@operation(
    router, "POST", "/cover/ranks/{int:rank_id}/end", GIVES, "alteration", answers={204: None}, summary="End an acting rank",
)  # fmt: skip
def end_rank(request: HttpRequest, rank_id: RankId, key: Key) -> Status[None]:  # noqa: ARG001 - it ends once
    """Ends it now, or before it begins: one's own, or one that this user may give. `stale` where it has ended."""
    rank_actions.end_rank(staff(request), rank_id)
    return Status(204, None)


@operation(
    router,
    "GET",
    "/cover/on-call",
    SEES,
    "consultation",
    answers={200: answers.OnCallList},
    summary="List who is on call",
)
def list_on_call(request: HttpRequest) -> answers.OnCallList:
    """Who can be rung now or later, with their telephone, the soonest to begin first."""
    user, now = staff(request), database_now(connection)
    found = list(queries.on_call_list())
    record_consultation(user, SEES, [("oncall", one.pk) for one in found])
    return answers.OnCallList(
        lines=[
            answers.OnCallShown(
                id=one.pk, name=one.staff.name, team=one.staff.team.name, role=one.role, now=one.starts_at <= now,
                starts_at=one.starts_at, ends_at=one.ends_at, telephone=one.telephone, by=one.by.name,
            )
            for one in found
        ]
    )  # fmt: skip


@operation(
    router, "POST", "/cover/on-call", KEEPS, "alteration", answers={201: answers.OnCallMade}, summary="Put a line on the on-call list",
)  # fmt: skip
def put_on_call(request: HttpRequest, key: Key, given: OnCallGiven) -> Status[answers.OnCallMade]:  # noqa: ARG001 - what stands already stays
    """Puts one line on the list; one that stands already is answered as it is."""
    made = oncall_actions.put_line(staff(request), oncall_rules.Line(**given.model_dump()))
    return Status(201, answers.OnCallMade(id=made.pk))


@operation(
    router, "POST", "/cover/on-call/{int:line_id}/off", KEEPS, "alteration", answers={204: None}, summary="Take a line off the on-call list",
)  # fmt: skip
def take_off_call(request: HttpRequest, line_id: LineId, key: Key) -> Status[None]:  # noqa: ARG001 - it comes off once
    """Takes a line off the list; `stale` where somebody did so already."""
    oncall_actions.take_off(staff(request), line_id)
    return Status(204, None)
