"""When a review is counted as reversed: one definition, for the measure and for the quality of review."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from goldthread.assessment.models import Reading
from goldthread.contact.models import ChildVersion, Entry
from goldthread.response.models import GradePeriod
from goldthread.supervision.models import Review

WITHIN = timedelta(days=1)
"""How long after a review what contradicts it counts as its reversal *(ours)*."""
LET_STAND = Q(answer="agreed") | Q(answer="decided", decision__answer="approved")
"""Reviews that let things stand, or lowered them: nothing to change, and a request approved. Only these can be reversed."""


def reversed_of(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """Of these the reviews that let things stand, and within a day the grade rose above what held, it was opened again, or,
    where none was thought to be involved, a child was recorded or read in the words."""
    since, until = OuterRef("at"), OuterRef("at") + WITHIN
    rose = GradePeriod.objects.filter(
        incident=OuterRef("incident"), at__gt=since, at__lte=until, severity__gt=OuterRef("period__severity")
    )
    again = Entry.objects.filter(
        incident=OuterRef("incident"), code="incident.reopened", recorded_at__gt=since, recorded_at__lte=until
    )
    recorded = ChildVersion.objects.filter(incident=OuterRef("incident"), at__gt=since, at__lte=until)
    read = Reading.objects.filter(
        incident=OuterRef("incident"), at__gt=since, at__lte=until, child__in=["yes", "implied"]
    )
    return reviews.filter(LET_STAND).filter(
        Exists(rose) | Exists(again) | Q(child="none") & (Exists(recorded) | Exists(read))
    )
