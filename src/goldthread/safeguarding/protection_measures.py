"""Measures of police protection and missing children: ended by law, seen and spoken to after the return."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from goldthread.contact.models import Incident
from goldthread.measures.registry import Measure, register
from goldthread.safeguarding.missing_models import MissingEpisode, MissingInterview
from goldthread.safeguarding.protection_models import Protection

Pair = tuple[QuerySet[Any], QuerySet[Any]]
MONTH = timedelta(days=28)
OFFERED = timedelta(hours=72)
"""Within which a return home interview is offered (statutory guidance on children who run away or go missing)."""
SPOKEN = timedelta(hours=24)
"""Within which police see a child who is back *(ours)*."""


def ended_in_time(since: datetime, until: datetime) -> Pair:
    """Incidents with a protection whose power ended in the window; of them those in which each was ended before that."""
    lapsed = Protection.objects.filter(incident=OuterRef("pk"), lapses_at__gte=since, lapses_at__lt=until)
    late = lapsed.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=F("lapses_at")))
    found = Incident.objects.filter(Exists(lapsed))
    return found, found.exclude(Exists(late))


def prevention_done(since: datetime, until: datetime) -> Pair:
    """Incidents with a child back for a day in the window; of them those in which each had a prevention interview in that day."""
    return _back(since, until, SPOKEN, MissingInterview.objects.filter(kind="prevention", outcome="done"))


def return_offered(since: datetime, until: datetime) -> Pair:
    """Incidents with a child back for 72 hours in the window; of them those in which each was offered the interview in that time."""
    return _back(since, until, OFFERED, MissingInterview.objects.filter(kind="return"))


def return_done(since: datetime, until: datetime) -> Pair:
    """The same incidents; of them those in which each child was spoken to in that time."""
    return _back(since, until, OFFERED, MissingInterview.objects.filter(kind="return", outcome="done"))


def _back(since: datetime, until: datetime, within: timedelta, answers: QuerySet[MissingInterview]) -> Pair:
    """Incidents in which the time ran out, or would have, in the window; of them those with an answer to each return in it."""
    due = MissingEpisode.objects.filter(
        incident=OuterRef("pk"), returned_at__gte=since - within, returned_at__lt=until - within
    )
    done = answers.filter(episode=OuterRef("pk"), held_at__lte=OuterRef("returned_at") + within)
    found = Incident.objects.filter(Exists(due))
    return found, found.exclude(Exists(due.exclude(Exists(done))))


def register_all() -> None:
    """Register them; called once at start."""
    for code, name, definition, cases in [
        (
            "protection-ended",
            "Police protection ended before it lapsed",
            "Of incidents with a child in police protection whose 72 hours ran out, or would have, the share in which each protection "
            "was ended within them.",
            ended_in_time,
        ),
        (
            "missing-prevention",
            "Prevention interview done",
            "Of incidents with a missing child who had been back for 24 hours, the share in which police spoke to each within them.",
            prevention_done,
        ),
        (
            "missing-offered",
            "Return home interview offered in time",
            "Of incidents with a missing child who had been back for 72 hours, the share in which each was offered the interview, or had "
            "it, within them.",
            return_offered,
        ),
        (
            "missing-return",
            "Return home interview done in time",
            "Of the same incidents, the share in which each child had the interview within 72 hours.",
            return_done,
        ),
    ]:
        within = "missing-offered" if code == "missing-return" else ""
        register(Measure(code, name, definition, MONTH, "up", cases, within=within))
