"""The verbs of a retention review: keep it, propose that its texts are erased, and answer that as the second person."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Max

from goldthread.audit.actions import ERASING_ROLES, acting, erase
from goldthread.audit.models import Payload
from goldthread.config.errors import NotThere, Refused, Stale
from goldthread.config.upward import ask
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.querysets import one as reached
from goldthread.contact.work import Work, command_key, earlier
from goldthread.retention import queries, rules
from goldthread.retention.events import MayErase
from goldthread.retention.models import RetentionAnswer, RetentionDecision, RetentionReview

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

DECIDE = "retention.decide"


@dataclass
class Reviewing:
    """A review locked with its incident for one command by one person, with what puts the incident into its group now."""

    work: Work
    user: Staff
    review: RetentionReview
    held: rules.Held
    facts: set[str]
    today: date

    @property
    def group(self) -> rules.Group:
        """The group it is in now."""
        return self.held.group(self.facts)

    def must_stand(self, *states: str) -> None:
        """Raise ``Refused`` unless it waits for this command, by a role that reviews its group."""
        if self.work.incident.closed_at != self.review.closed_at or self.review.state in {"waiting", "erased"}:
            raise Refused(rules.NOT_DUE)
        if self.review.state not in states:
            raise Stale(rules.CHANGED)
        rules.may_decide(self.user.seat.codes, self.group)

    def must_be_free(self) -> None:
        """Raise ``Refused`` with everything that stands against erasing the texts, as it is now."""
        if reasons := against(self.work.incident, self.held, self.facts, self.today):
            raise Refused(" ".join(reasons))

    def decide(self, kind: str, words: str, next_on: date | None = None) -> RetentionDecision:
        """Add a decision."""
        last = RetentionDecision.objects.filter(review=self.review).aggregate(last=Max("number"))["last"] or 0
        made = RetentionDecision(
            review=self.review, number=last + 1, kind=kind, group=self.group.code, due_on=self.review.due_on,
            next_on=next_on, words=Payload.objects.keep(words), by=self.user, at=self.work.now,
        )  # fmt: skip
        made.save()
        return made

    def finish(self, state: str, duty: str, result: object, **detail: Any) -> None:
        """Put the command on record, and the review where it stands from now on."""
        self.review.state, self.review.group = state, self.group.code
        self.review.save()
        subjects = [("incident", str(self.work.incident.pk))]
        self.work.act.record(duty, DECIDE, subjects, state=state, group=self.group.code, **detail)
        self.work.finish(result)


def keep_incident(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, rationale: str, next_on: date | None = None
) -> RetentionDecision:
    """Keep an incident until its group's next review, or a sooner one.

    Raises ``Invalid`` without a rationale or for a day that is not ahead or too far; ``Refused`` where no review is due;
    ``Stale`` where its erasure is proposed.
    """
    words = rules.rationale("rationale", rationale, "Write why it is kept.")
    with _on_review(user, incident_id, key, "keep", words, next_on) as here:
        if here.work.done is not None:
            return RetentionDecision.objects.get(pk=int(here.work.done))
        here.must_stand("due")
        until = rules.next_review(next_on, here.today, here.group)
        made = here.decide("keep", words, until)
        here.review.due_on, here.review.decided = until, True
        here.finish("waiting", "alteration", made.pk, decision=made.pk, next_on=until)
    return made


def propose_erasure(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, rationale: str) -> RetentionDecision:
    """Propose that the incident's texts are erased; nothing goes until a second person approves.

    Raises ``Refused`` with everything that is open on it, and where a child at risk is or may be involved and the time for that has not
    passed; ``Stale`` where it is proposed already.
    """
    words = rules.rationale("rationale", rationale, "Write why its texts are not needed any more.")
    with _on_review(user, incident_id, key, "propose", words) as here:
        if here.work.done is not None:
            return RetentionDecision.objects.get(pk=int(here.work.done))
        here.must_stand("due")
        if user.role not in ERASING_ROLES:
            raise Refused(
                "Only the auditor or the data protection officer may ask for an erasure. Nothing was changed."
            )
        here.must_be_free()
        made = here.decide("erase", words)
        here.finish("proposed", "alteration", made.pk, decision=made.pk)
    return made


def answer_erasure(
    user: Staff, incident_id: uuid.UUID, proposal: int, *, key: uuid.UUID, approve: bool, words: str = ""
) -> RetentionAnswer:
    """Approve a proposed erasure as the second person, which blanks every text of the incident for good, or refuse it with a reason,
    which puts it back on the list.

    Raises ``Refused`` for whoever proposed it, and where something stands against it by now; ``Stale`` where it was answered already.
    """
    said = "" if approve and not words.strip() else rules.rationale("words", words, "Write why it is not to be erased.")
    with _on_review(user, incident_id, key, "answer", proposal, approve, said) as here:
        if here.work.done is not None:
            return RetentionAnswer.objects.get(pk=int(here.work.done))
        asked = queries.open_proposal(here.review)
        if asked is None or asked.pk != proposal:
            raise Stale(rules.CHANGED)
        here.must_stand("proposed")
        rules.may_answer(user.pk, asked.by_id)
        erasure = None
        if approve:
            here.must_be_free()
            texts = list(queries.payloads_of(here.work.incident))
            if texts:
                policy = f"the retention schedule, group {here.group.name}"
                erasure = erase(asked.by, user, texts, asked.words.shown(), policy)
        made = RetentionAnswer(
            decision=asked, answer="approved" if approve else "refused", words=Payload.objects.keep(said) if said else None,
            erasure=erasure, proposed_by=asked.by, by=user, at=here.work.now,
        )  # fmt: skip
        made.save()
        detail = {"decision": asked.pk, "answer": made.answer, "erasure": erasure.pk if erasure else None}
        here.finish("erased" if approve else "due", "erasure" if approve else "alteration", made.pk, **detail)
    return made


def against(incident: Incident, held: rules.Held, facts: set[str], today: date) -> list[str]:
    """Everything that stands against erasing an incident's texts, now. What another part cannot answer holds them."""
    closed = force_day(incident.closed_at) if incident.closed_at else today
    until = rules.kept_until(held, facts, closed, queries.ages_of(incident))
    return rules.against(until, today, [one.why for one in ask(MayErase(incident))])


@contextmanager
def _on_review(user: Staff, incident_id: uuid.UUID, key: uuid.UUID, *what: object) -> Iterator[Reviewing]:
    """Lock an incident and its review for a command. Raises ``NotThere`` where one is absent or out of reach."""
    with acting(user) as act:
        incident = reached(user, DECIDE, incident_id, lock=True)
        review = RetentionReview.objects.select_for_update().filter(incident=incident_id).first() if incident else None
        if incident is None or review is None:
            raise NotThere(rules.NOT_THERE)
        own = command_key(key, user.pk, incident_id, DECIDE, *what)
        today = force_day(act.now)
        yield Reviewing(
            Work(act, incident, user, own, DECIDE, earlier(own)), user, review, rules.held_on(today),
            queries.facts_of([incident_id])[incident_id], today,
        )  # fmt: skip
