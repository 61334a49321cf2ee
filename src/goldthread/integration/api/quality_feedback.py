"""Operations of feedback on one's own work, and of disputes."""

from __future__ import annotations

from typing import Annotated

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Router
from ninja.responses import Status
from pydantic import ConfigDict, Field

from goldthread.accounts.models import Staff
from goldthread.accounts.routes import staff
from goldthread.audit.actions import record_consultation
from goldthread.integration.api import answers_quality as answers
from goldthread.integration.api.fields import LARGEST_ID, Coded, Given, PageNumber
from goldthread.integration.api.operations import operation
from goldthread.integration.api.quality import scored
from goldthread.quality import feedback_actions as actions
from goldthread.quality import feedback_queries as queries
from goldthread.quality import rules
from goldthread.quality.models import QualityFeedback
from goldthread.quality.rules import REPLIES, RULINGS

router = Router(tags=["Quality feedback"])
PAGE = 50
ANSWER, DRAW = actions.ANSWER, actions.DRAW
FeedbackId = Annotated[int, Path(ge=1, le=LARGEST_ID, description="The feedback, by the `id` that the list gave.")]


class ReplyGiven(Given):
    """What the handler says."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reply": "agrees", "words": "Thank you."}]})
    reply: Annotated[str, Coded.of(REPLIES)]
    words: str = Field("", max_length=rules.LONGEST, description="Needed for a dispute.")


class RulingGiven(Given):
    """What the lead says to a dispute."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ruling": "stands", "words": "Line 4 shows it."}]})
    ruling: Annotated[str, Coded.of(RULINGS)]
    words: str = Field(max_length=rules.LONGEST, description="Why, for the handler.")


@operation(
    router, "GET", "/quality/feedback", ANSWER, "consultation",
    answers={200: answers.QualityFeedbackList}, summary="List feedback on one's own work",
)  # fmt: skip
def list_quality_feedback(request: HttpRequest, page: PageNumber = 1) -> answers.QualityFeedbackList:
    """Scores of records that this user opened, newest first, fifty to a page. That they saw them is put on record."""
    user = staff(request)
    return _page(user, ANSWER, queries.to(user), page)


@operation(
    router, "POST", "/quality/feedback/{int:feedback_id}/reply", ANSWER, "collection",
    answers={201: answers.QualityAnswered}, summary="Answer feedback",
)  # fmt: skip
def reply_to_quality_feedback(
    request: HttpRequest, feedback_id: FeedbackId, given: ReplyGiven
) -> Status[answers.QualityAnswered]:
    """Takes note of it, or disputes it. The same answer sent twice is one; another is refused (409)."""
    made = actions.reply(staff(request), feedback_id, disputes=given.reply == "disputes", words=given.words)
    return Status(201, answers.QualityAnswered(id=made.pk))


@operation(
    router, "GET", "/quality/disputes", DRAW, "consultation",
    answers={200: answers.QualityFeedbackList}, summary="List disputed scores",
)  # fmt: skip
def list_quality_disputes(request: HttpRequest, page: PageNumber = 1) -> answers.QualityFeedbackList:
    """Every dispute, those not answered first, fifty to a page. That this user saw them is put on record."""
    return _page(staff(request), DRAW, queries.disputes(), page)


@operation(
    router, "POST", "/quality/disputes/{int:feedback_id}/ruling", DRAW, "collection",
    answers={201: answers.QualityAnswered}, summary="Answer a dispute",
)  # fmt: skip
def rule_on_quality_dispute(
    request: HttpRequest, feedback_id: FeedbackId, given: RulingGiven
) -> Status[answers.QualityAnswered]:
    """The score stands, or the record is scored again by another assessor, whose score then counts."""
    made = actions.rule(staff(request), feedback_id, ruling=given.ruling, words=given.words)
    return Status(201, answers.QualityAnswered(id=made.pk))


def _page(user: Staff, verb: str, found: QuerySet[QualityFeedback], page: int) -> answers.QualityFeedbackList:
    pages = Paginator(found, PAGE)
    here = list(pages.get_page(page).object_list) if page <= pages.num_pages else []
    record_consultation(user, verb, [("incident", str(each.score.task.record.incident_id)) for each in here])
    shown = [_shown(each) for each in here]
    return answers.QualityFeedbackList(page=page, pages=pages.num_pages, total=pages.count, feedback=shown)


def _shown(one: QualityFeedback) -> answers.QualityFeedbackShown:
    reply = getattr(one, "reply", None)
    ruling = getattr(reply, "ruling", None)
    return answers.QualityFeedbackShown(
        id=one.pk, reference=one.score.task.record.incident.reference, answer_by=one.answer_by, score=scored(one.score),
        reply=reply.reply if reply else "", reply_words=reply.words.shown() if reply and reply.words else "",
        ruling=ruling.ruling if ruling else "", ruling_words=ruling.words.shown() if ruling else "",
    )  # fmt: skip
