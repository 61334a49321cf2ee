"""Which concerns there are, in whose sight, and what is still owed in one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from goldthread.config.prepared import of
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.querysets import of_incident
from goldthread.safeguarding.clock_models import Clock
from goldthread.safeguarding.concern_models import (
    Concern,
    ConcernCall,
    ConcernOpinion,
    ConcernRating,
    ConcernReason,
    ConcernResearch,
)
from goldthread.safeguarding.concern_rules import RANK, Stands, set_on
from goldthread.safeguarding.referral_models import Referral

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

SEE = "concern.see"
ABOUT, WRITE_UP = "concern", "write_up"
"""What clocks of a concern are on: its triage, and the calls in it that are not written up."""
FILTERS = {
    "": "All open",
    "triage": "To triage",
    "red": "Red",
    "amber": "Amber",
    "green": "Green",
    "telephone": "To telephone",
    "opinion": "Opinion not answered",
    "closed": "Ended",
}


def reached_by(user: Staff, verb: str = SEE) -> QuerySet[Concern]:
    """Those in whose incidents this person may do ``verb``."""
    return Concern.objects.filter(incident__in=Incident.objects.reached_by(user, verb))


def open_in(incident: Incident) -> Concern | None:
    """The concern that is open in an incident."""
    return Concern.objects.filter(incident=incident, closed_at__isnull=True).first()


def ranked(user: Staff, only: str = "") -> QuerySet[Concern]:
    """The queue: Red before Amber before Green, what is not triaged first, then whose clock runs out first. Ended ones newest first."""
    found = reached_by(user).select_related("incident")
    if only == "closed":
        return found.filter(closed_at__isnull=False).order_by("-closed_at", "-pk")
    return narrowed(found.filter(closed_at__isnull=True), only).order_by(
        "-rank", F("triaged_at").asc(nulls_first=True), "clock_due", "pk"
    )


def narrowed(found: QuerySet[Concern], only: str) -> QuerySet[Any]:
    """Open concerns with their rank and clock, those of one filter."""
    running = Clock.objects.filter(about=ABOUT, about_id=_own_id(), stopped_at__isnull=True).order_by("due_at")
    rank = Case(*(When(rating=code, then=Value(at)) for code, at in RANK.items()), output_field=IntegerField())
    calls = ConcernCall.objects.filter(concern=OuterRef("pk"), reached__isnull=False).filter(
        Q(called_at__gte=OuterRef("triage_from")) | Q(concern__opened_at=OuterRef("triage_from"))
    )
    owed = ConcernOpinion.objects.filter(concern=OuterRef("pk"), answer__isnull=True)
    found = found.annotate(
        rank=rank,
        clock_due=Coalesce(Subquery(running.values("due_at")[:1]), F("triage_from")),
        reached=Exists(calls),
        opinion_owed=Exists(owed),
    )
    match only:
        case "triage":
            return found.filter(triaged_at__isnull=True)
        case "red" | "amber" | "green":
            return found.filter(rating=only)
        case "telephone":
            return found.filter(rating="red", reached=False)
        case "opinion":
            return found.filter(opinion_owed=True)
        case _:
            return found


def _own_id() -> Cast:
    return Cast(OuterRef("pk"), CharField())


def numbers(user: Staff) -> dict[str, int]:
    """How many open ones there are of each filter."""
    found = narrowed(reached_by(user).filter(closed_at__isnull=True), "")
    told = found.aggregate(
        **{
            "all": Count("pk"),
            "triage": Count("pk", filter=Q(triaged_at__isnull=True)),
            "telephone": Count("pk", filter=Q(rating="red", reached=False)),
            "opinion": Count("pk", filter=Q(opinion_owed=True)),
            **{code: Count("pk", filter=Q(rating=code)) for code in RANK},
        }
    )
    return {"" if code == "all" else code: number for code, number in told.items()}


def counted(user: Staff, now: datetime) -> dict[str, int]:
    """How many wait to be triaged, and how many of them are over their time."""
    waiting = reached_by(user).filter(closed_at__isnull=True, triaged_at__isnull=True)
    late = Clock.objects.filter(about=ABOUT, about_id=_own_id(), stopped_at__isnull=True, due_at__lte=now)
    return {"count": waiting.count(), "over": waiting.filter(Exists(late)).count()}


def last_rating(concern: Concern) -> ConcernRating:
    """The rating that holds."""
    return ratings(concern)[0]


def was_reached(concern: Concern, calls: Iterable[ConcernCall]) -> bool:
    """Whether in these calls of it a partner was reached by telephone for the triage that is or was owed.

    For the first one any call counts, since VAST may ring before the rule looks; for one begun anew only a call made after the news.
    """
    first = concern.triage_from == concern.opened_at
    return any(one.reached_id is not None and (first or one.called_at >= concern.triage_from) for one in calls)


def told_partner(concern: Concern) -> bool:
    """Whether a partner was told: by a referral of the incident that stands, or by a call in which somebody was reached."""
    calls = ConcernCall.objects.filter(concern=concern, reached__isnull=False)
    sent = Referral.objects.filter(incident=concern.incident_id, withdrawn_at__isnull=True)
    return calls.exists() or sent.exists()


def newest_reason(concern: Concern) -> int:
    """The number of the newest reason: who rates or ends a concern says which they read."""
    return ConcernReason.objects.filter(concern=concern).aggregate(newest=Max("pk"))["newest"] or 0


of_concern = of(lambda: Concern(pk=-930_000_001))


@of_concern
def by_number(concern: Concern) -> QuerySet[Concern]:
    """The concern of a number, in whoever's sight."""
    return Concern.objects.filter(pk=concern.pk).select_related("words", "closed_by")


