"""Operations of investigation: handing over, accepting, each child's voice, access, the plan, reviews, and how it ends."""

from __future__ import annotations

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
from goldthread.integration.api import answers_investigation as answers
from goldthread.integration.api.fields import (
    LARGEST_ID,
    Coded,
    Given,
    IncidentId,
    Key,
    Moment,
    PageNumber,
    Shown,
    Whole,
)
from goldthread.integration.api.operations import operation
from goldthread.investigation import actions, offer_actions, presenters, queries, review_actions, rules
from goldthread.investigation.models import ACCESS, ENDS, KINDS, SEEN, SPOKEN, Investigation

router = Router(tags=["Investigation"])
PAGE = 50
SEE, WORK, REVIEW = "investigation.see", "investigation.work", "investigation.review"
HAND, ACCEPT = "investigation.hand", "investigation.accept"
InvestigationId = Annotated[UUID, Path(description="The investigation, by the `id` that accepting or a list gave.")]
OfferId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The offer, by the `id` that a list gave.")]
AskedId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The closing decision, by its `id` in `ends`.")]
ItemId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The item of the plan, by its `id` in `plan`.")]
Number = Annotated[int, Whole(1, LARGEST_ID)]


class HandGiven(Given):
    """To whom an incident is offered: a team, or one person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"team": 4, "note": "Arrested at 02:10."}]})
    team: Number | None = None
    to: Number | None = None
    note: str = Field("", max_length=rules.LONGEST)


class AcceptGiven(Given):
    """Who leads and who reviews: two people of the team."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"investigator": 12, "supervisor": 9}]})
    investigator: Number
    supervisor: Number
    reference: str = Field("", max_length=60, description="In the force's crime system, where there is one yet.")


class WhyTold(Given):
    """Why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "The child protection team leads on this."}]})
    words: str = Field(max_length=rules.LONGEST)


class VoiceGiven(Given):
    """What a child said or showed. One of `said` and `behaviour` is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "child": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60",
                    "seen": "yes",
                    "spoken": "alone",
                    "by_whom": "School nurse",
                    "said": "I was under the stairs.",
                }
            ]
        }
    )
    child: UUID = Field(strict=False)
    seen: Annotated[str, Coded.of(SEEN)]
    spoken: Annotated[str, Coded.of(SPOKEN)]
    by_whom: str = Field(max_length=rules.LONGEST, description="Who saw or spoke to the child.")
    said: str = Field("", max_length=rules.LONGEST)
    behaviour: str = Field("", max_length=rules.LONGEST)
    wishes: str = Field("", max_length=rules.LONGEST)
    occurred_at: Moment | None = None


class AccessGiven(Given):
    """Whether the suspect has access to any child today."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "no", "words": "His landlord and his sister were asked."}]}
    )
    answer: Annotated[str, Coded.of(ACCESS)]
    who: str = Field("", max_length=rules.LONGEST, description="Which children, and where. Needed for *yes*.")
    words: str = Field("", max_length=rules.LONGEST, description="*Yes*: what was done. *No*: how that is known.")


class PlanItemGiven(Given):
    """A line of enquiry or an interim measure."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "enquiry", "words": "Speak to her school.", "owner": 12, "due_at": "2026-11-24T12:00:00Z"}
            ]
        }
    )
    kind: Annotated[str, Coded.of(KINDS[:2])]
    words: str = Field(min_length=1, max_length=rules.LONGEST, pattern=r"\S", description="What is to be done.")
    owner: Number = Field(description="Who of the team does it, by `id`.")
    due_at: Moment = Field(description="By when; ahead.")


class PlanItemEndGiven(Given):
    """What became of an item of the plan."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "done", "words": "Her teacher was heard."}]})
    answer: Annotated[str, Coded.of(ENDS)]
    words: str = Field("", max_length=rules.LONGEST, description="Needed for *not pursued*.")


class InvestigationReviewGiven(Given):
    """A supervisor's review; one that does not agree directs an action."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agrees": True, "voice": True, "words": "Read the plan and her account."}]}
    )
    agrees: bool
    voice: bool = Field(description="Whether each child's voice is in it.")
    words: str = Field(max_length=rules.LONGEST)
    risk: str = Field("", max_length=20, description="A code of `investigation.toml`; empty where the risk stays.")
    directs: str = Field("", max_length=rules.LONGEST)
    due_at: Moment | None = None


class SeenUpTo(Given):
    """One incident, and the line up to which its news were read."""

    incident: UUID = Field(strict=False)
    seq: Annotated[int, Whole(0, 2**31 - 1)]


