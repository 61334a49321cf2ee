"""Questions of feedback: whose is whose, and which disputes wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F

from goldthread.quality.models import QualityFeedback

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff

WHOLE = (
    "score__words",
    "score__task__record__incident",
    "score__task__record__stratum__round",
    "reply__words",
    "reply__ruling__words",
    "to",
)


def to(user: Staff) -> QuerySet[QualityFeedback]:
    """Feedback on this person's own work, newest first."""
    return QualityFeedback.objects.filter(to=user).select_related(*WHOLE).order_by("-id")


def unanswered(user: Staff) -> QuerySet[QualityFeedback]:
    """Of those, what they have not answered."""
    return QualityFeedback.objects.filter(to=user, reply__isnull=True)


def disputes() -> QuerySet[QualityFeedback]:
    """Every dispute: those not answered first, the longest waiting before the others, then those answered last."""
    found = QualityFeedback.objects.filter(reply__reply="disputes").select_related(*WHOLE)
    return found.order_by(F("reply__ruling__id").desc(nulls_first=True), "reply__id")
