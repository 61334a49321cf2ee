"""Operations of investigation: handing over, accepting, each child's voice, access, the plan, reviews, and how it ends."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.integration.api import answers_investigation as answers
from goldthread.integration.api.fields import LARGEST_ID, IncidentId, Key, PageNumber, Shown
from goldthread.integration.api.given_investigation import (
    AcceptGiven,
    AccessGiven,
    AcknowledgeGiven,
    CrimeReferenceGiven,
    EndAnswerGiven,
    FoundChildGiven,
    HandGiven,
    InvestigationEndGiven,
    InvestigationReviewGiven,
    OutcomeToldGiven,
    PeopleGiven,
    PlanItemEndGiven,
    PlanItemGiven,
    VoiceGiven,
    WhyTold,
)
from goldthread.integration.api.operations import operation
from goldthread.investigation import actions, offer_actions, presenters, queries, review_actions, rules
from goldthread.investigation.models import Investigation

router = Router(tags=["Investigation"])
PAGE = 50
SEE, WORK, REVIEW = "investigation.see", "investigation.work", "investigation.review"
HAND, ACCEPT = "investigation.hand", "investigation.accept"
InvestigationId = Annotated[UUID, Path(description="The investigation, by the `id` that accepting or a list gave.")]
OfferId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The offer, by the `id` that a list gave.")]
AskedId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The closing decision, by its `id` in `ends`.")]
ItemId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The item of the plan, by its `id` in `plan`.")]
ChildId = Annotated[UUID, Path(description="The child, by its id in `children`.")]


@operation(
    router, "GET", "/investigations", SEE, "consultation", answers={200: answers.Investigations}, summary="List investigations",
)  # fmt: skip
def list_investigations(request: HttpRequest, page: PageNumber = 1) -> answers.Investigations:
    """One's own or one's team's investigations, what is overdue first, fifty to a page, with the offers that wait for this
    user. That this user saw them is put on record.
    """
    user, now = staff(request), database_now(connection)
    waiting = list(queries.offers(user))
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
            answers.InvestigationRow(**_about(each["one"]), risk=each["risk"], owed_by=each["due"], new=each["new"], note=each["note"])
            for each in presenters.listed(user, here, now)
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
    subjects = [("investigation", str(found.pk)), ("incident", str(found.incident_id)), *children]
    record_consultation(user, SEE, [*subjects, *shown["read_too"]])
    return answers.InvestigationShown(
        **_about(found),
        risk=shown["risk"],
        review_due=shown["review_due"],
        access_due=shown["access_due"].due_at if shown["access_due"] else None,
        untold=shown["untold"],
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
                lines=[
                    answers.NewsLine(at=line["at"], by=line["by"], words=line["said"] or line["event"]) for line in each["lines"]
                ],
                more=each["more"],
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
    """It stays with whoever handed it over, whose page of the incident shows why; their supervisor is told until it is settled."""
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
    """Says that what is new was read, up to a line of each incident; what came after stays new. Only what whoever leads it
    acknowledges counts as read; whoever reviews it takes note by it.
    """
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


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/investigation/take-back", HAND, "alteration",
    answers={204: None}, summary="Take an offer to investigation back",
)  # fmt: skip
def withdraw_offer(request: HttpRequest, incident_id: IncidentId, key: Key) -> Status[None]:
    """Takes back what nobody has accepted yet; `stale` where nothing is offered."""
    offer_actions.withdraw(staff(request), incident_id, key=key)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/investigation/not-investigated", HAND, "alteration",
    answers={204: None}, summary="Say why a declined incident is not investigated",
)  # fmt: skip
def leave_uninvestigated(request: HttpRequest, incident_id: IncidentId, key: Key, given: WhyTold) -> Status[None]:
    """A supervisor or the FIM settles what was declined; until then, or until it is offered anew, the incident stays open."""
    offer_actions.leave(staff(request), incident_id, key=key, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/reference", WORK, "alteration",
    answers={204: None}, summary="Set an investigation's crime reference",
)  # fmt: skip
def set_crime_reference(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: CrimeReferenceGiven
) -> Status[None]:
    """Sets the reference in the force's crime system; an empty one takes it off. The timeline keeps the one before."""
    actions.set_reference(staff(request), investigation_id, key=key, reference=given.reference)
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/people", REVIEW, "alteration",
    answers={204: None}, summary="Give an investigation to others of its team",
)  # fmt: skip
def assign_investigation(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: PeopleGiven
) -> Status[None]:
    """Two people of the team; to whoever leads it now everything is unread. Who ever led it neither reviews nor confirms."""
    actions.assign(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/children", WORK, "collection",
    answers={201: answers.ChildAdded}, summary="Add a child to an investigation",
)  # fmt: skip
def add_child(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: FoundChildGiven
) -> Status[answers.ChildAdded]:
    """Adds a child who is not on the incident's record; their voice is owed, and the incident counts as one that may involve a child."""
    child = actions.add_child(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(201, answers.ChildAdded(child=child))


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/children/{uuid:child}/cannot-be-heard", REVIEW, "collection",
    answers={201: answers.InvestigationMade}, summary="Record why a child cannot be heard",
)  # fmt: skip
def child_cannot_be_heard(
    request: HttpRequest, investigation_id: InvestigationId, child: ChildId, key: Key, given: WhyTold
) -> Status[answers.InvestigationMade]:
    """By a supervisor who never led it. Hearing the child later adds to it; the measure does not count it as heard."""
    made = review_actions.cannot_hear(staff(request), investigation_id, child, key=key, why=given.words)
    return Status(201, answers.InvestigationMade(id=made.pk))


@operation(
    router, "POST", "/investigations/{uuid:investigation_id}/told", WORK, "collection",
    answers={201: answers.InvestigationMade}, summary="Record who was told the outcome",
)  # fmt: skip
def tell_outcome(
    request: HttpRequest, investigation_id: InvestigationId, key: Key, given: OutcomeToldGiven
) -> Status[answers.InvestigationMade]:
    """How and when a child, or an adult victim, was told how it ended; or why not. The clock ends once everybody was."""
    made = review_actions.tell(staff(request), investigation_id, key=key, **given.model_dump())
    return Status(201, answers.InvestigationMade(id=made.pk))


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