class AcknowledgeGiven(Given):
    """What was read, as `news` gave it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"seen": [{"incident": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60", "seq": 12}]}]}
    )
    seen: list[SeenUpTo] = Field(max_length=100)


class InvestigationEndGiven(Given):
    """How it ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "charged"}]})
    outcome: str = Field(max_length=30, description="A code of `investigation.toml`.")
    words: str = Field("", max_length=rules.LONGEST, description="The reason, where the outcome asks for one.")


class EndAnswerGiven(Given):
    """Whether it ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirm": True}]})
    confirm: bool
    words: str = Field("", max_length=rules.LONGEST, description="What is missing. Needed to return it.")


@operation(
    router, "GET", "/investigations", SEE, "consultation", answers={200: answers.Investigations}, summary="List investigations",
)  # fmt: skip
def list_investigations(request: HttpRequest, page: PageNumber = 1) -> answers.Investigations:
    """One's own or one's team's investigations, what is overdue first, fifty to a page, with the offers that wait for this
    user. That this user saw them is put on record.
    """
    user, now = staff(request), database_now(connection)
    waiting = list(queries.offers(user)[:PAGE])
    pages = Paginator(queries.listed(user), PAGE)
    here = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(user, SEE, [("incident", str(each.incident_id)) for each in [*waiting, *here]])
    return answers.Investigations(
        page=page,
        pages=pages.num_pages,
        total=pages.count,
        offers=[
            answers.InvestigationOffered(
                id=each["offer"].pk, incident=each["offer"].incident_id, reference=each["offer"].incident.reference,
                risk=each["risk"], accept_by=each["due"], team=each["offer"].team_id,
                to=each["offer"].to.name if each["offer"].to else "", by=each["offer"].by.name, at=each["offer"].at, note=each["note"],
            )
            for each in presenters.offered(waiting, now)
        ],
        rows=[
            answers.InvestigationRow(**_about(each["one"]), risk=each["risk"], owed_by=each["due"], new=each["new"])
            for each in presenters.listed(here, now)
        ],
    )  # fmt: skip


@operation(
    router, "GET", "/investigations/{uuid:investigation_id}", SEE, "consultation",
    answers={200: answers.InvestigationShown}, summary="Read an investigation",
)  # fmt: skip
def read_investigation(request: HttpRequest, investigation_id: InvestigationId) -> answers.InvestigationShown:
    """Each child's voice, the suspect's access, the plan, reviews and how it ends. That this user saw it is put on record."""
    user, now = staff(request), database_now(connection)
    one = Investigation.objects.visible_to(user).filter(pk=investigation_id)
    found = one.select_related("incident", "team", "investigator", "supervisor").first()
    if found is None:
        raise NotThere(rules.NOT_THERE)
    shown = presenters.page(user, found, now)
    children = [("child", str(each["child"])) for each in shown["children"]]
    record_consultation(user, SEE, [("investigation", str(found.pk)), ("incident", str(found.incident_id)), *children])
    return answers.InvestigationShown(
        **_about(found),
        risk=shown["risk"],
        review_due=shown["review_due"],
        children=[answers.InvestigatedChild(**_only(each, answers.InvestigatedChild)) for each in shown["children"]],
        access=[answers.AccessShown(**_only(each, answers.AccessShown)) for each in shown["access"]],
        items=[
            answers.PlanItemShown(**_only({**each, "id": each["pk"], "due_at": each["due"]}, answers.PlanItemShown))
            for each in shown["items"]
        ],
        reviews=[
            answers.InvestigationReviewShown(**_only(each, answers.InvestigationReviewShown))
            for each in shown["reviews"]
        ],
        ends=[answers.EndShown(**_only({**each, "id": each["pk"]}, answers.EndShown)) for each in shown["ends"]],
        news=[
            answers.NewsShown(
                incident=each["incident"].pk, reference=each["incident"].reference, seq=each["seq"], joins=each["joins"],
                lines=[line["said"] or line["event"] for line in each["lines"]],
            )
            for each in shown["news"]
        ],
    )  # fmt: skip


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/investigation", HAND, "alteration",
    answers={201: answers.InvestigationHanded}, summary="Hand an incident to investigation",
)  # fmt: skip
def hand_to_investigation(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: HandGiven
) -> Status[answers.InvestigationHanded]:
    """Offers an incident to a team or a person. It stays where it is, and open, until they accept."""
    offer = offer_actions.hand(staff(request), incident_id, key=key, **given.model_dump())
    return Status(201, answers.InvestigationHanded(id=offer.pk, risk=rules.names().get(offer.risk, offer.risk)))


@operation(
    router, "POST", "/investigations/offers/{int:offer_id}/accept", ACCEPT, "alteration",
    answers={201: answers.Taken}, summary="Accept an incident for investigation",
)  # fmt: skip
def accept_investigation(
    request: HttpRequest, offer_id: OfferId, key: Key, given: AcceptGiven
) -> Status[answers.Taken]:
    """Opens an investigation, starts its first review's clock, and gives both people sight of the incident."""
    one = offer_actions.accept(staff(request), offer_id, key=key, **given.model_dump())
    return Status(201, answers.Taken(id=one.pk))


