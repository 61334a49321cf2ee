"""The verbs of requests: to ask for a lower grade, a later time or closing, to decide, to withdraw."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.assessment.queries import newest_thrive
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, NotThere, Refused, Stale
from goldthread.config.upward import ask
from goldthread.contact.rules import tidy
from goldthread.contact.work import NOT_THERE, Work, on_incident
from goldthread.response import request_rules, rules
from goldthread.response import shared_actions as shared
from goldthread.response.events import MayClose
from goldthread.response.grades import closing_reasons, grade, grades_on, severity_of
from goldthread.response.models import Clock
from goldthread.response.request_models import ReviewDecision, ReviewRequest
from goldthread.response.senior_actions import settle
from goldthread.response.senior_queries import deciders

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.response.models import GradePeriod


def ask_lower(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, code: str, reasons: Sequence[str], why: str
) -> ReviewRequest | None:
    """Ask for a lower grade; the grade stays until a second, senior person approves on a THRIVE made after this.

    Where no child is or may be involved the grade falls at once, on a THRIVE that knows everything said; then None is
    returned. Raises ``Invalid`` and ``Refused``.
    """
    kept = shared.reason(why, "why")
    with on_incident(user, incident_id, "request.make", key, "lower", code, sorted(reasons), kept) as work:
        if work.done is not None:
            return _made(work)
        shared.must_be_open(work)
        period = shared.current_period(work.incident)
        new = request_rules.lower(grades_on(work.now.date()).get(code), grade(period.grade) if period else None)
        words = request_rules.reasoned(reasons, kept)
        assert period is not None
        if work.incident.child == "none":
            request_rules.must_know_all(
                shared.knows_all(work.incident, newest_thrive(work.incident)), what="A lower grade"
            )
            shared.start_period(work, new, {"why": words.why}, work.now)
            work.event("grade.lowered", grade=new.code, reasons=list(words.reasons))
            work.act.record("alteration", "grade.lower", shared.subject(work), grade=new.code)
            shared.owe_next(work)
            work.involve("author")
            work.finish()
            return None
        return _ask(work, period, "downgrade", words, grade=new.code, severity=new.severity)


def ask_later(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, due_at: datetime | None, reasons: Sequence[str], why: str
) -> ReviewRequest | None:
    """Ask for a later time of attendance; decided as a lower grade is. Raises ``Invalid`` and ``Refused``."""
    kept = shared.reason(why, "why")
    with on_incident(user, incident_id, "request.make", key, "later", due_at, sorted(reasons), kept) as work:
        if work.done is not None:
            return _made(work)
        shared.must_be_open(work)
        period = shared.current_period(work.incident)
        running = Clock.objects.filter(incident=work.incident, kind="attendance").running().first()
        due = request_rules.later(due_at, running.due_at if running else None, work.now)
        words = request_rules.reasoned(reasons, kept)
        assert period is not None
        if work.incident.child == "none":
            request_rules.must_know_all(
                shared.knows_all(work.incident, newest_thrive(work.incident)), what="A later time"
            )
            _put_off(work, due, None)
            work.event("time.put_off", reasons=list(words.reasons))
            work.act.record("alteration", "time.put_off", shared.subject(work))
            shared.owe_next(work)
            work.involve("author")
            work.finish()
            return None
        return _ask(work, period, "reschedule", words, due_at=due)


def ask_close(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, reason: str, result: str) -> ReviewRequest:
    """Ask a second, senior person to close the incident with this reason and result; it stays open until then.

    Refused at once where it could not close even so: a threat to life unanswered, something unread, no grade.
    """
    with on_incident(user, incident_id, "request.make", key, "close", reason, result) as work:
        if work.done is not None:
            made = _made(work)
            assert made is not None
            return made
        shared.must_be_open(work)
        _may_end(work, user, reason, result)
        period = shared.current_period(work.incident)
        assert period is not None
        return _ask(
            work,
            period,
            "close",
            None,
            closing_reason=reason,
            result=Payload.objects.keep(tidy(result)),
        )


def decide(
    user: Staff,
    request_id: int,
    *,
    key: uuid.UUID,
    answer: str,
    words: str = "",
    seen: int | None = None,
    incident_id: uuid.UUID | None = None,
) -> ReviewDecision:
    """Approve or refuse a request, as a second person who is senior.

    ``seen`` is the number of the last line on the incident's timeline that the decider had before them: where more has
    been said since, approving raises ``Stale``. A refusal says why. Raises ``Invalid``, ``Refused`` and ``NotThere``.
    """
    request = _request(request_id, incident_id)
    kept = shared.reason(words, "words")
    with on_incident(user, request.incident_id, "request.decide", key, request_id, answer, kept) as work:
        if work.done is not None:
            return ReviewDecision.objects.get(pk=int(work.done))
        _undecided(request)
        if answer not in {"approved", "refused"}:
            raise Invalid({"answer": "Choose: approve or refuse."})
        thrive = newest_thrive(work.incident)
        period = shared.current_period(work.incident)
        about = request_rules.Deciding(
            senior=user.seat.code in request_rules.SENIOR,
            decider=user.pk,
            requester=request.by_id,
            owner=work.incident.owner_id,
            author=thrive.author_id if thrive else None,
            fresh=thrive is not None and thrive.at > request.at,
            knows_all=shared.knows_all(work.incident, thrive),
            same_grade=period is not None and period.pk == request.period_id,
            inspector=request.kind == "downgrade"
            and (request.severity or 0) < severity_of("medium")
            and shared.missing_child(work.incident),
            is_inspector=user.seat.code == "fim",
        )
        if answer == "refused":
            request_rules.may_decide(about)
            if not kept:
                raise Invalid({"words": "Write why not, for whoever asked. Nothing was changed."})
        else:
            shared.must_be_open(work)
            request_rules.may_approve(about)
            if seen is not None and work.incident.entries.filter(kind="words", seq__gt=seen).exists():
                raise Stale("Something was said since this page was loaded. Nothing was changed; read it, then decide.")
        decision = ReviewDecision(
            request=request,
            answer=answer,
            words=Payload.objects.keep(kept) if kept else None,
            thrive=thrive if answer == "approved" else None,
            owner_id=work.incident.owner_id,
            by=user,
            at=work.now,
        )
        decision.save()
        work.event(f"request.{answer}", kind=request.kind)
        work.involve("author")
        work.act.record(
            "alteration", "request.decide", [*shared.subject(work), ("request", str(request.pk))],
            answer=answer, kind=request.kind,
        )  # fmt: skip
        if answer == "approved":
            _carry_out(work, request, decision)
        work.finish(decision.pk)
    return decision


def withdraw(user: Staff, request_id: int, *, key: uuid.UUID, incident_id: uuid.UUID | None = None) -> None:
    """Take one's own request back. Raises ``Refused`` where another made it or it is answered."""
    request = _request(request_id, incident_id)
    with on_incident(user, request.incident_id, "request.make", key, "withdraw", request_id) as work:
        if work.done is not None:
            return
        _undecided(request)
        if request.by_id != user.pk:
            raise Refused("Somebody else asked for this, so it is not yours to take back. Nothing was changed.")
        ReviewDecision(request=request, answer="withdrawn", by=user, at=work.now).save()
        work.event("request.withdrawn", kind=request.kind)
        work.act.record("alteration", "request.withdraw", [*shared.subject(work), ("request", str(request.pk))])
        work.finish()


