"""Operations of owning: handing over, to a colleague or another agency, and why a target was missed."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.integration.api import answers_caller as caller_answers
from goldthread.integration.api import answers_response as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, Key, Whole
from goldthread.integration.api.operations import operation
from goldthread.response import delay_actions, handoff_actions, reassess_actions, shift_actions, transfer_actions
from goldthread.response.request_rules import delays
from goldthread.response.rules import LONGEST_REASON
from goldthread.response.transfer_models import THRESHOLDS, TRANSFER_ANSWERS

router = Router(tags=["Owning"])
TransferId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The transfer, by the `id` that making it gave.")]


class HandOffGiven(Given):
    """To whom it is handed: one person or one team's desk."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": 12, "note": "Caller rings back at six."}]})
    to: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(None, description="A person, by `id`.")
    to_team: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(None, description="A team, by `id`.")
    note: str = Field("", max_length=LONGEST_REASON, description="What they must know.")


class HandOffAnswerGiven(Given):
    """An answer to what was handed over."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "declined", "words": "I am on another call."}]}
    )
    answer: Annotated[str, Coded.of([("acknowledged", "Acknowledged"), ("declined", "Declined")])]
    words: str = Field("", max_length=LONGEST_REASON, description="Why not; needed to decline.")


class TransferGiven(Given):
    """Another force or agency that was asked to act."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "agency": "Ambulance",
                    "reached": "Control room, Jo Peel",
                    "what": "Attend and take her to hospital.",
                    "threshold": "police",
                }
            ]
        }
    )
    agency: str = Field(min_length=1, max_length=transfer_actions.LONGEST_NAME, pattern=r"\S")
    reached: str = Field(
        min_length=1, max_length=transfer_actions.LONGEST_NAME, pattern=r"\S", description="Who there, and how."
    )
    what: str = Field(min_length=1, max_length=LONGEST_REASON, pattern=r"\S", description="What they were asked to do.")
    threshold: Annotated[str, Coded.of(THRESHOLDS)] = Field("not_asked", description="Whether police are needed.")


class TransferAnswerGiven(Given):
    """What they answered."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "accepted", "words": "Jo Peel, reference 4471, on the way."}]}
    )
    answer: Annotated[str, Coded.of(TRANSFER_ANSWERS)]
    words: str = Field(
        "", max_length=LONGEST_REASON, description="Who accepted and their reference, or why not; needed for both."
    )


class DelayGiven(Given):
    """Why a target was missed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reasons": ["risk-first"], "why": "Both units were at a stabbing until 02:40."}]
        }
    )
    reasons: Annotated[
        list[Annotated[str, Coded.of((one.code, one.name) for one in delays().values())]], Field(max_length=20)
    ] = Field(description="Why. `no-resources` is never the only reason.")
    why: str = Field(min_length=1, max_length=LONGEST_REASON, pattern=r"\S")


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/handoff", "owner.hand", "alteration",
    answers={201: answers.HandedOver}, summary="Hand over",
)  # fmt: skip
def hand_over(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: HandOffGiven
) -> Status[answers.HandedOver]:
    """Hands the incident to a person or a desk. It stays with its owner until they acknowledge; from `answer_by` on it alarms."""
    made = handoff_actions.hand_over(
        staff(request), incident_id, key=key, to=given.to, to_team=given.to_team, note=given.note
    )
    return Status(201, answers.HandedOver(answer_by=made.answer_by))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/handoff/answer", "owner.take", "alteration", answers={204: None},
    summary="Answer a hand-off",
)  # fmt: skip
def answer_handoff(request: HttpRequest, incident_id: IncidentId, key: Key, given: HandOffAnswerGiven) -> Status[None]:
    """Acknowledges what was handed to this user or their team, and makes them the owner; or declines it, saying why."""
    if given.answer == "acknowledged":
        handoff_actions.acknowledge(staff(request), incident_id, key=key)
    else:
        handoff_actions.decline(staff(request), incident_id, key=key, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/handoff/withdrawal", "owner.hand", "alteration", answers={204: None},
    summary="Take a hand-off back",
)  # fmt: skip
def take_back(request: HttpRequest, incident_id: IncidentId, key: Key) -> Status[None]:
    """Takes one's own hand-off back, while nobody has acknowledged it."""
    handoff_actions.take_back(staff(request), incident_id, key=key)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/transfers", "owner.hand", "disclosure",
    answers={201: answers.Transferred}, summary="Ask another agency",
)  # fmt: skip
def transfer(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: TransferGiven
) -> Status[answers.Transferred]:
    """Records that another force or agency was asked to act. The incident stays here, open and owned, and does not close while
    they have not answered.
    """
    made = transfer_actions.transfer(
        staff(request), incident_id, key=key, agency=given.agency, reached=given.reached, what=given.what,
        threshold=given.threshold,
    )  # fmt: skip
    return Status(201, answers.Transferred(transfer=made.pk, answer_by=made.answer_by))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/transfers/{int:transfer_id}/answer", "owner.hand", "collection",
    answers={204: None}, summary="Record another agency's answer",
)  # fmt: skip
def answer_transfer(
    request: HttpRequest, incident_id: IncidentId, transfer_id: TransferId, key: Key, given: TransferAnswerGiven
) -> Status[None]:
    """Records what they answered. A yes names who gave it; it lowers nothing and closes nothing by itself."""
    transfer_actions.answer(staff(request), incident_id, transfer_id, key=key, answer=given.answer, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/delay", "entry.add", "collection", answers={204: None},
    summary="Say why it is late",
)  # fmt: skip
def explain_delay(request: HttpRequest, incident_id: IncidentId, key: Key, given: DelayGiven) -> Status[None]:
    """Says why the incident's missed targets were missed, those not explained yet; all of them anew where all are."""
    delay_actions.explain(staff(request), incident_id, key=key, reasons=given.reasons, why=given.why)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/review", "thrive.write", "collection", answers={204: None},
    summary="Say that there is nothing new",
)  # fmt: skip
def review(request: HttpRequest, incident_id: IncidentId, key: Key) -> Status[None]:
    """Says at handover that one has looked and there is nothing new. It is no THRIVE. Refused (409) where something is new
    or a child is or may be involved: those are assessed.
    """
    reassess_actions.review(staff(request), incident_id, key=key)
    return Status(204, None)


@operation(
    router, "POST", "/my/shift", "owner.hand", "alteration", answers={204: None}, summary="Begin a shift",
)  # fmt: skip
def begin_shift(request: HttpRequest) -> Status[None]:
    """Begins this user's duty, where none runs. What somebody owns who is not on duty is owned by nobody, and alarms; a
    token alone puts nobody on duty.
    """
    shift_actions.begin_shift(staff(request))
    return Status(204, None)


@operation(
    router, "POST", "/my/shift/end", "owner.hand", "alteration", answers={200: caller_answers.ShiftEnded}, summary="End a shift",
)  # fmt: skip
def end_shift(request: HttpRequest, key: Key, given: HandOffGiven) -> caller_answers.ShiftEnded:
    """Hands over everything this user owns and ends their duty. What could not be handed over is told, and the shift goes
    on. Nobody need be named where nothing is owned.
    """
    left = shift_actions.end_shift(staff(request), key=key, to=given.to, to_team=given.to_team, note=given.note)
    return caller_answers.ShiftEnded(
        ended=not left,
        left=[caller_answers.LeftShown(incident=one.incident, reference=one.reference, why=one.why) for one in left],
    )
