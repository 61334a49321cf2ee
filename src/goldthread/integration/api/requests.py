"""Operations of requests: what one person may not decide alone, asked for, decided, taken back."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.integration.api import answers_response as answers
from goldthread.integration.api.assessments import ClosingGiven
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, InForce, Key, Moment, Whole
from goldthread.integration.api.operations import operation
from goldthread.response import request_actions as requests
from goldthread.response.request_models import ReviewRequest
from goldthread.response.request_rules import reasons
from goldthread.response.rules import LONGEST_REASON

router = Router(tags=["Requests"])
Reasons = Annotated[
    list[Annotated[str, Coded.of((one.code, one.name) for one in reasons().values())]], Field(max_length=20)
]
RequestId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The request, by the `id` that making it gave.")]
WHY = Field(
    min_length=1, max_length=LONGEST_REASON, pattern=r"\S", description="What lowers the risk, and how it is known."
)
BECAUSE = Field(description="Why. `no-resources`, `other-agency` and `caller-request` are never the only reason.")


class LowerGiven(Given):
    """A lower grade, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "grade": "scheduled",
                    "reasons": ["seen-safe"],
                    "why": "Both children seen by PC Amber at the door at 02:40.",
                }
            ]
        }
    )
    grade: Annotated[str, InForce("grades")] = Field(description="The lower grade's code.")
    reasons: Reasons = BECAUSE
    why: str = WHY


class LaterGiven(Given):
    """A later time of attendance, and why."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "due_at": "2026-11-24T09:00:00Z",
                    "reasons": ["caller-request", "new-information"],
                    "why": "He has left for work until eight; the children are with their aunt, who was rung and said so.",
                }
            ]
        }
    )
    due_at: Moment = Field(description="Until when.")
    reasons: Reasons = BECAUSE
    why: str = WHY


class DecisionGiven(Given):
    """An answer to a request."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "refused", "words": "Nobody has seen them yet."}]}
    )
    answer: Annotated[str, Coded.of([("approved", "Approved"), ("refused", "Refused")])]
    words: str = Field("", max_length=LONGEST_REASON, description="Why; needed to refuse.")
    seen: Annotated[int, Whole(0, 2**31 - 1)] | None = Field(
        None,
        description="`seq` of the last line of the timeline that the decider has read: more said since makes approving `stale`.",
    )


def _told(made: ReviewRequest | None) -> answers.Asked:
    return answers.Asked(request=made.pk if made else None, answer_by=made.answer_by if made else None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/requests/lower", "request.make", "alteration",
    answers={201: answers.Asked}, summary="Ask for a lower grade",
)  # fmt: skip
def ask_lower(request: HttpRequest, incident_id: IncidentId, key: Key, given: LowerGiven) -> Status[answers.Asked]:
    """Asks for a lower grade. Where a child is or may be involved the grade stays until a supervisor or the FIM, who neither
    asked nor owns nor assessed it, approves on a THRIVE made after this. Elsewhere it falls at once, on a THRIVE that knows
    everything said, and `request` is null.
    """
    made = requests.ask_lower(
        staff(request), incident_id, key=key, code=given.grade, reasons=given.reasons, why=given.why
    )
    return Status(201, _told(made))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/requests/later", "request.make", "alteration",
    answers={201: answers.Asked}, summary="Ask for a later time",
)  # fmt: skip
def ask_later(request: HttpRequest, incident_id: IncidentId, key: Key, given: LaterGiven) -> Status[answers.Asked]:
    """Asks for a later time of attendance; decided as a lower grade is."""
    made = requests.ask_later(
        staff(request), incident_id, key=key, due_at=given.due_at, reasons=given.reasons, why=given.why
    )
    return Status(201, _told(made))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/requests/closing", "request.make", "alteration",
    answers={201: answers.Asked}, summary="Ask for it to be closed",
)  # fmt: skip
def ask_close(request: HttpRequest, incident_id: IncidentId, key: Key, given: ClosingGiven) -> Status[answers.Asked]:
    """Asks a second, senior person to close the incident. It stays open until then."""
    made = requests.ask_close(staff(request), incident_id, key=key, reason=given.reason, result=given.result)
    return Status(201, _told(made))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/requests/{int:request_id}/decision", "request.decide", "alteration",
    answers={204: None}, summary="Decide a request",
)  # fmt: skip
def decide(
    request: HttpRequest, incident_id: IncidentId, request_id: RequestId, key: Key, given: DecisionGiven
) -> Status[None]:
    """Approves or refuses a request, as a second, senior person. Answers 409 (`stale`) where somebody decided it meanwhile or
    something was said since, and 409 (`refused`) where the rule says no.
    """
    requests.decide(
        staff(request), request_id, key=key, answer=given.answer, words=given.words, seen=given.seen,
        incident_id=incident_id,
    )  # fmt: skip
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/requests/{int:request_id}/withdrawal", "request.make", "alteration",
    answers={204: None}, summary="Withdraw a request",
)  # fmt: skip
def withdraw(request: HttpRequest, incident_id: IncidentId, request_id: RequestId, key: Key) -> Status[None]:
    """Takes one's own request back, while nobody has answered it."""
    requests.withdraw(staff(request), request_id, key=key, incident_id=incident_id)
    return Status(204, None)
