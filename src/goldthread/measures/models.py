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
    taken_at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "until"], name="point_once_for_a_week"),
            models.CheckConstraint(condition=Q(met__lte=F("of")), name="point_part_of_its_whole"),
        ]
