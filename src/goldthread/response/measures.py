"""Measures of response: in time by grade, assessed again, lowered by the rule, owned, handed over, explained."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from goldthread.assessment.models import ThriveVersion
from goldthread.contact.caller_models import CallBack
from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, Timed, register
from goldthread.response import measure_times as times
from goldthread.response.grades import grades_on
from goldthread.response.models import (
    Alarm,
    Clock,
    DelayExplanation,
    GradePeriod,
    HandOff,
    ReviewRequest,
)

Pair = tuple[QuerySet[Any], QuerySet[Any]]
Cases = Callable[[datetime, datetime], Pair]
MONTH = timedelta(days=28)
FIRST_THRIVE = timedelta(minutes=15)
"""How soon the first THRIVE is wanted *(ours)*."""
TAKEN = timedelta(minutes=5)
"""How long after its alarm an orphan may stand *(ours)*."""


CHILD_OR_NOT = (
    ("", "", Q()),
    ("-child", ", a child there or maybe", ~Q(child="none")),
    ("-no-child", ", no child", Q(child="none")),
)
"""How measures by grade are cut again, with the ending of their codes."""


def _opened(since: datetime, until: datetime) -> QuerySet[Any]:
    return Incident.objects.filter(opened_at__gte=since, opened_at__lt=until)


def attended_as_graded(grade: str, child: Q, since: datetime, until: datetime) -> Pair:
    """Incidents whose attendance clock under this grade ended by an arrival or ran out; of them those with none missed."""
    clocks = Clock.objects.filter(incident=OuterRef("pk"), kind="attendance", period__grade=grade)
    found = _opened(since, until).filter(child).filter(Exists(clocks.judged(until)))
    return found, found.filter(~Exists(clocks.missed(until)))


def first_thrive_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents opened and due their first THRIVE, or assessed; of them those assessed in time."""
    first = ThriveVersion.objects.filter(incident=OuterRef("pk"), version=1)
    found = _opened(since, until).filter(Q(opened_at__lt=until - FIRST_THRIVE) | Exists(first))
    return found, found.filter(Exists(first.filter(at__lte=OuterRef("opened_at") + FIRST_THRIVE)))


def assessed_again(kind: str, since: datetime, until: datetime) -> Pair:
    """Incidents to be assessed again, because something asked for it or by the timer, and answered or past it; of them those never late."""
    asked = Alarm.objects.filter(incident=OuterRef("pk"), kind=kind).exclude(source__startswith="first:")
    late = asked.filter(Q(raised_at__isnull=False) | Q(ended_at__isnull=True, due_at__lt=until))
    found = _opened(since, until).filter(Exists(asked.filter(Q(ended_at__isnull=False) | Q(due_at__lt=until))))
    return found, found.filter(~Exists(late))


def lowered_against_the_rule(since: datetime, until: datetime) -> Pair:
    """Incidents whose grade was lowered here while a child was, or might be, involved; of them those lowered without both conditions."""
    before = GradePeriod.objects.filter(incident=OuterRef("incident"), seq=OuterRef("seq") - 1)
    lowered = (
        GradePeriod.objects.filter(incident=OuterRef("pk"), origin="here")
        .annotate(was=Subquery(before.values("severity")[:1]))
        .filter(severity__lt=F("was"))
    )
    both = Q(decision__answer="approved", decision__thrive__at__gt=F("decision__request__at")) & ~Q(
        decision__by=F("decision__request__by")
    )
    # What counts is what was known of a child then: a child named later makes no earlier grade wrong, and one denied later none right.
    # A grade of before that was kept is judged by what is known now: rows that are only added to are never filled in afterwards.
    with_child = lowered.filter(Q(child__in=("yes", "possible")) | (Q(child="") & ~Q(incident__child="none")))
    found = _opened(since, until).filter(Exists(with_child))
    return found, found.filter(Exists(with_child.exclude(both)))


def orphaned(since: datetime, until: datetime) -> Pair:
    """Incidents opened; of them those that at some time nobody on duty owned."""
    found = _opened(since, until)
    return found, found.filter(Exists(times.orphans()))


def orphans_taken(since: datetime, until: datetime) -> Pair:
    """Incidents that nobody on duty owned; of them those taken within five minutes of each alarm."""
    found = _opened(since, until).filter(Exists(times.orphans()))
    late = times.orphans().filter(
        Q(ended_at__gt=F("raised_at") + TAKEN) | Q(ended_at__isnull=True, raised_at__lt=until - TAKEN)
    )
    return found, found.filter(~Exists(late))