@of_concern
def reasons(concern: Concern) -> QuerySet[ConcernReason]:
    """Why it is there, in order."""
    return ConcernReason.objects.filter(concern=concern).select_related("by", "words").order_by("pk")


@of_concern
def calls(concern: Concern) -> QuerySet[ConcernCall]:
    """Calls, the newest first."""
    found = ConcernCall.objects.filter(concern=concern).select_related("by", "reached", "write_up__words")
    return found.order_by("-pk")


@of_concern
def ratings(concern: Concern) -> QuerySet[ConcernRating]:
    """Ratings, the newest first."""
    return ConcernRating.objects.filter(concern=concern).select_related("by", "words").order_by("-pk")


@of_concern
def research(concern: Concern) -> QuerySet[ConcernResearch]:
    """The newest result of each item."""
    found = ConcernResearch.objects.filter(concern=concern).select_related("by", "words")
    return found.order_by("item", "-pk").distinct("item")


@of_incident
def in_incident(incident: Incident) -> QuerySet[Concern]:
    """An incident's concerns, the newest first."""
    return Concern.objects.filter(incident=incident).order_by("-pk")


@of_incident
def by_hand(incident: Incident) -> QuerySet[ConcernReason]:
    """Every reason in an incident that somebody gave."""
    return ConcernReason.objects.filter(concern__incident=incident, by__isnull=False)


@of_incident
def opinions(incident: Incident) -> QuerySet[ConcernOpinion]:
    """Second opinions in an incident, the newest first."""
    found = ConcernOpinion.objects.filter(concern__incident=incident)
    return found.select_related("by", "words", "answer__by", "answer__words").order_by("-pk")


@dataclass(frozen=True)
class Done:
    """What was done in a concern: ratings and calls, the newest first; the newest result of each item; second opinions."""

    ratings: list[ConcernRating]
    calls: list[ConcernCall]
    research: dict[str, ConcernResearch]
    opinions: list[ConcernOpinion]


def done_in(concern: Concern) -> Done:
    """All of it; second opinions as they stand in the incident, those of its other concerns too."""
    looked = {one.item: one for one in research(concern)}
    return Done(ratings(concern), calls(concern), looked, opinions(concern.incident))


def stands(concern: Concern, done: Done, now: datetime) -> Stands:
    """What its ending looks at."""
    items = set_on(force_day(now)).research.values()
    return Stands(
        rating=concern.rating,
        by_person=done.ratings[0].by_id is not None,
        reached=was_reached(concern, done.calls),
        unwritten=sum(one.reached_id is not None and not hasattr(one, "write_up") for one in done.calls),
        unanswered=tuple(one.name for one in items if one.code not in done.research),
        opinions=sum(one.concern_id == concern.pk and not hasattr(one, "answer") for one in done.opinions),
    )


def late(now: datetime) -> dict[uuid.UUID, datetime]:
    """Incidents with a concern that is over its time, and since when."""
    over = Clock.objects.filter(about=ABOUT, stopped_at__isnull=True, due_at__lte=now, incident__closed_at__isnull=True)
    found = over.order_by("-due_at").values_list("incident", "due_at")
    return {incident: due for incident, due in found if incident is not None}
