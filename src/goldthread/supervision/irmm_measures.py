"""Measures of Incident Risk Management Meetings: what was decided, what was done in time, and what came back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.meetings.models import Action, Decision, Line
from goldthread.supervision.irmm_finding import KIND

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)


def decided(since: datetime, until: datetime) -> Pair:
    """Incidents on the list of a meeting that ended in the window; of them those decided in each of these meetings."""
    lines = Line.objects.filter(
        subject=OuterRef("pk"), meeting__kind=KIND, meeting__ended_at__gte=since, meeting__ended_at__lt=until
    )
    left = lines.filter(~Exists(Decision.objects.filter(line=OuterRef("pk"))))
    found = Incident.objects.filter(Exists(lines))
    return found, found.exclude(Exists(left))


def done_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents with an action that fell due in the window; of them those in which every one was done by its time.

    What was decided anew before its time counts by the action that took its place.
    """
    due = Action.objects.filter(
        line__subject=OuterRef("pk"), line__meeting__kind=KIND, due_at__gte=since, due_at__lt=until
    ).exclude(answer__answer="carried", answer__at__lte=F("due_at"))
    late = due.filter(~Q(answer__answer="done") | Q(answer__at__gt=F("due_at")) | Q(answer__isnull=True))
    found = Incident.objects.filter(Exists(due))
    return found, found.exclude(Exists(late))


def carried_over(since: datetime, until: datetime) -> Pair:
    """Incidents on the list of a meeting opened in the window; of them those that came back with something not done."""
    lines = Line.objects.filter(
        subject=OuterRef("pk"), meeting__kind=KIND, meeting__opened_at__gte=since, meeting__opened_at__lt=until
    )
    found = Incident.objects.filter(Exists(lines))
    return found, found.filter(Exists(lines.filter(carried__isnull=False)))


def register_all() -> None:
    """Register the meetings' measures; called once at start."""
    for code, name, definition, good, cases in [
        (
            "irmm-decided",
            "IRMM lines decided",
            "Of incidents on the list of an Incident Risk Management Meeting, the share that was decided in every such meeting. "
            "The others were not reached, and went to somebody on duty.",
            "up",
            decided,
        ),
        (
            "irmm-done",
            "IRMM actions done in time",
            "Of incidents of which such a meeting gave somebody an action that fell due, the share in which every one was done by its time. "
            "What was not reached is an action too.",
            "up",
            done_in_time,
        ),
        (
            "irmm-carried",
            "IRMM lines carried over",
            "Of incidents on the list of such a meeting, the share that came back with something not done or not looked at.",
            "down",
            carried_over,
        ),
    ]:
        register(Measure(code, name, definition, "%", MONTH, good, cases))
