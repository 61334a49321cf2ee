"""The verbs of supervision: to review what sweeps and requests bring, and to answer a question that a review returned with."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from goldthread.assessment.queries import newest_thrive
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.contact.actions import say
from goldthread.contact.known import force_day
from goldthread.contact.work import NOT_THERE, Work, on_incident
from goldthread.response import actions as response
from goldthread.response import request_actions
from goldthread.response import shared_actions as shared
from goldthread.response.models import Clock, ReviewDecision
from goldthread.supervision import rules
from goldthread.supervision.finding import AT_CLOSING
from goldthread.supervision.kinds import set_on
from goldthread.supervision.models import ListeningNote, Question, QuestionAnswer, Review, Sweep
from goldthread.supervision.queries import hands_in, open_questions, open_sweeps

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

ANSWERED = "answered"
"""The kind by which an answered question comes back to the desk: found by answering, never by looking."""


def agree(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    seen: int,
    found: int,
    began_at: datetime | None,
    words: str = "",
) -> Review:
    """Say that one has looked and nothing is to change: every sweep of the incident rests.

    ``seen`` is the last line of the timeline that the page showed, ``found`` the newest find: a later one stays.
    Raises ``Refused``, ``Stale``, ``Invalid`` and ``NotThere``.
    """
    with _review(user, incident_id, key, "agree", words) as work:
        if work.done is not None:
            return _made(work)
        _nothing_new(work, seen)
        if shared.open_requests(work.incident).exists():
            raise Refused("A request waits here. Approve or refuse it; that is the review. Nothing was changed.")
        return _write(work, "agreed", seen, found, began_at, rules.words(words))


def give_back(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, seen: int, found: int, began_at: datetime | None, words: str
) -> Review:
    """Return the incident to its owner with a question, owed within a quarter of an hour; it holds closing until answered."""
    kept = rules.words(words, needed="Write the question. It goes to whoever owns the incident.")
    with _review(user, incident_id, key, "give back", kept) as work:
        if work.done is not None:
            return _made(work)
        shared.must_be_open(work)
        _nothing_new(work, seen)
        review = _write(work, "returned", seen, found, began_at, kept)
        Question(
            review=review,
            to=work.incident.owner,
            to_team=work.incident.owner_team,
            answer_by=work.now + rules.ANSWER_WITHIN,
        ).save()
        return review


def bear_delay(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    seen: int,
    found: int,
    began_at: datetime | None,
    minutes: int | None,
    words: str,
) -> Review:
    """Answer for a delay until a time: the target stays missed, and the incident comes back to the desk then.

    Raises ``Refused`` where nothing is late, ``Invalid`` for a time that is none or without a reason.
    """
    kept = rules.words(words, needed="Write why the delay can be borne, and what keeps the child safe until then.")
    with _review(user, incident_id, key, "bear delay", minutes, kept) as work:
        if work.done is not None:
            return _made(work)
        shared.must_be_open(work)
        late = Clock.objects.filter(incident=work.incident).breached(work.now).exists()
        asked = shared.open_requests(work.incident).filter(kind="reschedule").exists()
        until = rules.until(minutes, work.now, late=late, asked=asked)
        _nothing_new(work, seen)
        kind = set_on(force_day(work.now)).kinds["overdue"]
        first = {"weight": kind.weight, "found_at": work.now}
        overdue, _ = Sweep.objects.get_or_create(incident=work.incident, kind=kind.code, ended_at=None, defaults=first)
        return _write(work, "delay", seen, max(found, overdue.pk), began_at, kept, until=until)


def decide(
    user: Staff,
    incident_id: uuid.UUID,
    request_id: int,
    *,
    key: uuid.UUID,
    answer: str,
    words: str,
    seen: int,
    found: int,
    began_at: datetime | None,
) -> Review | None:
    """Approve or refuse a request, which is a review too: one transaction, so that neither stands without the other."""
    with transaction.atomic():
        decision = request_actions.decide(
            user, request_id, key=key, answer=answer, words=words, seen=seen, incident_id=incident_id
        )
        return _after(user, incident_id, key, "decided", seen, found, began_at, decision=decision)


def upgrade(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    code: str,
    why: str,
    seen: int,
    found: int,
    began_at: datetime | None,
) -> Review | None:
    """Raise the grade. Never held up: where who does it may not review this one, the grade rises and None is returned."""
    with transaction.atomic():
        response.choose_grade(user, incident_id, key=key, code=code, why=why)
        return _after(user, incident_id, key, "raised", seen, found, began_at)


def answer_question(user: Staff, question_id: int, *, key: uuid.UUID, incident_id: uuid.UUID, words: str) -> None:
    """Answer a supervisor's question, as whoever works on the incident; it goes back to the desk.

    What is answered is said in the incident like any words: read by the reader, and new to every THRIVE. Raises ``Invalid``,
    ``Stale``, and ``Refused`` for whoever asked.
    """
    kept = rules.words(words, needed="Write the answer. The question stays until then.")
    with on_incident(user, incident_id, "entry.add", key, "answer question", question_id, kept) as work:
        if work.done is not None:
            return
        question = Question.objects.filter(pk=question_id, review__incident=work.incident).first()
        if question is None:
            raise NotThere(NOT_THERE)
        if not open_questions(work.incident).filter(pk=question_id).exists():
            raise Stale("This question was answered already. What you wrote is still here.")
        if question.review.by_id == user.pk:
            raise Refused("You asked this, so somebody else answers it. Nothing was changed.")
        said = say(work, "inference", kept)
        assert said.text is not None
        QuestionAnswer(question=question, words=said.text, by=user, at=work.now).save()
        kind = set_on(force_day(work.now)).kinds[ANSWERED]
        first = {"weight": kind.weight, "found_at": work.now}
        Sweep.objects.get_or_create(incident=work.incident, kind=kind.code, ended_at=None, defaults=first)
        work.event("question.answered")
        work.involve("author")
        work.act.record("collection", "question.answer", [*shared.subject(work), ("question", str(question_id))])
        work.finish()


def note(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, words: str) -> ListeningNote:
    """Keep what one noted while listening. Nothing on the call's own page tells of it. Raises ``Invalid``."""
    kept = rules.words(words, needed="Write what you heard. Nothing was kept.")
    with on_incident(user, incident_id, "supervision.review", key, "listening note", kept) as work:
        if work.done is not None:
            return ListeningNote.objects.get(pk=int(work.done))
        made = ListeningNote(incident=work.incident, words=Payload.objects.keep(kept), by=user, at=work.now)
        made.save()
        work.act.record("collection", "listening.note", [*shared.subject(work), ("note", str(made.pk))])
        work.finish(made.pk)
    return made


