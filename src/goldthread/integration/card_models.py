"""Cards that were asked for, and what became of each."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.integration.card_rules import ENDED

WHYS = [(code, heading) for code, (heading, _what) in ENDED.items()]


class Card(models.Model):
    """The THRIVE card of one incident, for one member of staff, asked for by a service account for the page of one ``host``.

    ``key`` is the command's: asked for again it is the same card. ``used_at``: its address was opened; that works once.
    ``ended`` says why it was over before its time, a code of ``card_rules.ENDED``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.UUIDField(unique=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    issued_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    host = models.CharField(max_length=280)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=10, choices=WHYS, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="") | (Q(ended_at__isnull=False) & ~Q(ended="")),
                name="card_ends_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("issued_at")), name="card_opens_for_a_time"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["staff"], condition=Q(ended_at__isnull=True), name="card_not_ended"),
        ]

    def __str__(self) -> str:
        return f"card {self.pk}"
