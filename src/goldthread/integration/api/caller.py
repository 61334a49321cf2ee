"""Operations about the caller: how the line stands, who speaks, safe contact, and attempts to call back."""

from __future__ import annotations

from typing import Annotated

from django.db import connection
from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid
from goldthread.contact import caller_actions, choices
from goldthread.contact.caller_rules import Caller, Reachable
from goldthread.contact.rules import LONGEST_ENTRY
from goldthread.desk.caller import caller
from goldthread.desk.queries import seen
from goldthread.desk.record import Record
from goldthread.integration.api import answers_caller as answers
from goldthread.integration.api.fields import Coded, Given, IncidentId, Key, Moment
from goldthread.integration.api.operations import operation

router = Router(tags=["Caller"])
LINE, SHORT = 120, 40


class LineGiven(Given):
    """How the call stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"state": "dropped"}]})
    state: Annotated[str, Coded.of(choices.LINE)]


class OnLineGiven(Given):
    """Who is on the line."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"who": "child", "cannot_speak": True}]})
    who: Annotated[str, Coded.of(choices.ON_LINE[1:])]
    cannot_speak: bool = Field(False, description="Whether they cannot speak freely.")
    interpreter: Annotated[str, Coded.of(choices.INTERPRETERS)] = Field("none", description="Who interprets.")
    language: str = Field("", max_length=LINE)
    relation: str = Field("", max_length=LINE, description="Of a third party: who they are to those involved.")


class SafeGiven(Given):
    """How the person may safely be reached."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"answer": "given", "method": "text", "voicemail": "not_safe", "times": "till 3"}]
        }
    )
    answer: Annotated[str, Coded.of(choices.SAFE_CONTACT[1:])]
    method: Annotated[str, Coded.of(choices.METHODS)] = Field("not_asked", description="How.")
    voicemail: Annotated[str, Coded.of(choices.VOICEMAIL)] = Field(
        "not_asked", description="Whether a voicemail is safe."
    )
    number: str = Field("", max_length=LINE, description="Number or address.")
    times: str = Field("", max_length=LINE, description="When.")
    code_word: str = Field("", max_length=LINE)


class CallBackGiven(Given):
    """One attempt to call back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outcome": "answered",
                    "text": "Quiet now.",
                    "told": "It takes longer, and why.",
                    "new_risk": "nothing",
                }
            ]
        }
    )
    outcome: Annotated[str, Coded.of(choices.CALL_BACKS)]
    number: str = Field("", max_length=SHORT, description="The number used.")
    text: str = Field(
        "", max_length=LONGEST_ENTRY, description="What they said or was heard; it is read like any words."
    )
    told: str = Field("", max_length=LONGEST_ENTRY, description="What we told them; it is kept and never read.")
    new_risk: Annotated[str, Coded.of([("", "Not about a delay"), *choices.NEW_RISK])] = Field(
        "", description="Of a call about a delay: whether new risk was asked for, and told."
    )
    occurred_at: Moment | None = Field(None, description="When, where that was earlier than now.")


@operation(
    router, "GET", "/incidents/{uuid:incident_id}/caller", "incident.see", "consultation",
    answers={200: answers.CallerShown}, summary="Read about the caller",
)  # fmt: skip
def read_caller(request: HttpRequest, incident_id: IncidentId) -> answers.CallerShown:
    """How the line stands, who speaks, how they may safely be reached, and every attempt to call back. That this user saw
    it is put on record.
    """
    user = staff(request)
    found = caller(Record(seen(user, incident_id), user), database_now(connection))
    record_consultation(user, "incident.see", [("incident", str(incident_id))])
    on_line, safe = found["on_line"], found["safe"]
    named = {name: on_line[name] for name in answers.OnLineShown.model_fields if name in on_line}
    reach = {name: safe[name] for name in answers.SafeShown.model_fields if name in safe}
    return answers.CallerShown(
        line=found["line"]["code"],
        unanswered=found["unanswered"],
        on_line=answers.OnLineShown(who=on_line["code"], **named),
        safe_contact=answers.SafeShown(answer=safe["code"], **reach),
        questions=list(found["questions"]),
        attempts=[answers.Attempt(**one) for one in found["attempts"]],
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/line", "entry.add", "collection", answers={204: None}, summary="Say how the line stands",
)  # fmt: skip
def set_line(request: HttpRequest, incident_id: IncidentId, key: Key, given: LineGiven) -> Status[None]:
    """Records how the call stands. After a silent, dropped or abandoned one somebody has to be reached before it closes."""
    caller_actions.set_line(staff(request), incident_id, key=key, state=given.state)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/online", "entry.add", "collection", answers={204: None}, summary="Say who is on the line",
)  # fmt: skip
def set_on_line(request: HttpRequest, incident_id: IncidentId, key: Key, given: OnLineGiven) -> Status[None]:
    """Records who is on the line. A child who calls is a child involved."""
    told = Caller(given.who, given.cannot_speak, given.interpreter, given.language, given.relation)
    caller_actions.set_on_line(staff(request), incident_id, key=key, caller=told)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/safe-contact", "entry.add", "collection",
    answers={204: None}, summary="Say how they may safely be reached",
)  # fmt: skip
def set_safe_contact(request: HttpRequest, incident_id: IncidentId, key: Key, given: SafeGiven) -> Status[None]:
    """Records how the person may safely be reached. *Not safe to call* is an answer, and makes the incident more urgent."""
    told = Reachable(given.answer, given.method, given.voicemail, given.number, given.times, given.code_word)
    caller_actions.set_safe_contact(staff(request), incident_id, key=key, reachable=told)
    return Status(204, None)


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/call-backs", "entry.add", "collection",
    answers={201: answers.CallBackMade}, summary="Record an attempt to call back",
)  # fmt: skip
def add_call_back(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: CallBackGiven
) -> Status[answers.CallBackMade]:
    """Records one attempt to reach the caller. What was said in it is read like any words, and opens a closed incident."""
    try:
        made = caller_actions.log_call_back(
            staff(request), incident_id, key=key, outcome=given.outcome, number=given.number, text=given.text,
            told=given.told, at=given.occurred_at, new_risk=given.new_risk,
        )  # fmt: skip
    except Invalid as error:
        raise Invalid({"occurred_at" if name == "at" else name: say for name, say in error.fields.items()}) from None
    return Status(201, answers.CallBackMade(at=made.at, outcome=made.outcome))