def _review(
    user: Staff, incident_id: uuid.UUID, key: uuid.UUID, name: str, *what: object
) -> AbstractContextManager[Work]:
    return on_incident(user, incident_id, "supervision.review", key, name, *what)


def _nothing_new(work: Work, seen: int) -> None:
    """Raise ``Stale`` where somebody has said something, or reviewed it, that the reviewer did not have before them."""
    if work.incident.entries.filter(kind="words", seq__gt=seen).exists():
        raise Stale("Something was said since this page was loaded. Nothing was changed; read it, then decide.")
    other = work.incident.entries.filter(code="review.made", seq__gt=seen).select_related("author").last()
    if other is not None:
        who = other.author.name if other.author else "Somebody"
        raise Stale(f"{who} reviewed this while you had it open. Nothing was changed; take the next.")


def _write(
    work: Work,
    answer: str,
    seen: int,
    found: int,
    began_at: datetime | None,
    words: str = "",
    *,
    until: datetime | None = None,
    decision: ReviewDecision | None = None,
) -> Review:
    user = work.user
    assert user is not None
    thrive = newest_thrive(work.incident)
    if decision is None:  # who decided a request was a second person to it: that was asked there
        rules.may_review(user.seat.code, user.pk, hands_in(work.incident))
    review = Review(
        incident=work.incident,
        answer=answer,
        words=Payload.objects.keep(words) if words else None,
        seen=rules.seen(seen, work.incident.last_seq),
        child=work.incident.child,
        thrive=thrive,
        period=shared.current_period(work.incident),
        decision=decision,
        until=until,
        by=user,
        began_at=rules.began(began_at, work.now),
        at=work.now,
    )
    review.save()
    kinds = set_on(force_day(work.now)).kinds
    # What one's own decision found as it closed the incident is answered by it.
    own = tuple(AT_CLOSING) if decision is not None and not work.incident.is_open else ()
    answered = list(open_sweeps(work.incident).filter(Q(pk__lte=found) | Q(kind__in=own)))
    for one in answered:
        rest = kinds[one.kind].again if one.kind in kinds else rules.LONGEST_DELAY
        one.ended_at, one.ended_by, one.review = work.now, "reviewed", review
        one.again_at = until if one.kind == "overdue" and until is not None else work.now + rest
        one.save(update_fields=["ended_at", "ended_by", "review", "again_at"])
    told = [one.kind for one in answered]
    work.event("review.made", answer=answer, kinds=told)
    work.involve("author")
    work.act.record(
        "alteration", "review.make", [*shared.subject(work), ("review", str(review.pk))], answer=answer, kinds=told
    )
    work.finish(review.pk)
    return review


def _after(
    user: Staff,
    incident_id: uuid.UUID,
    key: uuid.UUID,
    answer: str,
    seen: int,
    found: int,
    began_at: datetime | None,
    decision: ReviewDecision | None = None,
) -> Review | None:
    """The review that goes with a decision just made."""
    with on_incident(user, incident_id, "supervision.review", key, "after", answer) as work:
        if work.done is not None:
            return _made(work)
        if decision is None and rules.not_yours(user.pk, hands_in(work.incident)):
            return None
        return _write(work, answer, seen, found, began_at, decision=decision)


def _made(work: Work) -> Review:
    if not work.done:
        raise Invalid({"key": "This was sent before, and nothing was to be reviewed."})
    return Review.objects.get(pk=int(work.done))
