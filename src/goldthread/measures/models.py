"""Points: what each measure was at the end of each week, as it stood when the point was taken."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.audit.models import AppendOnly, DatabaseNow


class StoredPoint(AppendOnly):
    """A measure's value over its window up to ``until``: ``met`` of ``of`` cases. Never taken again, so that a week told once stays so.

    ``taken_at`` is later than ``until`` by a day and more where nothing took points then: what was done since counts in it.
    """

    code = models.SlugField(max_length=60, db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField()
    met = models.PositiveIntegerField()
    of = models.PositiveIntegerField()
    timed = models.PositiveIntegerField(null=True)
    """Cases that have a time, where the measure tells one."""
    median = models.DurationField(null=True)
    p90 = models.DurationField(null=True)
    taken_at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "until"], name="point_once_for_a_week"),
            models.CheckConstraint(condition=Q(met__lte=F("of")), name="point_part_of_its_whole"),
            models.CheckConstraint(
                condition=Q(Q(timed__isnull=True) | Q(timed=0), median__isnull=True, p90__isnull=True)
                | Q(
                    timed__isnull=False,
                    timed__gt=0,
                    timed__lte=F("of"),
                    median__isnull=False,
                    p90__isnull=False,
                    p90__gte=F("median"),
                ),
                name="point_times_of_its_cases",
            ),
        ]
