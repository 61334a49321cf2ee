"""Accounts of programs, and who answers for them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow, Payload


class ServiceAccount(models.Model):
    """What makes a member of staff a program: it opens no page, has a purpose, and a person who answers for it."""

    staff = models.OneToOneField(Staff, models.PROTECT, related_name="service")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="services")
    mail = models.CharField(max_length=254)
    purpose = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(staff=models.F("owner")), name="service_owned_by_another"),
        ]

    def __str__(self) -> str:
        return f"service account {self.pk}"
