"""Who is on call: whom the room rings when nobody who may decide is on duty."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.audit.models import DatabaseNow


class OnCall(models.Model):
    """Somebody can be rung as one of the roles of ``matrix.toml`` from ``starts_at`` until ``ends_at``, unless taken off the list."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="on_call")
    role = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    telephone = models.CharField(max_length=20)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    off_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    off_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="on_call_ends_after_it_began"),
            models.CheckConstraint(condition=~Q(telephone=""), name="on_call_can_be_rung"),
            models.CheckConstraint(
                condition=Q(off_by__isnull=True, off_at__isnull=True) | Q(off_by__isnull=False, off_at__isnull=False),
                name="on_call_taken_off_by_somebody",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], condition=Q(off_at__isnull=True), name="on_call_stands")]

    @property
    def name_and_role(self) -> str:
        """Who it is, as an incident's record tells them."""
        return f"{self.staff.name}, {roles()[self.role].name if self.role in roles() else self.role}"

    @property
    def rung_as(self) -> str:
        """In a line, for whoever may see the list: name, role and number."""
        return f"{self.name_and_role}, {self.telephone}"
