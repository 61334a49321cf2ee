"""Operations of the VAST desk: the queue, one concern, referring, and everything that is done in one."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Query, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import NotThere
from goldthread.contact.work import NOT_THERE
from goldthread.desk.record import Record
from goldthread.integration.api import answers_concerns as answers
from goldthread.integration.api.fields import (
    LARGEST_ID,
    Coded,
    Given,
    IncidentId,
    InForce,
    Key,
    Moment,
    PageNumber,
    Whole,
)
from goldthread.integration.api.operations import operation
from goldthread.response.request_rules import LONGEST_WORDS
from goldthread.safeguarding import concern_actions as actions
from goldthread.safeguarding import concern_presenters as presenters
from goldthread.safeguarding import concern_queries as queries
from goldthread.safeguarding.concern_models import ANSWERS, RATINGS, RESULTS, Concern
from goldthread.safeguarding.concern_rules import AGAIN, LONGEST_NAME

router = Router(tags=["Concerns"])
PAGE = 50
SEE, WORKS = queries.SEE, actions.WORKS
ConcernId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The concern, by the `id` that the queue gave.")]
CallId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The call, by the `id` that reading gave.")]
OpinionId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The opinion, by the `id` that giving it gave.")]
Ended = Annotated[bool, Query(description="Those that have ended, the newest first, instead of the open ones.")]
Text = Annotated[str, Field(max_length=LONGEST_WORDS)]
Code = Annotated[str, Field(max_length=20)]
Seen = Annotated[int, Whole(0, LARGEST_ID)]


class ReferGiven(Given):
    """A referral to VAST."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Third call this week.", "urgent": True}]})
    words: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S", description="What to look at, and why.")
    urgent: bool = Field(False, description="Whether a child may be in danger now: it is then Red.")


class RatingGiven(Given):
    """A rating."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rating": "red", "reason": 12, "words": "He is back at the address."}]}
    )
    rating: Annotated[str, Coded.of(RATINGS)]
    reason: Seen = Field(description="The newest reason that was read: `newest_reason` of the concern.")
    words: Text = Field("", description="Needed to change it.")


class PartnerCallGiven(Given):
    """A telephone call to a partner: `reached` by name, or `again`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"desk": "edt", "reached": "Rowan Ash", "words": "They visit tonight."}]}
    )
    desk: Code = Field(description="The partner's desk, by its code in `concern.toml`.")
    reached: str = Field("", max_length=LONGEST_NAME)
    again: Annotated[int, Whole(*AGAIN)] | None = Field(None, description="Nobody answered: minutes to the next try.")
    called_at: Moment | None = Field(None, description="When, if not just now.")
    words: Text = Field("", description="What was said; may be written up later.")


class WrittenUp(Given):
    """A call written up."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "They visit tonight and ring back."}]})
    words: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")


class ResearchGiven(Given):
    """The result of one line of the checklist."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"item": "school", "result": "no_trace"}]})
    item: Code = Field(description="The line, by its code as reading gave it.")
    result: Annotated[str, Coded.of(RESULTS)]
    words: Text = Field("", description="Needed for *found* and for *not searched*.")


class OpinionGiven(Given):
    """A second opinion."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"grade": "immediate", "words": "Not seen for days."}]})
    grade: Annotated[str, InForce("grades")] = Field(max_length=40)
    words: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")


class AnswerGiven(Given):
    """The answer to a second opinion."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"answer": "disagrees", "words": "She was seen at nine."}]}
    )
    answer: Annotated[str, Coded.of(ANSWERS)]
    words: Text = Field("", description="Needed to disagree.")


