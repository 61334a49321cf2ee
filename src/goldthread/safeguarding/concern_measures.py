"""Measures of the VAST desk: concerns triaged in time, and Reds told to a partner."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.concern_models import RATINGS, ConcernCall
from goldthread.safeguarding.concern_queries import ABOUT

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH, HOUR = timedelta(days=28), timedelta(hours=1)


def triaged(rating: str, since: datetime, until: datetime) -> Pair:
    """Incidents with a triage of this rating that fell due in the window; of them those where every one was done by its time."""
    due = Clock.objects.filter(
        about=ABOUT, rule=f"vast_{rating}", incident=OuterRef("pk"), due_at__gte=since, due_at__lt=until
    ).exclude(because="rated")  # fmt: skip
    late = due.exclude(Q(because="triaged", stopped_at__lte=F("due_at")))
    found = Incident.objects.filter(Exists(due))
    return found, found.exclude(Exists(late))


def telephoned(since: datetime, until: datetime) -> Pair:
    """Incidents with a Red whose hour ended in the window; of them those where a partner was reached within each."""
    due = Clock.objects.filter(
        about=ABOUT, rule="vast_red", incident=OuterRef("pk"), began_at__gte=since - HOUR, began_at__lt=until - HOUR
    ).exclude(because="rated")  # fmt: skip
    called = ConcernCall.objects.alias(of=Cast("concern", CharField())).filter(
        of=OuterRef("about_id"), reached__isnull=False, at__lte=OuterRef("began_at") + HOUR, at__gte=OuterRef("began_at")
    ).filter(
        Q(called_at__gte=OuterRef("began_at")) | Q(concern__opened_at=OuterRef("began_at"))
    )  # fmt: skip
    found = Incident.objects.filter(Exists(due))
    return found, found.exclude(Exists(due.exclude(Exists(called))))


def register_all() -> None:
    """Register the desk's measures; called once at start."""
    for code, words in RATINGS:
        register(
            Measure(
                f"vast-triaged-{code}",
                f"VAST: {words} triaged in time",
                f"Of incidents with a concern rated {words} whose triage fell due, the share in which VAST had rated it themselves "
                f"{'and reached a partner by telephone ' if code == 'red' else ''}by its time, every time. "
                "One that was rated otherwise before counts with its new rating.",
                MONTH,
                "up",
                partial(triaged, code),
            )
        )
    register(
        Measure(
            "vast-red-telephoned",
            "VAST: Red told to a partner within the hour",
            "Of incidents with a concern rated Red, the share in which a partner was reached by telephone, and that put on record, within an hour.",
            MONTH,
            "up",
            telephoned,
        )
    )
