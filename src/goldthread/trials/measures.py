"""Measures of the reader's advice: did people change towards it, what was missed and rescued, what was shown and heeded, what came late.

How the reader stood to somebody is on each reading, as it stood when the words came. What each of these is by mode, age, channel, language and
area stands in ``groups``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When

from goldthread.assessment.mode_rules import NOT_READ
from goldthread.assessment.models import MarkAnswer, Reading, ThriveVersion
from goldthread.contact.models import Entry, Incident
from goldthread.measures.registry import Measure, Timed, register
from goldthread.response import unseen_rules
from goldthread.response.grades import severity_of
from goldthread.response.models import GradePeriod
from goldthread.trials.late import late_after
from goldthread.trials.models import Miss

Pair = tuple[QuerySet[Any], QuerySet[Any]]
Cases = Callable[[datetime, datetime], Pair]
MONTH = timedelta(days=28)
LEVELS = ("low", "medium", "high", "immediate")
OPEN = ("", "open")
"""Modes in which a reading is shown as it is made; empty where it was made before there were modes."""


def _opened(since: datetime, until: datetime) -> QuerySet[Any]:
    return Incident.objects.filter(opened_at__gte=since, opened_at__lt=until)


def _grades() -> QuerySet[Any]:
    """The grades that people chose here, of the incident at hand."""
    return GradePeriod.objects.filter(incident=OuterRef("pk"), origin="here", by__isnull=False)


def _shown() -> QuerySet[Any]:
    """Readings of the incident at hand that were shown to whoever took the words: as they came, or once there was a first assessment."""
    thrive = ThriveVersion.objects.filter(incident=OuterRef("incident"), author__isnull=False)
    grade = GradePeriod.objects.filter(incident=OuterRef("incident"), origin="here", by__isnull=False)
    found = Reading.objects.filter(incident=OuterRef("pk"), state="read")
    return found.filter(Q(mode__in=OPEN) | (Q(mode="blind_first") & (Exists(thrive) | Exists(grade))))


def switched(since: datetime, until: datetime) -> Pair:
    """Incidents whose first grade stood below a risk to a child that the reader showed; of them those that the same person then raised."""
    first = _grades().order_by("seq")
    severity = Case(*(When(level=one, then=severity_of(one)) for one in LEVELS), default=0, output_field=IntegerField())
    above = (
        _shown().filter(at_risk=True).annotate(severity=severity).filter(severity__gt=OuterRef("first")).order_by("pk")
    )
    found = (
        _opened(since, until)
        .annotate(
            first=Subquery(first.values("severity")[:1]),
            first_by=Subquery(first.values("by")[:1]),
            first_seq=Subquery(first.values("seq")[:1]),
        )
        .filter(first__isnull=False)
        .annotate(told_at=Subquery(above.values("at")[:1]))
        .filter(told_at__isnull=False)
    )
    raised = _grades().filter(
        by=OuterRef("first_by"),
        seq__gt=OuterRef("first_seq"),
        severity__gt=OuterRef("first"),
        at__gte=OuterRef("told_at"),
    )
    return found, found.filter(Exists(raised))


def missed(since: datetime, until: datetime) -> Pair:
    """Incidents in which a reading that the rescue rule watches had its time; of them those with a miss."""
    rule = unseen_rules.on(until.date())
    watched = Reading.objects.filter(
        incident=OuterRef("pk"), state="read", at_risk=True, mode__in=rule.modes, level__in=rule.levels,
        child__in=rule.children, entry__recorded_at__lte=until - rule.after,
    )  # fmt: skip
    misses = Miss.objects.filter(incident=OuterRef("pk"))
    found = _opened(since, until).filter(Exists(watched) | Exists(misses))
    return found, found.filter(Exists(misses))


def rescued(since: datetime, until: datetime) -> Pair:
    """Incidents with a miss; of them those in which a senior person acted after each."""
    misses = Miss.objects.filter(incident=OuterRef("pk"))
    found = _opened(since, until).filter(Exists(misses))
    return found, found.filter(~Exists(misses.filter(rescue__isnull=True)))


def _rescue_took(cases: QuerySet[Any], until: datetime) -> Any:
    """From the first miss to what a senior person did of it; where nobody has, up to now."""
    first = Miss.objects.filter(incident=OuterRef("pk")).order_by("pk")
    until_then = Case(When(rescue__isnull=False, then=F("rescue__at")), default=until)
    return cases.annotate(took=Subquery(first.annotate(took=until_then - F("at")).values("took")[:1]))


def prompted(since: datetime, until: datetime) -> Pair:
    """Incidents that were read; of them those in which a person was shown a question worth asking."""
    read = Reading.objects.filter(incident=OuterRef("pk"), state="read")
    found = _opened(since, until).filter(Exists(read))
    return found, found.filter(Exists(_shown().exclude(questions=[])))


def heeded(since: datetime, until: datetime) -> Pair:
    """Incidents in which a person was shown a question; of them those in which somebody noted a mark or put it aside to be asked."""
    _, found = prompted(since, until)
    answers = MarkAnswer.objects.filter(incident=OuterRef("pk"), answer__in=["noted", "ask"], by__isnull=False)
    return found, found.filter(Exists(answers))


def _words() -> QuerySet[Any]:
    """Entries of words of the incident at hand."""
    return Entry.objects.filter(incident=OuterRef("pk"), kind="words").exclude(source="system")


def _taking_in(**where: Any) -> QuerySet[Any]:
    """Readings that take in the entry at hand."""
    return Reading.objects.filter(incident=OuterRef("incident"), entry__seq__gte=OuterRef("seq"), **where)


def late(since: datetime, until: datetime) -> Pair:
    """Incidents with words that were read in full; of them those in which the full reading of some came late."""
    after = late_after(until.date())
    full = _taking_in(state="read", path="full")
    words = _words().filter(Exists(full))
    found = _opened(since, until).filter(Exists(words))
    in_time = full.filter(at__lte=OuterRef("recorded_at") + after)
    return found, found.filter(Exists(words.filter(~Exists(in_time))))


def absent(since: datetime, until: datetime) -> Pair:
    """Incidents with words; of them those with some of which no reading stood in time: it was off, down or abstained.

    Words whose time goes on are not among them yet.
    """
    after = late_after(until.date())
    found = _opened(since, until).filter(Exists(_words()))
    stood = _taking_in(abstain=False, at__lte=OuterRef("recorded_at") + after).exclude(state__in=NOT_READ)
    over = _words().filter(recorded_at__lte=until - after)
    return found, found.filter(Exists(over.filter(~Exists(stood))))


MEASURES: tuple[tuple[str, str, str, str, Cases], ...] = (
    (
        "reader-switched",
        "Changed towards the reader's advice",
        "Of incidents whose first grade, as a person chose it, stood below a risk to a child that the reader then showed, the share that "
        "the same person raised after it was shown. Neither high nor low is good by itself: it tells how far advice moves people.",
        "",
        switched,
    ),
    (
        "reader-missed",
        "Missed while the reader showed nothing",
        "Of incidents in which the reader, silent, blind first or reading afterwards, found an immediate or high risk to a child, the "
        "share in which nobody had recognised it within five minutes of the words, so that a supervisor was told. Lower is better.",
        "down",
        missed,
    ),
    (
        "reader-rescued",
        "Missed, then rescued",
        "Of incidents in which a risk was missed, the share in which a senior person acted on each miss that they were told of.",
        "up",
        rescued,
    ),
    (
        "reader-prompted",
        "Shown a question to ask",
        "Of incidents that were read, the share in which whoever took the words was shown at least one question worth asking.",
        "",
        prompted,
    ),
    (
        "reader-heeded",
        "Questions shown and heeded",
        "Of incidents in which a question was shown, the share in which somebody noted a mark or put it aside to be asked.",
        "up",
        heeded,
    ),
    (
        "reader-late",
        "Advice late",
        "Of incidents with words that were read in full, the share in which the full reading of some words came later than "
        f"{late_after(date.max).total_seconds():.0f} seconds after them. Lower is better.",
        "down",
        late,
    ),
    (
        "reader-absent",
        "Advice absent",
        "Of incidents with words, the share in which some had no reading within "
        f"{late_after(date.max).total_seconds():.0f} seconds: the reader was off, had failed, or abstained. Lower is better.",
        "down",
        absent,
    ),
)


def register_all() -> None:
    """Register the reader's measures; called once at start."""
    took = Timed("from the miss, as a supervisor was told, to what a senior person did first", _rescue_took)
    for code, name, definition, good, cases in MEASURES:
        timed = took if code == "reader-rescued" else None
        register(Measure(code, name, definition, MONTH, good, cases, timed=timed))
