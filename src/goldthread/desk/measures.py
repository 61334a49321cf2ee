"""The first measures: what the promises and the first clocks come to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.assessment.models import Reading, ThriveVersion
from goldthread.contact.models import Entry, Incident
from goldthread.measures.registry import Measure, register
from goldthread.response.models import Clock

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)


def _opened(since: datetime, until: datetime) -> QuerySet[Any]:
    return Incident.objects.filter(opened_at__gte=since, opened_at__lt=until)


def read_in_full(since: datetime, until: datetime) -> Pair:
    """Incidents in which words were said; of them those whose every entry of words has a reading that did not fail."""
    words = Entry.objects.filter(incident=OuterRef("pk"), kind="words").exclude(source="system")
    unread = words.filter(~Exists(Reading.objects.filter(entry=OuterRef("pk"), state="read", abstain=False)))
    said = _opened(since, until).filter(Exists(words))
    return said, said.filter(~Exists(unread))


def children_asked(since: datetime, until: datetime) -> Pair:
    """Incidents opened; of them those in which the children question has an answer."""
    opened = _opened(since, until)
    return opened, opened.exclude(children_answer="not_asked")


def owned_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents open now; of them those whose next action is not overdue by its owner."""
    found = _opened(since, until).open()  # type: ignore[attr-defined]
    return found, found.filter(next_action_at__gte=until)


def attended_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents whose attendance clock of any grade ran out or was stopped; of them those without a breached one."""
    clocks = Clock.objects.filter(incident=OuterRef("pk"), kind="attendance")
    over = clocks.filter(
        Q(stopped_at__isnull=True, due_at__lt=until) | Q(stopped_at__isnull=False) & ~Q(stopped_by="regraded")
    )
    late = clocks.filter(Q(stopped_at__gt=F("due_at")) | Q(stopped_at__isnull=True, due_at__lt=until))
    found = _opened(since, until).filter(Exists(over))
    return found, found.filter(~Exists(late))


def child_attended_in_time(since: datetime, until: datetime) -> Pair:
    """The same where a child is involved."""
    every, met = attended_in_time(since, until)
    return every.filter(child="yes"), met.filter(child="yes")


def assessed(since: datetime, until: datetime) -> Pair:
    """Incidents opened; of them those with a THRIVE."""
    opened = _opened(since, until)
    return opened, opened.filter(Exists(ThriveVersion.objects.filter(incident=OuterRef("pk"))))


def register_all() -> None:
    """Register the desk's measures; called once at start."""
    for code, name, definition, cases in [
        (
            "read-in-full",
            "Everything said was read",
            "Of incidents in which anybody said anything, the share in which the reader read every entry and neither failed nor abstained.",
            read_in_full,
        ),
        (
            "children-asked",
            "Children asked about",
            "Of incidents opened, the share in which the children question was answered: children recorded, asked: none, or asked: not known.",
            children_asked,
        ),
        (
            "owned-in-time",
            "Owned and in time",
            "Of incidents open now, the share whose next action is not overdue. Every open incident has one owner by rule of the database.",
            owned_in_time,
        ),
        (
            "attended-in-time",
            "Attended in time",
            "Of incidents with an attendance target, the share attended within it. Each grade's target counts; a breach of an earlier grade stays a breach.",
            attended_in_time,
        ),
        (
            "child-attended-in-time",
            "Attended in time, child involved",
            "Of incidents that involve a child and have an attendance target, the share attended within it. Each grade's target counts.",
            child_attended_in_time,
        ),
        ("assessed", "THRIVE written", "Of incidents opened, the share with at least one THRIVE.", assessed),
    ]:
        register(Measure(code, name, definition, "%", MONTH, "up", cases))
