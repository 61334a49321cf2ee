"""Who reaches which review, by the scope that a role's row in the matrix gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


class RetentionReviewQuerySet(models.QuerySet[Any]):
    """Questions asked of reviews."""

    def visible_to(self, user: Staff) -> RetentionReviewQuerySet:
        """Those of incidents that this person may review."""
        return self.reached_by(user, "retention.see")

    def reached_by(self, user: Staff, verb: str) -> RetentionReviewQuerySet:
        """Those of incidents to which this person may do ``verb``."""
        if user.is_active and "all" in user.seat.scopes(verb):
            return self
        from goldthread.contact.models import Incident

        return self.filter(incident__in=Incident.objects.reached_by(user, verb))

    def standing(self) -> RetentionReviewQuerySet:
        """Those that rest on their incident's newest closing, and whose incident is closed."""
        return self.filter(incident__closed_at=F("closed_at"))

    def listed(self) -> RetentionReviewQuerySet:
        """Those that wait for somebody."""
        return self.standing().filter(state__in=["due", "proposed"])
