"""From what was done about an incident to what the API answers: grades, targets, units, requests, and who was asked to act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from goldthread.accounts.roles import named
from goldthread.desk import presenters
from goldthread.desk.asked import waits_for
from goldthread.desk.record import Record
from goldthread.integration.api import answers_response as answers
from goldthread.response.models import ARRIVAL_SOURCES, Allocation, Clock, DelayExplanation, Transfer
from goldthread.response.querysets import ENDED_OTHERWISE
from goldthread.response.request_models import ReviewRequest
from goldthread.response.transfer_actions import told


def held(record: Record) -> answers.GradeHeld | None:
    """The grade held now; None before the first."""
    return next((answers.GradeHeld(**one) for one in _grades(record)), None)


def grades(record: Record, now: datetime) -> list[answers.GradePeriod]:
    """Every grade it held with its targets, newest first."""
    return [
        answers.GradePeriod(**one, clocks=[_clock(clock, now) for clock in record.clocks_of(period)])
        for one, period in zip(_grades(record), record.periods, strict=True)
    ]


def _grades(record: Record) -> Iterator[dict[str, Any]]:
    """As the page shows them: a reason that was written after the grade stands with it."""
    for period, shown in zip(record.periods, presenters.grade_history(record), strict=True):
        same = {name: shown[name] for name in ("name", "at", "by")}
        owed = {name: shown[name] or None for name in ("why", "why_not_above")}
        yield {"grade": period.grade, **same, **owed}


def _clock(clock: Clock, now: datetime) -> answers.GradeClock:
    ended = clock.stopped_by if clock.stopped_by in ENDED_OTHERWISE else "met"
    met = clock.stopped_at is not None and ended == "met"
    arrived = met and clock.kind == "attendance" and clock.stopped_by in dict(ARRIVAL_SOURCES)
    return answers.GradeClock(
        kind=clock.kind,
        started_at=clock.started_at,
        due_at=clock.due_at,
        state=ended if clock.stopped_at is not None else "running",
        met_at=clock.stopped_at if met else None,
        arrival_source=clock.stopped_by if arrived else None,
        stopped_at=clock.stopped_at,
        missed=clock.due_at <= now if clock.stopped_at is None else clock.stopped_at > clock.due_at,
    )


def offered(record: Record) -> answers.Offered | None:
    """What was handed over and nobody has acknowledged."""
    found = record.offered
    if found is None:
        return None
    receiver = found.to or found.to_team
    return answers.Offered(
        to=receiver.name if receiver else "", by=found.by.name, at=found.at,
        note=found.note.shown() if found.note else "", answer_by=found.answer_by,
    )  # fmt: skip


def transfer(one: Transfer) -> answers.TransferShown:
    """Another force or agency that was asked to act."""
    answer = getattr(one, "answer", None)
    return answers.TransferShown(
        id=one.pk, **told(one), threshold=one.threshold, by=one.by.name, at=one.at, answer_by=one.answer_by,
        answer=answer.answer if answer else None, words=answer.words.shown() if answer and answer.words else "",
        answered_at=answer.at if answer else None,
    )  # fmt: skip


def missed(clock: Clock, said: DelayExplanation | None) -> answers.Missed:
    """A target that was missed, with what was said of it last."""
    return answers.Missed(
        kind=clock.kind,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        reasons=list(said.reasons) if said else [],
        why=said.why.shown() if said else "",
        by=said.by.name if said else None,
        at=said.at if said else None,
    )


def reassess(record: Record) -> answers.AskedAgain | None:
    """What asks for the next THRIVE."""
    asked = record.reassessment if record.reasons else None
    if asked is None:
        return None
    return answers.AskedAgain(
        since=asked.since, reasons=[one["code"] for one in asked.reasons], answer_by=asked.answer_by
    )


def request(one: ReviewRequest, record: Record) -> answers.RequestShown:
    """What was asked of a second person, and what stands against it."""
    decision = getattr(one, "decision", None)
    said = one.why or one.result
    return answers.RequestShown(
        id=one.pk,
        kind=one.kind,
        grade=one.grade or None,
        due_at=one.due_at,
        closing_reason=one.closing_reason or None,
        reasons=list(one.reasons),
        why=said.shown() if said else "",
        by=one.by.name,
        at=one.at,
        answer_by=one.answer_by,
        waits_for="" if decision else waits_for(one, record),
        answer=decision.answer if decision else None,
        answered_by=named(decision.by.name, getattr(one, "decider_acted_as", "")) if decision and decision.by else None,
        answered_at=decision.at if decision else None,
        words=decision.words.shown() if decision and decision.words else "",
    )


def allocated(one: Allocation) -> answers.Allocated:
    """A unit sent."""
    return answers.Allocated(
        id=one.pk,
        unit=one.unit.call_sign,
        sent_at=one.at,
        arrived_at=one.arrived_at,
        arrival_source=one.arrival_source or None,
        left_at=one.left_at,
    )