@operation(
    router, "POST", "/investigations/offers/{int:offer_id}/decline", ACCEPT, "alteration",
    answers={204: None}, summary="Decline an incident for investigation",
)  # fmt: skip
def decline_investigation(request: HttpRequest, offer_id: OfferId, key: Key, given: WhyTold) -> Status[None]:
    """It stays with whoever handed it over, whose page of the incident shows why."""
    offer_actions.decline(staff(request), offer_id, key=key, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/voices", WORK, "collection",
    answers={201: answers.InvestigationMade}, summary="Record a child's voice",
)  # fmt: skip
def record_voice(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: VoiceGiven
) -> Status[answers.InvestigationMade]:
    """Keeps what a child said or showed as the next version; the versions before stay as they are."""
    said: dict[str, Any] = given.model_dump()
    made = actions.record_voice(staff(request), investigation_id, said.pop("child"), key=key, **said)
    return Status(201, answers.InvestigationMade(id=made.pk))


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/access", WORK, "collection",
    answers={204: None}, summary="Answer whether the suspect has access to any child",
)  # fmt: skip
def answer_access(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: AccessGiven
) -> Status[None]:
    """Keeps the answer beside those before. *Not known* stays owed, on its clock."""
    actions.answer_access(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/items", WORK, "collection",
    answers={201: answers.InvestigationMade}, summary="Put an item on the plan",
)  # fmt: skip
def add_plan_item(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: PlanItemGiven
) -> Status[answers.InvestigationMade]:
    """Adds a line of enquiry or an interim measure, with who of the team does it and by when."""
    made = actions.add_item(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(201, answers.InvestigationMade(id=made.pk))


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/items/{int:item_id}/end", WORK, "alteration",
    answers={204: None}, summary="End an item of the plan",
)  # fmt: skip
def end_plan_item(
    request: HttpRequest, investigation_id: InvestigationId, item_id: ItemId, key: Key, given: PlanItemEndGiven
) -> Status[None]:
    """Says that an item is done, or why it is not pursued; `stale` where that was said already."""
    actions.end_item(staff(request), investigation_id, item_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/acknowledged", WORK, "consultation",
    answers={204: None}, summary="Acknowledge what is new",
)  # fmt: skip
def acknowledge_news(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: AcknowledgeGiven
) -> Status[None]:
    """Says that what is new was read, up to a line of each incident; what came after stays new."""
    seen = {each.incident: each.seq for each in given.seen}
    actions.acknowledge(staff(request), investigation_id, key=key, seen=seen)
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/reviews", REVIEW, "alteration",
    answers={201: answers.InvestigationMade}, summary="Review an investigation",
)  # fmt: skip
def review_investigation(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: InvestigationReviewGiven
) -> Status[answers.InvestigationMade]:
    """A supervisor's review, never by whoever leads it; the next one's clock begins."""
    made = review_actions.review(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(201, answers.InvestigationMade(id=made.pk))


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/ends", WORK, "alteration",
    answers={201: answers.InvestigationMade}, summary="Propose how an investigation ends",
)  # fmt: skip
def propose_end(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: InvestigationEndGiven
) -> Status[answers.InvestigationMade]:
    """Refused with every reason why it may not end yet. Nothing changes until a second, senior person confirms it."""
    made = review_actions.ask_end(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(201, answers.InvestigationMade(id=made.pk))


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/ends/{int:asked_id}/answer", REVIEW, "alteration",
    answers={204: None}, summary="Confirm or return how an investigation ends",
)  # fmt: skip
def answer_end(
    request: HttpRequest, investigation_id: InvestigationId, asked_id: AskedId, key: Key, given: EndAnswerGiven
) -> Status[None]:
    """A supervisor who neither leads it nor proposed it confirms, which ends it, or returns it with what is missing."""
    review_actions.answer_end(staff(request), investigation_id, asked_id, key=key, **given.model_dump())
    return Status(204, None)


def _about(one: Investigation) -> dict[str, Any]:
    return {
        "id": one.pk,
        "incident": one.incident_id,
        "reference": one.incident.reference,
        "crime_reference": one.crime_reference,
        "investigator": one.investigator.name,
        "supervisor": one.supervisor.name,
        "opened_at": one.opened_at,
        "closed_at": one.closed_at,
    }


def _only(values: dict[str, Any], shape: type[Shown]) -> dict[str, Any]:
    return {name: values[name] for name in shape.model_fields}
