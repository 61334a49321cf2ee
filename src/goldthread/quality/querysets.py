"""Who reaches which record to score."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from goldthread.accounts.roles import roles

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff


class QualityTaskQuerySet(models.QuerySet[Any]):
    """Questions asked of tasks."""

    def visible_to(self, user: Staff) -> QualityTaskQuerySet:
        """Those this assessor has taken or scored."""
        return self.filter(assessor=user) if user.is_active and user.can("quality.score") else self.none()

    def undone(self) -> QualityTaskQuerySet:
        """Those not scored yet."""
        return self.filter(score__isnull=True)

    def free(self) -> QualityTaskQuerySet:
        """Those that nobody has taken, or whose assessor left or scores no more: nobody has to free them first."""
        scoring = [code for code, role in roles().items() if role.can("quality.score")]
        return self.undone().filter(Q(assessor__isnull=True) | ~Q(assessor__is_active=True, assessor__role__in=scoring))

    def open_to(self, user: Staff) -> QualityTaskQuerySet:
        """Those free ones that this assessor may take: no work of their own, and no record they score the other time."""
        other = self.model._default_manager.filter(record=OuterRef("record"), assessor=user)
        return self.free().exclude(_worked(user)).exclude(Exists(other))

    def own_work(self, user: Staff) -> QualityTaskQuerySet:
        """Those of incidents on which this person worked."""
        return self.filter(_worked(user))


def _worked(user: Staff) -> Q:
    """That somebody opened, owned or attended the incident, wrote in it, reviewed it, or decided what was asked in it."""
    from goldthread.contact.models import Involvement
    from goldthread.response.models import ReviewDecision
    from goldthread.supervision.models import Review

    incident = OuterRef("record__incident")
    return (
        Q(Exists(Involvement.objects.filter(incident=incident, staff=user)))
        | Q(Exists(Review.objects.filter(incident=incident, by=user)))
        | Q(Exists(ReviewDecision.objects.filter(request__incident=incident, by=user)))
    )
