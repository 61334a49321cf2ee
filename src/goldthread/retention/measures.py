"""Retention's measure: closed incidents looked at again in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import TruncDate

from goldthread.clocks.local import LONDON
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.retention import rules
from goldthread.retention.models import RetentionDecision, RetentionReview

MONTH = timedelta(days=28)


def reviewed(since: datetime, until: datetime) -> tuple[QuerySet[Any], QuerySet[Any]]:
    """Incidents whose review counted as late from a day in the window on, unless made by then; of them those where it was."""
    within = rules.held_on(force_day(until)).within
    ran_out = {"due_on__gte": force_day(since - within), "due_on__lt": force_day(until - within)}
    made = RetentionDecision.objects.filter(review__incident=OuterRef("pk"), **ran_out)
    waits = RetentionReview.objects.listed().filter(incident=OuterRef("pk"), **ran_out)
    found = Incident.objects.filter(Exists(made) | Exists(waits))
    in_time = made.annotate(day=TruncDate("at", tzinfo=LONDON)).filter(day__lte=F("due_on") + within)
    return found, found.filter(Exists(in_time))


def register_all() -> None:
    """Register it; called once at start."""
    register(
        Measure(
            "retention-reviewed-in-time",
            "Retention reviewed in time",
            "Of closed incidents whose retention review fell due, and whose time for it ran out, the share in which it was decided to keep "
            "them, or to propose the erasure of their texts, by then.",
            MONTH,
            "up",
            reviewed,
        )
    )
