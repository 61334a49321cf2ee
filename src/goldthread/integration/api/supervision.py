"""Operations of supervision: the queue, what a reviewer has before them, reviewing, and answering a question."""

from __future__ import annotations

from typing import Annotated, Any

from django.core.paginator import Paginator
from django.db import connection
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere
from goldthread.contact.querysets import one
from goldthread.contact.work import NOT_THERE
from goldthread.desk.record import Record
from goldthread.integration.api import answers_supervision as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, IncidentId, InForce, Key, PageNumber, Whole
from goldthread.integration.api.operations import operation
from goldthread.response.request_rules import LONGEST_WORDS
from goldthread.supervision import actions, presenters, queries
from goldthread.supervision.models import ANSWERS, Review

router = Router(tags=["Supervision"])
PAGE = 50
VERB = "supervision.review"
QuestionId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The question, by the `id` that reading gave.")]


class ReviewGiven(Given):
    """A review."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"answer": "returned", "seen": 12, "found": 40, "words": "Who is with the girl now?"}]
        }
    )
    answer: Annotated[str, Coded.of(ANSWERS)]
    seen: Annotated[int, Whole(0, 2**31 - 1)] = Field(
        description="`seq` of the last line of the timeline that the reviewer has read: `stale` where more was said."
    )
    found: Annotated[int, Whole(0, LARGEST_ID)] = Field(
        description="`found` as reading gave it: finds that came later are not answered by this review."
    )
    words: str = Field(
        "", max_length=LONGEST_WORDS, description="Needed to return it, to bear a delay and to refuse a request."
    )
    minutes: Annotated[int, Whole(1, 240)] | None = Field(None, description="For *delay*: for how long it may stand.")
    grade: Annotated[str, InForce("grades")] | None = Field(None, description="For *raised*: the higher grade.")
    request: Annotated[int, Whole(1, LARGEST_ID)] | None = Field(None, description="For *decided*: which request.")
    approve: bool | None = Field(None, description="For *decided*: whether it is approved.")


class WordsGiven(Given):
    """Words and nothing else."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Her aunt is; the unit has seen both."}]})
    words: str = Field(min_length=1, max_length=LONGEST_WORDS, pattern=r"\S")


@operation(
    router, "GET", "/supervision", VERB, "consultation", answers={200: answers.Queue}, summary="List what waits for a senior person",
)  # fmt: skip
def list_waiting(request: HttpRequest, page: PageNumber = 1) -> answers.Queue:
    """Requests, calls for a supervisor and what sweeps found, one row an incident, the riskiest first, fifty to a page. That
    this user saw them is put on record.
    """
    user, now = staff(request), database_now(connection)
    here, numbers = queries.waiting(user, now, start=(page - 1) * PAGE, most=PAGE)
    pages = Paginator(range(numbers[""]), PAGE)
    record_consultation(user, VERB, [("incident", str(each.incident)) for each in here])
    return answers.Queue(
        page=page,
        pages=pages.num_pages,
        total=pages.count,
        rows=[
            answers.WaitingForReview(
                incident=each.incident,
                found=list(each.kinds),
                requests=list(each.requests),
                called=each.called,
                late=each.late,
                since=each.since,
                rank=each.rank,
            )
            for each in here
        ],
    )


@operation(
    router, "GET", "/supervision/{uuid:incident_id}", VERB, "consultation",
    answers={200: answers.Reviewing}, summary="Read what a review needs",
)  # fmt: skip
def read_review(request: HttpRequest, incident_id: IncidentId) -> answers.Reviewing:
    """What reader and handler saw differently, questions that stand, and reviews before. That this user saw it is put on record."""
    user, now = staff(request), database_now(connection)
    incident = one(user, VERB, incident_id)
    if incident is None:
        raise NotThere(NOT_THERE)
    record = Record(incident, user)
    record_consultation(user, VERB, [("incident", str(incident_id))])
    same = ("answer", "by", "at", "words", "until")
    asked = ("id", "words", "by", "at", "to", "answer_by")
    return answers.Reviewing(
        seen=incident.last_seq,
        found=queries.newest_find(incident),
        not_yours=presenters.may_review(user, incident),
        differs=[answers.Differs(**each) for each in presenters.differs(record)],
        questions=[answers.Asks(**{name: each[name] for name in asked}) for each in presenters.asked_here(record, now)],
        reviews=[answers.ReviewShown(**{name: each[name] for name in same}) for each in presenters.reviews(record)],
    )


@operation(
    router, "POST", "/supervision/{uuid:incident_id}/reviews", VERB, "alteration", answers={201: answers.ReviewMade}, summary="Review an incident",
)  # fmt: skip
def make_review(
    request: HttpRequest, incident_id: IncidentId, key: Key, given: ReviewGiven
) -> Status[answers.ReviewMade]:
    """Answers every find of the incident, as a second, senior person who neither owns it nor wrote its newest THRIVE. A higher
    grade is never held up by that: it rises, and `review` is null.
    """
    user = staff(request)
    common: dict[str, Any] = {"key": key, "seen": given.seen, "found": given.found, "began_at": None}
    made: Review | None = None
    match given.answer:
        case "agreed":
            made = actions.agree(user, incident_id, words=given.words, **common)
        case "returned":
            made = actions.give_back(user, incident_id, words=given.words, **common)
        case "delay":
            made = actions.bear_delay(user, incident_id, minutes=given.minutes, words=given.words, **common)
        case "raised":
            made = actions.upgrade(user, incident_id, code=given.grade or "", why=given.words, **common)
        case _:
            if given.request is None or given.approve is None:
                raise Invalid({"request": "Say which request, and whether it is approved. Nothing was changed."})
            answer = "approved" if given.approve else "refused"
            made = actions.decide(user, incident_id, given.request, answer=answer, words=given.words, **common)
    return Status(201, answers.ReviewMade(review=made.pk if made else None, answer=given.answer))


@operation(
    router, "POST", "/supervision/{uuid:incident_id}/questions/{int:question_id}/answer", "entry.add", "collection",
    answers={204: None}, summary="Answer a supervisor's question",
)  # fmt: skip
def answer_question(
    request: HttpRequest, incident_id: IncidentId, question_id: QuestionId, key: Key, given: WordsGiven
) -> Status[None]:
    """Answers a question with which a review came back; until then it holds closing."""
    actions.answer_question(staff(request), question_id, key=key, incident_id=incident_id, words=given.words)
    return Status(204, None)


@operation(
    router, "POST", "/supervision/{uuid:incident_id}/listening-notes", VERB, "collection",
    answers={204: None}, summary="Note while listening",
)  # fmt: skip
def note(request: HttpRequest, incident_id: IncidentId, key: Key, given: WordsGiven) -> Status[None]:
    """Keeps what was noted while listening to a call, for those who review; nothing on the call's own page tells of it."""
    actions.note(staff(request), incident_id, key=key, words=given.words)
    return Status(204, None)
