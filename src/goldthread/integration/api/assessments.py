"""Operations of judgement: THRIVE, grade, taking over and closing."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.assessment.actions import write_thrive as write_version
from goldthread.assessment.rules import LONGEST_ELEMENT, Draft
from goldthread.integration.api import answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, InForce, Key, Whole
from goldthread.integration.api.operations import operation
from goldthread.response import actions as response
from goldthread.response.grades import closing_reasons
from goldthread.response.rules import LONGEST_REASON

router = Router(tags=["Judgement"])


class ThriveGiven(Given):
    """A THRIVE as its author wrote it; at least one element has words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "based_on": 0,
                    "seen": 4,
                    "elements": {
                        "threat": "The father, on foot with both children, was heard to threaten their mother.",
                        "vulnerability": "Mia, about 4, and a baby; not seen since 01:50.",
                    },
                    "interim": "They may be by the canal.",
                    "advice": "Mother told to stay indoors and ring 999 if he comes back.",
                }
            ]
        }
    )
    based_on: Annotated[int, Whole(0, 2**31 - 1)] = Field(
        description="The newest version its author had before them; 0 where there was none."
    )
    seen: Annotated[int, Whole(0, 2**31 - 1)] | None = Field(
        None,
        description="`seq` of the last timeline line its author had before them: what others say or do after it asks for the next "
        "version. Left out, everything there is counts as known to them.",
    )
    elements: Annotated[dict[str, Annotated[str, Field(max_length=LONGEST_ELEMENT)]], InForce("elements")] = Field(
        description="Texts by the element's code."
    )
    interim: str = Field(
        "", max_length=LONGEST_ELEMENT, description="What may happen until police arrive, and to whom."
    )
    advice: str = Field("", max_length=LONGEST_ELEMENT, description="Advice given.")


class GradeGiven(Given):
    """A grade with its reasons; the reasons may follow later, for help comes before paperwork."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"grade": "immediate", "why": "Two children not seen, a threat made."}]}
    )
    grade: Annotated[str, InForce("grades")] = Field(description="The grade's code.")
    why: str = Field("", max_length=LONGEST_REASON, description="Why.")
    why_not_above: str = Field("", max_length=LONGEST_REASON, description="Why not the grade above.")


class TakingGiven(Given):
    """From whom it is taken."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"owner_id": 12}]})
    owner_id: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(
        None, description="The person who owns it, by `ribbon.owner_id`; null from a desk."
    )


class ClosingGiven(Given):
    """Why the incident closes, and with what result."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "attended-resolved", "result": "Both children seen and well, with their mother."}]
        }
    )
    reason: Annotated[str, Coded.of((one.code, one.name) for one in closing_reasons().values())] = Field(
        description="Why; some reasons need an arrival on record."
    )
    result: str = Field(
        min_length=1, max_length=LONGEST_REASON, pattern=r"\S",
        description="What was found, who was seen, what was done.",
    )  # fmt: skip


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/thrive", "thrive.write", "collection",
    answers={201: answers.Written}, summary="Write a THRIVE",
)  # fmt: skip
def write_thrive(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: ThriveGiven
) -> Status[answers.Written]:
    """Adds the next THRIVE version; none is ever overwritten. Answers 409 (`stale`) where another version came since
    `based_on`: read it, then send yours as the next one.
    """
    draft = Draft(given.elements, given.interim, given.advice, given.based_on, given.seen)
    made = write_version(staff(request), incident_id, key=key, draft=draft)
    return Status(201, answers.Written(version=made.version, at=made.at))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/grade", "grade.choose", "alteration",
    answers={204: None}, summary="Choose or raise the grade",
)  # fmt: skip
def choose_grade(request: HttpRequest, incident_id: IncidentId, key: Key, given: GradeGiven) -> Status[None]:
    """Chooses the first grade, or a higher one; its clocks start at once. Nothing missing ever stands against it. A lower
    grade is refused (409): it needs a fresh THRIVE and a second, senior person.
    """
    response.choose_grade(
        staff(request), incident_id, key=key, code=given.grade, why=given.why, why_not_above=given.why_not_above
    )
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/owner", "owner.take", "alteration",
    answers={204: None}, summary="Take it over",
)  # fmt: skip
def take_over(request: HttpRequest, incident_id: IncidentId, key: Key, given: TakingGiven) -> Status[None]:
    """Makes this user the owner; what is owed next stays as it was. Answers 409 (`stale`) where a person owns it who is not
    `owner_id`: the sentence says who and since when. Read it again, and send their `owner_id` to take it from them; they are told.
    """
    response.take_over(staff(request), incident_id, key=key, holder=given.owner_id)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/closing", "incident.close", "alteration",
    answers={204: None}, summary="Close it",
)  # fmt: skip
def close_incident(request: HttpRequest, incident_id: IncidentId, key: Key, given: ClosingGiven) -> Status[None]:
    """Closes the incident. Refused (409) while anything is owed in it, and where the rules ask for a second person."""
    response.close(staff(request), incident_id, key=key, reason=given.reason, result=given.result)
    return Status(204, None)
