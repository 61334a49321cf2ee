"""Which reviews the quality of review is reckoned from: everybody's as a group for whoever leads, one's own for who reviews."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.supervision.models import Review, Sweep
from goldthread.supervision.quality import Looked
from goldthread.supervision.reversals import reversed_of

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

SEES = "supervision.quality"


def of_everybody(user: Staff) -> bool:
    """Whether the matrix gives this person the group's figures, and not their own alone."""
    return user.seat.scope(SEES) == "all"


def looked(user: Staff, since: datetime, until: datetime) -> list[Looked]:
    """Reviews of the window, the newest first: three queries however many there are. Nobody's name comes along."""
    found = Review.objects.filter(at__gte=since, at__lt=until)
    if not of_everybody(user):
        found = found.filter(by=user)
    kinds: dict[int, list[str]] = {}
    for review, kind in Sweep.objects.filter(review__in=found).order_by("kind").values_list("review", "kind"):
        kinds.setdefault(review, []).append(kind)
    turned = set(reversed_of(found).values_list("pk", flat=True))
    rows = found.order_by("-id").values_list("id", "incident", "at", "answer", "decision__answer", "began_at")
    return [
        Looked(
            pk, incident, at, answer, tuple(kinds.get(pk, ())), decided == "approved",
            (at - began).total_seconds() if began < at else None, pk in turned,
        )
        for pk, incident, at, answer, decided, began in rows
    ]  # fmt: skip
