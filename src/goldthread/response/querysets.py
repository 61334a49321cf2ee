"""Questions asked of clocks and units in the field's own words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.response.models import Clock


ENDED_OTHERWISE = ("regraded", "put_off", "closed")
"""What stops a clock without what it waits for having come."""


def _missed(at: datetime) -> Q:
    return Q(stopped_at__isnull=True, due_at__lte=at) | Q(stopped_at__gt=F("due_at"))


def missed(clock: Clock, at: datetime) -> bool:
    """The same as ``ClockQuerySet.missed`` of a clock at hand."""
    return clock.due_at <= at if clock.stopped_at is None else clock.stopped_at > clock.due_at


class ClockQuerySet(models.QuerySet[Any]):
    """Clocks of incidents."""

    def running(self) -> ClockQuerySet:
        """Those not stopped."""
        return self.filter(stopped_at__isnull=True)

    def of_grades(self) -> ClockQuerySet:
        """Those that a grade started."""
        return self.exclude(kind="first_read")

    def unread(self) -> ClockQuerySet:
        """Those of contacts that no person has read first yet."""
        return self.running().filter(kind="first_read")

    def missed(self, at: datetime) -> ClockQuerySet:
        """Those that ran past their time: running still at ``at``, or stopped after it, whatever stopped them.

        Another grade or time, given late, takes no breach away.
        """
        return self.filter(_missed(at))

    def judged(self, at: datetime) -> ClockQuerySet:
        """Those of which can be said whether they were kept: missed, or stopped in time by what they waited for."""
        return self.filter(_missed(at) | Q(stopped_at__lte=F("due_at")) & ~Q(stopped_by__in=ENDED_OTHERWISE))

    def breached(self, at: datetime) -> ClockQuerySet:
        """Those still running past their time at ``at``."""
        return self.running().filter(due_at__lte=at)


class UnitQuerySet(models.QuerySet[Any]):
    """Units that can be sent."""

    def for_area(self, user: Staff) -> UnitQuerySet:
        """Those this person may send: their area's, or every unit for those without an area."""
        return self.filter(area=user.area) if user.area else self

    def ready(self) -> UnitQuerySet:
        """Those free to go now."""
        return self.filter(state="available")
