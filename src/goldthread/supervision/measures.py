"""Supervision's measures: what a senior person looked at, how soon, and whether it held."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.response.request_models import ReviewRequest
from goldthread.supervision.kinds import names
from goldthread.supervision.models import Review, Sweep
from goldthread.supervision.reversals import LET_STAND, reversed_of

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
SOON = timedelta(hours=1)
"""Within which a sweep's find is to be looked at *(ours)*."""


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


def agreed(since: datetime, until: datetime) -> Pair:
    """Incidents in which a find of sweeps was reviewed in the window; of them those where one was answered with nothing to change."""
    answered = Review.objects.filter(
        Exists(Sweep.objects.filter(review=OuterRef("pk"))), incident=OuterRef("pk"), at__gte=since, at__lt=until
    ).exclude(answer="decided")  # fmt: skip
    found = Incident.objects.filter(Exists(answered))
    return found, found.filter(Exists(answered.filter(answer="agreed")))


def reversed_later(since: datetime, until: datetime) -> Pair:
    """Incidents with a review in the window that let things stand; of them those where one was reversed within a day."""
    stood = Review.objects.filter(LET_STAND, incident=OuterRef("pk"), at__gte=since, at__lt=until)
    turned = reversed_of(Review.objects.filter(at__gte=since, at__lt=until))
    found = Incident.objects.filter(Exists(stood))
    return found, found.filter(pk__in=turned.values("incident"))


def found_by(kind: str, since: datetime, until: datetime) -> Pair:
    """Incidents in which sweeps found anything in the window; of them those in which they found this kind."""
    swept = Sweep.objects.filter(incident=OuterRef("pk"), found_at__gte=since, found_at__lt=until)
    found = Incident.objects.filter(Exists(swept))
    return found, found.filter(Exists(swept.filter(kind=kind)))


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
            "supervision-agreed",
            "Finds reviewed, nothing to change",
            "Of incidents in which what sweeps found was reviewed, the share in which one review changed nothing. "
            "Neither high nor low is good by itself.",
            "neither",
            agreed,
        ),
        (
            "supervision-reversed",
            "Reviews reversed within a day",
            "Of incidents in which a review changed nothing or approved a request, the share in which within a day the grade rose above what "
            "held then, it was opened again, or a child was recorded or read in the words where none was thought involved.",
            "down",
            reversed_later,
        ),
    ]:
        register(Measure(code, name, definition, MONTH, good, cases))
    for kind, words in names().items():
        register(
            Measure(
                f"supervision-found-{kind.replace('_', '-')}",
                f"Found by sweeps: {words}",
                f"Of incidents in which sweeps found anything, the share in which they found: {words}.",
                MONTH,
                "neither",
                partial(found_by, kind),
            )
        )
