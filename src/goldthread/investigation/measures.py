"""Investigation's measures: taken on in time, reviewed in time, and children heard before it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.contact.models import ChildVersion, Incident
from goldthread.investigation.models import ChildVoice, Investigation, OtherChild
from goldthread.investigation.queries import ACCEPT, REVIEW
from goldthread.measures.registry import Measure, register
from goldthread.safeguarding.clock_models import Clock

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)


def accepted(since: datetime, until: datetime) -> Pair:
    """Incidents offered to investigation and due an answer in the window; of them those where every offer had it in time."""
    return _in_time(ACCEPT, since, until)


def reviewed(since: datetime, until: datetime) -> Pair:
    """Incidents whose investigation was due a review in the window; of them those where every one was made in time."""
    return _in_time(REVIEW, since, until)


def heard(since: datetime, until: datetime) -> Pair:
    """Incidents with a child whose investigation ended in the window; of them those where every child's own voice is recorded in it.

    A child of whom a supervisor wrote why they cannot be heard was not heard.
    """
    ended = Investigation.objects.filter(incident=OuterRef("pk"), closed_at__gte=since, closed_at__lt=until)
    silent = ~Exists(
        ChildVoice.objects.filter(investigation__incident=OuterRef("incident"), child=OuterRef("child"), kind="heard")
    )
    recorded = ChildVersion.objects.filter(incident=OuterRef("pk"))
    others = OtherChild.objects.annotate(incident=F("investigation__incident")).filter(incident=OuterRef("pk"))
    found = Incident.objects.filter(Exists(ended)).filter(Exists(recorded) | Exists(others))
    return found, found.exclude(Exists(recorded.filter(silent))).exclude(Exists(others.filter(silent)))


def _in_time(about: str, since: datetime, until: datetime) -> Pair:
    due = Clock.objects.filter(incident=OuterRef("pk"), about=about, due_at__gte=since, due_at__lt=until)
    late = due.filter(Q(stopped_at__isnull=True) | Q(stopped_at__gt=F("due_at")))
    found = Incident.objects.filter(Exists(due))
    return found, found.exclude(Exists(late))


def register_all() -> None:
    """Register them; called once at start."""
    for code, name, definition, cases in [
        (
            "investigation-accepted",
            "Investigation accepted in time",
            "Of incidents offered to investigation, and due an answer, the share in which every offer was answered in the time of its risk.",
            accepted,
        ),
        (
            "investigation-reviewed",
            "Investigation reviewed in time",
            "Of incidents whose investigation was due a supervisor's review, the share in which every review was made in the time of its risk.",
            reviewed,
        ),
        (
            "investigation-heard",
            "Children heard before the investigation ended",
            "Of incidents with a child whose investigation ended, the share in which what every child said or showed is recorded. "
            "A written reason why a child cannot be heard does not count.",
            heard,
        ),
    ]:
        register(Measure(code, name, definition, MONTH, "up", cases))
