"""Operations of police protection: the list, one record, recording it, adding, its ending, and meetings about the child."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_protection as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, Key, Moment, PageNumber
from goldthread.integration.api.operations import operation
from goldthread.safeguarding import protection_actions as actions
from goldthread.safeguarding import protection_choices as choices
from goldthread.safeguarding import protection_presenters as presenters
from goldthread.safeguarding import protection_queries as queries
from goldthread.safeguarding import protection_rules as rules

router = Router(tags=["Protection"])
PAGE = 50
SEES, RECORDS = queries.SEES, actions.VERB
ProtectionId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The record, by the `id` that the list gave.")]


class FactsGiven(Given):
    """What is known of a protection. Whatever is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"initiating": "4417", "authority": "Duty team, N. Hale"}]}
    )
    taken_at: Moment | None = Field(None, description="When the child was taken; it may lie back, never ahead.")
    initiating: str = Field("", max_length=rules.LONGEST, description="Who took the child: collar number or name.")
    designated: str = Field("", max_length=rules.LONGEST, description="The designated officer, who is another person.")
    where_now: str = Field("", max_length=rules.LONGEST)
    reason: str = Field("", max_length=rules.LONGEST)
    authority: str = Field("", max_length=rules.LONGEST, description="Who at the local authority was told, by name.")
    authority_at: Moment | None = None
    child_told: Annotated[str, Coded.of([("", "As it is"), *choices.TOLD])] = ""
    parents_told: Annotated[str, Coded.of([("", "As it is"), *choices.TOLD])] = ""
    told_why: str = Field("", max_length=rules.LONGEST, description="If not yet, why.")
    plan: Annotated[str, Coded.of([("", "As it is"), *choices.PLANS])] = ""
    plan_words: str = Field("", max_length=rules.LONGEST)

    def kept(self) -> rules.Given:
        """The same for the action."""
        return rules.Given(**{one.name: getattr(self, one.name) for one in fields(rules.Given)})


class Taking(FactsGiven):
    """A child taken into police protection: the child and the time are enough."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "unknown", "taken_at": "2026-11-23T02:07:00Z", "reason": "Alone."}]}
    )
    child: UUID | None = Field(
        None, strict=False, description="The child, by the `child` of the incident; null for one not on record yet."
    )
    name: str = Field("", max_length=120, description="The name of a child not on record yet.")


class Ending(Given):
    """How it ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"how": "released", "words": "To her aunt."}]})
    how: Annotated[str, Coded.of(choices.ENDINGS)]
    ended_at: Moment | None = Field(None, description="When, where that was earlier than now.")
    words: str = Field("", max_length=rules.LONGEST, description="To whom; needed for *released* and *other*.")


class Meeting(Given):
    """A strategy discussion or conference."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "strategy", "held_at": "2026-11-23T09:00:00Z", "outcome": "enquiry", "who": "N. Hale"}
            ]
        }
    )
    kind: Annotated[str, Coded.of(choices.MEETINGS)]
    outcome: Annotated[str, Coded.of(choices.OUTCOMES)]
    held_at: Moment | None = None
    who: str = Field("", max_length=rules.LONGEST)
    words: str = Field("", max_length=rules.LONGEST, description="What was decided; needed where it was not held.")


@operation(
    router, "GET", "/protections", SEES, "consultation", answers={200: answers.Protections}, summary="List police protections",
)  # fmt: skip
def list_protections(request: HttpRequest, page: PageNumber = 1) -> answers.Protections:
    """Those that run, the longest first, then the others, the last ended first; fifty to a page. That this user saw them is put on record."""
    user, now = staff(request), database_now(connection)
    pages = Paginator(queries.listed(user), PAGE)
    rows = presenters.rows(pages.get_page(page).object_list if page <= pages.num_pages else [], now)
    record_consultation(user, "protection.list", [("protection", str(one["id"])) for one in rows])
    return answers.Protections(
        page=page, pages=pages.num_pages, total=pages.count, rows=[answers.ProtectionRow(**_row(one)) for one in rows]
    )


@operation(
    router, "GET", "/protections/{int:protection_id}", SEES, "consultation",
    answers={200: answers.ProtectionShown}, summary="Read a police protection",
)  # fmt: skip
def read_protection(request: HttpRequest, protection_id: ProtectionId) -> answers.ProtectionShown:
    """All that is known of it, and what is owed. That this user saw it is put on record."""
    user, now = staff(request), database_now(connection)
    held = queries.in_sight(user).select_related("incident", "ended_words").filter(pk=protection_id).first()
    if held is None:
        raise NotThere(actions.NOT_THERE)
    (one,) = presenters.rows([held], now)
    record_consultation(user, SEES, [("incident", str(held.incident_id)), ("protection", str(held.pk))])
    same = ("texts", "authority_at", "child_told", "parents_told", "plan", "ended_how", "ended_words")
    met = [answers.ChildMeetingShown(**presenters.met(each)) for each in queries.meetings(held.incident_id, held.child)]
    return answers.ProtectionShown(**_row(one), **{name: one[name] for name in same}, meetings=met)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/protections", RECORDS, "collection",
    answers={201: answers.Made}, summary="Record police protection",
)  # fmt: skip
def take(request: HttpRequest, incident_id: IncidentId, key: Key, given: Taking) -> Status[answers.Made]:
    """Starts the clock of 72 hours from when the child was taken, and the strategy discussion's. Whatever is missing is owed."""
    child = str(given.child) if given.child else ""
    made = actions.take(staff(request), incident_id, key=key, child=child, name=given.name, given=given.kept())
    return Status(201, answers.Made(id=made.pk))


@operation(
    router, "POST", "/protections/{int:protection_id}/facts", RECORDS, "alteration",
    answers={204: None}, summary="Add to a police protection",
)  # fmt: skip
def add(request: HttpRequest, protection_id: ProtectionId, key: Key, given: FactsGiven) -> Status[None]:
    """Adds what was owed, or corrects it; another time moves the clock."""
    actions.add(staff(request), protection_id, key=key, given=given.kept())
    return Status(204, None)


@operation(
    router, "POST", "/protections/{int:protection_id}/ending", RECORDS, "alteration",
    answers={204: None}, summary="Record the ending of a police protection",
)  # fmt: skip
def end(request: HttpRequest, protection_id: ProtectionId, key: Key, given: Ending) -> Status[None]:
    """Stops its clock, which nothing else does: running out ends no protection."""
    actions.end(staff(request), protection_id, key=key, how=given.how, ended_at=given.ended_at, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/children/{uuid:child_id}/meetings", RECORDS, "collection",
    answers={204: None}, summary="Record a strategy discussion or conference",
)  # fmt: skip
def meet(
    request: HttpRequest,
    incident_id: IncidentId,
    child_id: Annotated[UUID, Path(description="The child, by the `child` of the incident.")],
    key: Key,
    given: Meeting,
) -> Status[None]:
    """Ends the discussion's or the conference's clock; an enquiry starts the conference's."""
    actions.met(
        staff(request), incident_id, key=key, child=str(child_id), kind=given.kind, held_at=given.held_at,
        outcome=given.outcome, who=given.who, words=given.words,
    )  # fmt: skip
    return Status(204, None)


def _row(one: dict[str, Any]) -> dict[str, Any]:
    same = ("id", "child", "called", "state", "taken_at", "lapses_at", "ended_at", "owed")
    return {"incident": one["incident"].pk, **{name: one[name] for name in same}}
