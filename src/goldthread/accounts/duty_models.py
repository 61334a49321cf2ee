"""Who is on duty: what makes a desk staffed and an owner present."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow


class Duty(models.Model):
    """One stretch of somebody's work, begun by signing in and ended by handing over, by signing out of the last browser,
    by their leaving, or by being forgotten.
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="duties")
    began_at = models.DateTimeField(db_default=DatabaseNow())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=12, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff"], condition=Q(ended_at__isnull=True), name="duty_runs_once"),
        ]
