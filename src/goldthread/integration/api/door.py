"""Operations of the door: what was found on each visit, and answering."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.config.errors import NotThere
from goldthread.contact.querysets import one
from goldthread.contact.rules import LONGEST_ENTRY, MOST_CHILDREN
from goldthread.contact.work import NOT_THERE
from goldthread.integration.api import answers_door as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, Key, Moment, Whole
from goldthread.integration.api.operations import operation
from goldthread.safeguarding import door_actions, door_presenters, door_queries
from goldthread.safeguarding.door_queries import VERB
from goldthread.safeguarding.door_rules import ALONE, LONGEST_REFERENCE, NO_CHILD, PPN, SEEN, ChildAtDoor, VisitAtDoor

router = Router(tags=["Door"])
VisitId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The visit, by the `id` that reading gave.")]
CHILD = "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60"


def _words(about: str) -> Any:
    return Field("", max_length=LONGEST_ENTRY, description=about)


class DoorChildGiven(Given):
    """What was found of one child on record. What is left out stays as it was answered before."""

    child: UUID = Field(strict=False, description="The child, by its identity in the incident.")
    seen: Annotated[str, Coded.of([*answers.OR_NOT, *SEEN])] = ""
    why_not_seen: str = _words("Needed where the child was not seen.")
    alone: Annotated[str, Coded.of([*answers.OR_NOT, *ALONE])] = ""
    why_not_alone: str = _words("Needed where the child was not spoken to alone.")
    showed: str = _words("Demeanour, and what the child showed or said.")


class DoorAnswerGiven(Given):
    """What was found on one visit. What is left out stays as it was answered before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "children": [{"child": CHILD, "seen": "yes", "alone": "yes", "showed": "Quiet; says she hides when it is loud."}],
                    "home": "Cold, little food in.", "ppn": "not_yet",
                }
            ]
        }
    )  # fmt: skip
    children: list[DoorChildGiven] = Field(default=[], max_length=MOST_CHILDREN)
    no_child: Annotated[str, Coded.of([*answers.OR_NOT, *NO_CHILD])] = ""
    no_child_why: str = _words("Needed with `no_child`.")
    home: str = _words("The home as seen.")
    other: str = _words("Anything else.")
    ppn: Annotated[str, Coded.of([*answers.OR_NOT, *PPN])] = ""
    ppn_reference: str = Field("", max_length=LONGEST_REFERENCE, description="Needed where a PPN is submitted.")
    ppn_why: str = _words("Needed where no PPN is.")
    seen_at: Moment | None = Field(None, description="When it was seen, where that was earlier.")
    told_by: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(
        None, description="The officer on whose word it is, by their number. Needed of who was not sent there."
    )


@operation(
    router, "GET", "/incidents/{uuid:incident_id}/door", VERB, "consultation", answers={200: answers.DoorShown}, summary="Read what was found at the door",
)  # fmt: skip
def read_door(request: HttpRequest, incident_id: IncidentId) -> answers.DoorShown:
    """Each visit with what holds of every child answered for. That this user saw it is put on record."""
    user = staff(request)
    incident = one(user, VERB, incident_id)
    if incident is None:
        raise NotThere(NOT_THERE)
    told, wholes = door_queries.answers(incident), door_queries.wholes(incident)
    record_consultation(
        user, VERB, [("incident", str(incident_id)), *(("child", str(child)) for child in {child for _, child in told})]
    )  # fmt: skip
    visits = door_queries.visits(incident)
    owing = set(door_queries.owing(visits).values_list("pk", flat=True))
    return answers.DoorShown(
        visits=[
            answers.DoorVisitShown(
                id=each.pk,
                unit=each.unit.call_sign,
                arrived_at=each.arrived_at,
                left_at=each.left_at,
                owes=each.pk in owing,
                children=[
                    answers.DoorChildShown(
                        **{**(door_presenters.child(found) or {}), "child": child, "alone": found.alone}
                    )
                    for (visit, child), found in told.items()
                    if visit == each.pk
                ],
                whole=_whole(wholes.get(each.pk)),
            )
            for each in visits
        ]
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/door/{int:visit_id}/answers", VERB, "collection", answers={204: None},
    summary="Say what was found at the door",
)  # fmt: skip
def answer_door(
    request: HttpRequest, incident_id: IncidentId, visit_id: VisitId, key: Key, given: DoorAnswerGiven
) -> Status[None]:
    """Each answer is a version and the newest holds. Words go on the timeline and are read; `seen` goes on the child's record unless
    what stands there is newer. A closed incident opens again. Children not on record yet are recorded first.
    """
    values = given.model_dump()
    children = [ChildAtDoor(**{**each, "child": str(each["child"])}) for each in values["children"]]
    whole = VisitAtDoor(**{name: values[name] for name in vars(VisitAtDoor())})
    door_actions.answer(
        staff(request), incident_id, key=key, visit=visit_id, children=children, whole=whole,
        seen_at=given.seen_at, told_by=given.told_by,
    )  # fmt: skip
    return Status(204, None)


def _whole(found: Any) -> answers.DoorWholeShown | None:
    shown = door_presenters.whole(found)
    return answers.DoorWholeShown(**{**shown, "no_child": found.no_child}) if shown is not None else None