class EndGiven(Given):
    """How a concern ends."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"outcome": "advice", "last_seq": 7, "reason": 12, "words": "Her school keeps an eye on her."}]
        }
    )
    outcome: Code = Field(description="By its code in `concern.toml`.")
    last_seq: Seen = Field(description="The last line of the timeline that was read, as reading the concern gave it.")
    reason: Seen = Field(description="The newest reason that was read: `newest_reason` of the concern.")
    words: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")


@operation(router, "GET", "/concerns", SEE, "consultation", answers={200: answers.Concerns}, summary="List concerns")
def list_concerns(request: HttpRequest, page: PageNumber = 1, ended: Ended = False) -> answers.Concerns:
    """Open concerns, Red first, then what is not triaged and whose time runs out first; or those that have ended. Fifty to a
    page. That this user saw them is put on record.
    """
    user = staff(request)
    pages = Paginator(queries.ranked(user, "closed" if ended else ""), PAGE)
    here: list[Concern] = list(pages.page(page).object_list) if page <= pages.num_pages else []
    record_consultation(user, SEE, [("incident", str(one.incident_id)) for one in here])
    rows = [answers.ConcernRow(**_row(one)) for one in here]
    return answers.Concerns(page=page, pages=pages.num_pages, total=pages.count, rows=rows)


@operation(
    router, "GET", "/concerns/{int:concern_id}", SEE, "consultation",
    answers={200: answers.ConcernShown}, summary="Read a concern",
)  # fmt: skip
def read_concern(request: HttpRequest, concern_id: ConcernId) -> answers.ConcernShown:
    """Why it is there and everything that was done in it. That this user saw it is put on record."""
    user, now = staff(request), database_now(connection)
    one = queries.reached_by(user).select_related("incident").filter(pk=concern_id).first()
    if one is None:
        raise NotThere(NOT_THERE)
    record_consultation(user, SEE, [("incident", str(one.incident_id)), ("concern", str(one.pk))])
    told = presenters.concern(one, Record(one.incident, user), now)
    return answers.ConcernShown(
        **_row(one),
        why=[
            answers.ConcernWhy(**{name: each[name] for name in ("words", "by", "at", "said")}) for each in told["why"]
        ],
        ratings=[
            answers.ConcernRated(**{name: each[name] for name in ("code", "by", "at", "why")})
            for each in told["ratings"]
        ],
        calls=[
            answers.PartnerCallShown(**{name: value for name, value in each.items() if name != "late"})
            for each in told["calls"]
        ],
        research=[
            answers.ResearchShown(
                item=each["item"].code,
                name=each["item"].name,
                result=each["found"].result if each["found"] else "",
                words=each["found"].words.shown() if each["found"] and each["found"].words else "",
                by=each["found"].by.name if each["found"] else "",
                at=each["found"].at if each["found"] else None,
            )
            for each in told["research"]
        ],
        opinions=[
            answers.OpinionShown(
                **{name: each[name] for name in ("id", "grade", "words", "by", "at", "answer_by")},
                answer=each["answer"]["what"] if each["answer"] else "",
                answer_words=each["answer"]["words"] if each["answer"] else "",
            )
            for each in told["opinions"]
        ],
        owed=told["owed"],
        last_seq=one.incident.last_seq,
        newest_reason=told["newest_reason"],
    )


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/concern", actions.REFERS, "collection",
    answers={201: answers.ConcernMade}, summary="Refer an incident to VAST",
)  # fmt: skip
def refer_to_vast(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: ReferGiven
) -> Status[answers.ConcernMade]:
    """Opens a concern, or adds a reason to the one that is open."""
    made = actions.refer(staff(request), incident_id, key=key, words=given.words, urgent=given.urgent)
    return Status(201, answers.ConcernMade(concern=made.pk))


@operation(
    router, "POST", "/concerns/{int:concern_id}/ratings", WORKS, "alteration", answers={204: None}, summary="Rate a concern",
)  # fmt: skip
def rate_concern(request: HttpRequest, concern_id: ConcernId, key: Key, given: RatingGiven) -> Status[None]:
    """Confirms the rating or changes it with a reason. A change restarts no clock. Refused where a newer reason came than was read."""
    actions.rate(staff(request), concern_id, key=key, **given.model_dump())
    return Status(204, None)


@operation(
    router, "POST", "/concerns/{int:concern_id}/calls", WORKS, "collection",
    answers={201: answers.PartnerCallMade}, summary="Record a call to a partner",
)  # fmt: skip
def telephone_partner(
    request: HttpRequest, concern_id: ConcernId, key: Key, given: PartnerCallGiven
) -> Status[answers.PartnerCallMade]:
    """Who was reached by name, or that nobody was and when to try again."""
    made = actions.telephone(staff(request), concern_id, key=key, **given.model_dump())
    return Status(201, answers.PartnerCallMade(call=made.pk))


@operation(
    router, "POST", "/concerns/{int:concern_id}/calls/{int:call_id}/write-up", WORKS, "collection",
    answers={204: None}, summary="Write a call up",
)  # fmt: skip
def write_call_up(
    request: HttpRequest, concern_id: ConcernId, call_id: CallId, key: Key, given: WrittenUp
) -> Status[None]:
    """What was said and agreed, once for each call in which somebody was reached."""
    actions.write_up(staff(request), concern_id, call_id, key=key, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/concerns/{int:concern_id}/research", WORKS, "collection", answers={204: None}, summary="Record what was looked into",
)  # fmt: skip
def look_into(request: HttpRequest, concern_id: ConcernId, key: Key, given: ResearchGiven) -> Status[None]:
    """Found, no trace, or not searched and why; the newest of a line holds."""
    actions.look_into(
        staff(request), concern_id, key=key, item=given.item, result=given.result, words=given.words
    )  # fmt: skip
    return Status(204, None)


@operation(
    router, "POST", "/concerns/{int:concern_id}/opinions", WORKS, "collection",
    answers={201: answers.OpinionMade}, summary="Give a second opinion",
)  # fmt: skip
def give_opinion(
    request: HttpRequest, concern_id: ConcernId, key: Key, given: OpinionGiven
) -> Status[answers.OpinionMade]:
    """Changes no grade; whoever works on the incident owes an answer within fifteen minutes."""
    made = actions.give_opinion(staff(request), concern_id, key=key, grade=given.grade, words=given.words)
    return Status(201, answers.OpinionMade(opinion=made.pk))


@operation(
    router, "POST", "/incidents/{uuid:incident_id}/opinions/{int:opinion_id}/answer", actions.ANSWERS, "collection",
    answers={204: None}, summary="Answer a second opinion",
)  # fmt: skip
def answer_opinion(
    request: HttpRequest, incident_id: IncidentId, opinion_id: OpinionId, key: Key, given: AnswerGiven
) -> Status[None]:
    """Agrees, once acted on by a THRIVE or a higher grade; or disagrees with a reason."""
    actions.answer(
        staff(request), opinion_id, incident_id=incident_id, key=key, answer=given.answer, words=given.words
    )  # fmt: skip
    return Status(204, None)


@operation(
    router, "POST", "/concerns/{int:concern_id}/end", WORKS, "alteration", answers={204: None}, summary="End a concern",
)  # fmt: skip
def end_concern(request: HttpRequest, concern_id: ConcernId, key: Key, given: EndGiven) -> Status[None]:
    """Refused while anything is owed in it, each thing in a sentence, and where a newer reason came than was read."""
    actions.end(staff(request), concern_id, key=key, **given.model_dump())
    return Status(204, None)


def _row(one: Concern) -> dict[str, Any]:
    return {
        "id": one.pk,
        "incident": one.incident_id,
        "reference": one.incident.reference,
        "rating": one.rating,
        "opened_at": one.opened_at,
        "triaged_at": one.triaged_at,
        "closed_at": one.closed_at,
        "outcome": one.outcome,
    }
