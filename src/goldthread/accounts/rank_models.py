"""Acting ranks: who acts in a senior role for a time, and when that was ended early."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from goldthread.accounts.models import Staff
from goldthread.accounts.rank_rules import LONGEST
from goldthread.accounts.roles import acting
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload


class ActingRank(AppendOnly):
    """Somebody acts in a senior role from ``starts_at`` until ``ends_at``, or until a row of ``ActingRankEnd`` before that.

    The database refuses one that is given to oneself, begins in the past, lasts longer than ``rank_rules.LONGEST`` or overlaps another
    of the same person, and counts the person as of that role while it is in force: see the migration ``acting_ranks``.
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="ranks")
    role = models.CharField(max_length=40, choices=[(one.role, one.name) for one in acting().values()])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(staff=F("by")), name="rank_by_another"),
            models.CheckConstraint(condition=Q(starts_at__gte=F("at")), name="rank_not_in_the_past"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(ends_at__lte=F("starts_at") + Value(LONGEST)),
                name="rank_ends_in_time",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="rank_ends")]


class ActingRankEnd(AppendOnly):
    """An acting rank ended before its time, or before it began."""

    rank = models.OneToOneField(ActingRank, models.PROTECT, related_name="ended")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


def in_force(staff: Any, at: Any = None) -> models.QuerySet[ActingRank]:
    """The acting rank of one person that was in force ``at`` a moment: now by the database's clock, unless given."""
    at = DatabaseNow() if at is None else at
    not_ended = Q(ended__isnull=True) | Q(ended__at__gt=at)
    return ActingRank.objects.filter(not_ended, staff=staff, starts_at__lte=at, ends_at__gt=at)


def acts_as(staff: Any, at: Any = None) -> Coalesce:
    """The same as an expression: the role, or nothing."""
    found = models.Subquery(in_force(staff, at).values("role")[:1])
    return Coalesce(found, Value(""), output_field=models.CharField())


def of_roles(codes: Collection[str]) -> Q:
    """The condition that somebody's own role is one of these, or the one they act in now."""
    return Q(role__in=codes) | Q(models.Exists(in_force(models.OuterRef("pk")).filter(role__in=codes)))