def acknowledged_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents handed over and answered, or past the time to answer; of them those in which each was answered in time."""
    handed = HandOff.objects.filter(incident=OuterRef("pk"))
    late = handed.filter(Q(answer__at__gt=F("answer_by")) | Q(answer__isnull=True, answer_by__lt=until))
    found = _opened(since, until).filter(Exists(handed.filter(Q(answer__isnull=False) | Q(answer_by__lt=until))))
    return found, found.filter(~Exists(late))


def decided_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents with a request decided or past its time; of them those in which a person decided each in time."""
    asked = ReviewRequest.objects.filter(incident=OuterRef("pk")).exclude(
        decision__answer__in=("withdrawn", "overtaken")
    )
    late = asked.filter(Q(decision__at__gt=F("answer_by")) | Q(decision__isnull=True, answer_by__lt=until))
    found = _opened(since, until).filter(Exists(asked.filter(Q(decision__isnull=False) | Q(answer_by__lt=until))))
    return found, found.filter(~Exists(late))


def delay_explained(since: datetime, until: datetime) -> Pair:
    """Incidents with a missed target; of them those in which somebody has said why for each."""
    missed = Clock.objects.filter(incident=OuterRef("pk")).missed(until)
    found = _opened(since, until).filter(Exists(missed))
    return found, found.filter(~Exists(missed.filter(~Exists(DelayExplanation.objects.filter(clock=OuterRef("pk"))))))


def caller_told(since: datetime, until: datetime) -> Pair:
    """Incidents not attended in time where it was safe to ring; of them those whose caller was told, and asked what is new."""
    missed = Clock.objects.filter(incident=OuterRef("pk"), kind="attendance").missed(until)
    told = CallBack.objects.filter(incident=OuterRef("pk")).exclude(new_risk="")
    found = _opened(since, until).exclude(safe_contact="not_safe").filter(Exists(missed))
    return found, found.filter(Exists(told))


def register_all() -> None:
    """Register them; called once at start. Each grade with a target of attendance has one of its own."""
    for one in sorted(grades_on(date.max).values(), key=lambda one: -one.severity):
        for code, words, which in CHILD_OR_NOT if one.attend is not None else ():
            register(
                Measure(
                    f"attended-{one.code}{code}", f"Attended in time, {one.name}{words}",
                    f"Of incidents with an attendance target under the grade {one.name}{words}, the share in which that target was met.",
                    MONTH, "up", partial(attended_as_graded, one.code, which), parts_of=f"attended-{one.code}",
                    timed=Timed("from the first unit sent under this grade to the first arrival", partial(times.to_arrival, one.code)),
                )
            )  # fmt: skip
    others: list[tuple[str, str, str, str, Cases, Timed | None]] = [
        (
            "first-thrive-in-time", "First THRIVE in time",
            "Of incidents opened, the share whose first THRIVE was written within 15 minutes.", "up", first_thrive_in_time,
            Timed("from opening to the first THRIVE, or to closing where none was written", times.to_first_thrive),
        ),
        (
            "thrive-again-in-time", "THRIVE renewed in time",
            "Of incidents with a time set for the next THRIVE, by grade and child, the share in which none ran out while nobody was there.",
            "up", partial(assessed_again, "timer"),
            Timed("the longest time from a THRIVE to the next, to a unit's arrival or to closing", times.between_thrives),
        ),
        (
            "reassessed-in-time", "Assessed again in time",
            "Of incidents whose owner was asked to assess again, the share in which each was answered before others were told.",
            "up", partial(assessed_again, "reassess"),
            Timed("the longest time from what asked for the next THRIVE to the answer", times.to_reassessment),
        ),
        (
            "lowered-against-the-rule", "Lowered without both conditions",
            "Of incidents whose grade was lowered while a child was, or might be, involved, the share without a THRIVE made after the request "
            "or without a second person. It must be none.", "down", lowered_against_the_rule, None,
        ),
        (
            "orphaned", "Without an owner on duty",
            "Of incidents opened, the share that at some time nobody on duty owned. Lower is better.", "down", orphaned, None,
        ),
        (
            "orphans-taken", "Orphans taken in time",
            "Of incidents that nobody on duty owned, the share taken within five minutes of the alarm.", "up", orphans_taken,
            Timed("how long nobody on duty owned it, all times together", times.unowned),
        ),
        (
            "acknowledged-in-time", "Hand-offs acknowledged in time",
            "Of incidents handed over, the share in which each hand-off was answered before it alarmed.", "up",
            acknowledged_in_time, None,
        ),
        (
            "requests-in-time", "Requests decided in time",
            "Of incidents in which a lower grade, a later time or closing was asked for, the share decided within 15 minutes.",
            "up", decided_in_time, None,
        ),
        (
            "delay-explained", "Delay explained",
            "Of incidents with a missed target, the share in which somebody has said why for each.", "up", delay_explained, None,
        ),
        (
            "caller-told", "Caller told of the delay",
            "Of incidents not attended in time whose caller may safely be rung, the share in which they were told and asked what is new.",
            "up", caller_told, None,
        ),
    ]  # fmt: skip
    for code, name, definition, good, cases, timed in others:
        register(Measure(code, name, definition, MONTH, good, cases, timed=timed))
