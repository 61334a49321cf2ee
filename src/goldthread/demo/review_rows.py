"""Reviews of the year as rows: what the sweeps would have found by then, the review, its question and the answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from goldthread.contact.known import force_day
from goldthread.contact.models import Entry
from goldthread.demo import steps
from goldthread.demo.loading import Row
from goldthread.response.grades import severity_of
from goldthread.supervision.actions import ANSWERED
from goldthread.supervision.kinds import set_on
from goldthread.supervision.models import Question, QuestionAnswer, Review, Sweep
from goldthread.supervision.rules import ANSWER_WITHIN

if TYPE_CHECKING:
    from goldthread.demo.rows import Record


class Looked:
    """What senior people made of one incident so far."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._last: Row | None = None
        self._question: Row | None = None
        self._replied: datetime | None = None

    def review(self, step: steps.Reviewed) -> None:
        """Write a review, and that it answered every kind of sweep that held. Their own grade was not on the page they saw."""
        record, who = self._record, self._record.who(step)
        review = record.add(
            Review, id=record.next_id(Review), answer=step.answer, words_id=record.keep(step.words) if step.words else None,
            seen=record.incident["last_seq"] - (step.answer == "raised"), child=record.incident["child"],
            thrive_id=record.thrive["id"] if record.thrive else None,
            period_id=record.periods[-1]["id"] if record.periods else None, by_id=who.pk, began_at=step.began, at=step.at,
        )  # fmt: skip
        kinds, found = set_on(force_day(step.at)).kinds, self._found(step.at)
        for kind, since in found.items():
            record.add(
                Sweep, kind=kind, weight=kinds[kind].weight, found_at=since, ended_at=step.at, ended_by="reviewed",
                review_id=review["id"], again_at=step.at + kinds[kind].again,
            )  # fmt: skip
        if step.answer == "returned":
            self._question = record.rows.add(
                Question, id=record.next_id(Question), review_id=review["id"], to_id=record.incident["owner_id"],
                answer_by=step.at + ANSWER_WITHIN,
            )  # fmt: skip
        self._last, self._replied = review, None
        record.event(step, "review.made", answer=step.answer, kinds=list(found))
        record.involve("author", who, step.at)
        about = ("review", str(review["id"]))
        record.audit(who, "alteration", "review.make", step.at, about, answer=step.answer, kinds=list(found))

    def reply(self, step: steps.Replied) -> None:
        """Write the owner's answer, which is said in the incident like any words."""
        record, who = self._record, self._record.who(step)
        assert self._question is not None
        record.take(steps.Said(step.at, step.by, "inference", step.text))
        record.rows.add(
            QuestionAnswer, question_id=self._question["id"], words_id=record.rows[Entry][-1]["text_id"], by_id=who.pk,
            at=step.at,
        )  # fmt: skip
        self._replied = step.at
        record.event(step, "question.answered")
        record.audit(who, "collection", "question.answer", step.at, ("question", str(self._question["id"])))

    def _found(self, at: datetime) -> dict[str, datetime]:
        """The kinds of sweep that hold by now, each with the whole minute of the look at which it was found."""
        record, kinds = self._record, set_on(force_day(at)).kinds
        opened: datetime = record.incident["opened_at"]
        held, read = record.periods[-1] if record.periods else None, record.reading
        said: datetime = read["at"] if read else opened
        certain = read is not None and read["state"] == "read" and not read["abstain"]
        above = held is not None and read is not None and certain and severity_of(read["level"]) > held["severity"]
        since = {
            "child": opened if record.incident["child"] != "none" and self._last is None else None,
            "not_asked": opened if record.incident["children_answer"] == "not_asked" else None,
            "overdue": min((clock["due_at"] for clock in record.clocks.values()), default=None),
            "discordant": max(held["at"], said) if above and held is not None else None,
            "reader_off": None if certain else said,
        }
        found = {}
        for kind, begun in since.items():
            if begun is None or (self._last is not None and begun <= self._last["at"]):
                continue
            stood = begun if kind == "overdue" else max(begun, opened + kinds[kind].after)
            look = stood + timedelta(seconds=-stood.timestamp() % 60)
            if look <= at:
                found[kind] = look
        if self._replied is not None:  # an answer comes back as it is given
            found[ANSWERED] = self._replied
        return found
