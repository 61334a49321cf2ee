"""The operation on the reader's marks: answering those of one cue. What is answered stands in the incident's record."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.assessment.actions import LONGEST_QUOTE
from goldthread.assessment.actions import answer_mark as answer
from goldthread.assessment.marking import ANSWERS, LONGEST_FACT, MOST_FACTS, REASONS
from goldthread.integration.api.fields import Coded, Given, IncidentId, Key, Whole
from goldthread.integration.api.operations import operation

router = Router(tags=["Marks"])
Fact = Annotated[str, Field(max_length=LONGEST_FACT)]


class MarkGiven(Given):
    """The answer to the marks of one cue, with what stood before the person who gives it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cue": "not-seen",
                    "answer": "not_so",
                    "reason": "checked",
                    "facts": ["not-seen.2|affirmed"],
                    "quote": "nobody has seen the little one",
                }
            ]
        }
    )
    cue: str = Field(min_length=1, max_length=40, description="The cue's code, from `noticed.cues`.")
    answer: Annotated[str, Coded.of(ANSWERS)] = Field(description="`not_so` needs a reason.")
    reason: Annotated[str, Coded.of(REASONS)] | None = Field(None, description="Why it is not so.")
    facts: list[Fact] = Field(
        [], max_length=MOST_FACTS, description="The cue's `facts` as they were shown: another fact asks again."
    )
    quote: str = Field("", max_length=LONGEST_QUOTE, description="The words that were shown with it.")
    shown_ms: Annotated[int, Whole(0, 2**31 - 1)] | None = Field(
        None, description="Milliseconds for which it had stood on the screen."
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/marks", "mark.answer", "collection",
    answers={204: None}, summary="Answer a mark",
)  # fmt: skip
def answer_mark(request: HttpRequest, incident_id: IncidentId, key: Key, given: MarkGiven) -> Status[None]:
    """Answers the marks of one cue: noted, not so, or to be asked. It changes nothing of what the reader found; a fact
    that is not among those given asks again. Each answer stays on record and the newest holds.
    """
    answer(
        staff(request),
        incident_id,
        key=key,
        cue=given.cue,
        answer=given.answer,
        reason=given.reason or "",
        facts=given.facts,
        quote=given.quote,
        shown_ms=given.shown_ms,
    )
    return Status(204, None)
