"""Supervision's measures: what a senior person looked at, how soon, and whether it held."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.response.models import GradePeriod
from goldthread.response.request_models import ReviewRequest
from goldthread.supervision.models import Review, Sweep

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
SOON = timedelta(hours=1)
"""Within which a sweep's find is to be looked at *(ours)*."""
REVERSED = timedelta(days=1)
"""Within which a grade raised after *nothing to change* counts as a reversal *(ours)*."""


def swept_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents in which a sweep found something whose hour ended in the window; of them those answered within it, every one."""
    due = Sweep.objects.filter(incident=OuterRef("pk"), found_at__gte=since - SOON, found_at__lt=until - SOON).exclude(
        ended_by="gone"
    )
    late = due.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=F("found_at") + SOON))
    found = Incident.objects.filter(Exists(due))
    return found, found.exclude(Exists(late))


def child_looked_at(since: datetime, until: datetime) -> Pair:
    """Incidents opened in the window in which a child is or may be involved; of them those that a senior person reviewed."""
    found = Incident.objects.filter(opened_at__gte=since, opened_at__lt=until).exclude(child="none")
    return found, found.filter(Exists(Review.objects.filter(incident=OuterRef("pk"))))


def approved(since: datetime, until: datetime) -> Pair:
    """Incidents with a request decided in the window; of them those where one was approved."""
    decided = ReviewRequest.objects.filter(
        incident=OuterRef("pk"), decision__at__gte=since, decision__at__lt=until,
        decision__answer__in=["approved", "refused"],
    )  # fmt: skip
    found = Incident.objects.filter(Exists(decided))
    return found, found.filter(Exists(decided.filter(decision__answer="approved")))


def reversed_later(since: datetime, until: datetime) -> Pair:
    """Incidents reviewed with *nothing to change* in the window; of them those whose grade rose within a day after it."""
    agreed = Review.objects.filter(incident=OuterRef("pk"), answer="agreed", at__gte=since, at__lt=until)
    rose = GradePeriod.objects.filter(
        incident=OuterRef("incident"), at__gt=OuterRef("at"), at__lte=OuterRef("at") + REVERSED,
        severity__gt=OuterRef("period__severity"),
    )  # fmt: skip
    found = Incident.objects.filter(Exists(agreed))
    return found, found.filter(Exists(agreed.filter(Exists(rose))))


def register_all() -> None:
    """Register supervision's measures; called once at start."""
    for code, name, definition, good, cases in [
        (
            "supervision-swept",
            "What sweeps found, looked at within an hour",
            "Of incidents in which a sweep found something, the share in which a senior person answered every find within an hour. "
            "A find that was over before anybody looked does not count.",
            "up",
            swept_in_time,
        ),
        (
            "supervision-child",
            "Child involved, reviewed",
            "Of incidents opened in which a child is or may be involved, the share that a senior person reviewed.",
            "up",
            child_looked_at,
        ),
        (
            "supervision-approved",
            "Requests approved",
            "Of incidents with a request decided, the share in which one was approved. Neither high nor low is good by itself.",
            "neither",
            approved,
        ),
        (
            "supervision-reversed",
            "Nothing to change, then raised",
            "Of incidents reviewed with nothing to change, the share whose grade was raised within a day.",
            "down",
            reversed_later,
        ),
    ]:
        register(Measure(code, name, definition, MONTH, good, cases))