def _ask(
    work: Work, period: GradePeriod, kind: str, words: request_rules.Words | None, **what: object
) -> ReviewRequest:
    if shared.open_requests(work.incident).filter(kind=kind).exists():
        raise Refused(
            "This is asked for already and not answered yet. Withdraw that request first, or wait; nothing was changed."
        )
    request = ReviewRequest(
        incident=work.incident,
        kind=kind,
        period=period,
        reasons=list(words.reasons) if words else [],
        why=Payload.objects.keep(words.why) if words else None,
        by=work.user,
        at=work.now,
        answer_by=work.now + request_rules.answer_within(),
        **what,
    )
    request.save()
    settle({request: deciders([request])[request.pk]}, work.now)  # it does not wait at an empty desk
    work.event("request.made", kind=kind)
    work.involve("author")
    work.act.record("alteration", "request.make", [*shared.subject(work), ("request", str(request.pk))], kind=kind)
    work.finish(request.pk)
    return request


def _carry_out(work: Work, request: ReviewRequest, decision: ReviewDecision) -> None:
    """Do what was approved. The database checks the decision once more."""
    if request.kind == "downgrade":
        why = request.why.text if request.why is not None else ""
        shared.start_period(work, grade(request.grade), {"why": why}, work.now, decision)
        work.event("grade.lowered", grade=request.grade, reasons=list(request.reasons))
        work.act.record("alteration", "grade.lower", shared.subject(work), grade=request.grade)
        shared.overtake(work, "reschedule", "close")
        shared.owe_next(work)
    elif request.kind == "reschedule":
        assert request.due_at is not None
        _put_off(work, request.due_at, decision)
        work.event("time.put_off", reasons=list(request.reasons))
        work.act.record("alteration", "time.put_off", shared.subject(work))
        shared.owe_next(work)
    else:
        assert request.result is not None
        assert work.user is not None
        result = request.result.text
        _may_end(work, work.user, request.closing_reason, result)
        shared.overtake(work, "downgrade", "reschedule")
        shared.end(work, request.closing_reason, result, decision)


def _put_off(work: Work, due: datetime, decision: ReviewDecision | None) -> None:
    running = Clock.objects.filter(incident=work.incident, kind="attendance").running().first()
    if running is None:
        raise Stale("No attendance is awaited any more, so there is no time to put off. Nothing was changed.")
    running.stopped_at, running.stopped_by = work.now, "put_off"
    running.save(update_fields=["stopped_at", "stopped_by"])
    Clock.objects.create(
        incident=work.incident,
        period_id=running.period_id,
        kind="attendance",
        started_at=running.started_at,
        due_at=due,
        decision=decision,
    )


def _may_end(work: Work, user: Staff, reason: str, result: str) -> None:
    """Raise what closing raises, but for the second person: whoever asks need not be it."""
    about = shared.closable(work, user)
    rules.may_close(closing_reasons().get(reason), result, rules.with_second(about))
    if blockers := ask(MayClose(work.incident)):
        raise Refused(" ".join(blocker.why for blocker in blockers))


def _request(request_id: int, incident_id: uuid.UUID | None) -> ReviewRequest:
    """The request, which the address that was used must belong to."""
    found = ReviewRequest.objects.select_related("period").filter(pk=request_id)
    request: ReviewRequest | None = (found if incident_id is None else found.filter(incident=incident_id)).first()
    if request is None:
        raise NotThere(NOT_THERE)
    return request


def _undecided(request: ReviewRequest) -> None:
    answered = ReviewDecision.objects.filter(request=request).select_related("by").first()
    if answered is not None:
        who = answered.by.name if answered.by else "a change of the incident"
        raise Stale(
            f"This was answered already, by {who}: {answered.get_answer_display().lower()}. Nothing was changed."
        )


def _made(work: Work) -> ReviewRequest | None:
    return ReviewRequest.objects.get(pk=int(work.done)) if work.done else None
