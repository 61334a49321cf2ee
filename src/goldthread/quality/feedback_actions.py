"""The verbs of feedback: to put a score before whoever opened the incident, their answer, and the lead's to a dispute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from goldthread.audit.actions import Acting, acting
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Stale
from goldthread.quality import rules
from goldthread.quality.models import QualityFeedback, QualityReply, QualityRuling, QualityTask

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.quality.models import QualityScore

ANSWER, DRAW = "quality.answer", "quality.draw"
NOT_THERE = "There is no such feedback, or it is not for you."
ANSWERED = "This was answered already. What you wrote now is still here and was not sent."


def put_before(score: QualityScore, act: Acting, days: int) -> QualityFeedback | None:
    """Put a score before whoever opened the incident, in the transaction that keeps it; None where nobody here opened it, or they left."""
    handler = score.task.record.incident.opened_by
    if handler is None or not handler.is_active or not handler.can(ANSWER):
        return None
    made = QualityFeedback(score=score, to=handler, answer_by=act.now + timedelta(days=days), at=act.now)
    made.save()
    return made


def reply(user: Staff, feedback_id: int, *, disputes: bool, words: str = "") -> QualityReply:
    """Take note of feedback, or dispute it. The same answer sent twice is one.

    Raises ``NotThere`` for another's, ``Stale`` where it was answered otherwise, ``Invalid`` for a dispute without a reason.
    """
    kept = rules.words(words, "Write what is not right in it, and what in the record shows that." if disputes else "")
    with acting(user) as act:
        found = QualityFeedback.objects.filter(pk=feedback_id, to=user).select_related("score").first()
        if found is None or not user.can(ANSWER):
            raise NotThere(NOT_THERE)
        _hold(found)
        said = "disputes" if disputes else "agrees"
        before = QualityReply.objects.filter(feedback=found).select_related("words").first()
        if before is not None:
            if before.reply == said and (before.words.shown() if before.words else "") == kept:
                return before
            raise Stale(ANSWERED)
        made = QualityReply(feedback=found, reply=said, words=Payload.objects.keep(kept) if kept else None, at=act.now)
        made.save()
        incident = str(found.score.task.record.incident_id)
        act.record("collection", ANSWER, [("incident", incident), ("quality-feedback", str(found.pk))], reply=said)
    return made


def rule(user: Staff, feedback_id: int, *, ruling: str, words: str) -> QualityRuling:
    """Answer a dispute as the lead: the score stands, or the record is scored again by another, whose score then counts.

    Raises ``NotThere`` where there is no dispute, ``Stale`` where it was answered, ``Invalid`` without a reason.
    """
    kept = rules.words(words, "Write why, so that the handler understands it.")
    with acting(user) as act:
        disputed = QualityFeedback.objects.filter(pk=feedback_id, reply__reply="disputes") if user.can(DRAW) else None
        found = disputed.select_related("score__task", "reply").first() if disputed is not None else None
        if found is None:
            raise NotThere("There is no such dispute.")
        _hold(found)
        if ruling not in {"stands", "again"}:
            raise Invalid({"ruling": "Say whether the score stands. Nothing was saved."})
        if ruling == "again" and found.score.task.place == 3:
            raise Invalid({"ruling": "It was scored again already. Nothing was saved; say why the score stands."})
        before = QualityRuling.objects.filter(reply=found.reply).select_related("words").first()
        if before is not None:
            if before.ruling == ruling and before.words.shown() == kept:
                return before
            raise Stale(ANSWERED)
        made = QualityRuling(
            reply=found.reply, ruling=ruling, words=Payload.objects.keep(kept), scored_by=found.score.by, by=user, at=act.now,
        )  # fmt: skip
        made.save()
        record = found.score.task.record
        if ruling == "again":
            QualityTask.objects.create(record=record, place=3)
        subjects = [("incident", str(record.incident_id)), ("quality-feedback", str(found.pk))]
        act.record("collection", DRAW, subjects, ruling=ruling)
    return made


def _hold(found: QualityFeedback) -> None:
    """Hold what may be held, its record's task, so that of two answers at once the second finds the first."""
    QualityTask.objects.select_for_update(of=("self",)).get(pk=found.score.task_id)
