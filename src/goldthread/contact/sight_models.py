"""Reasons for which somebody whose role sees no incident by itself opened some."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from goldthread.audit.models import AppendOnly, DatabaseNow
from goldthread.contact.choices import SIGHT_REASONS
from goldthread.contact.models import Incident


class SightReason(AppendOnly):
    """That somebody opened an incident for a reason. It is what *reasoned* means in the matrix of sight, for as long as ``LASTS``."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="sight_reasons", db_index=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=10, choices=SIGHT_REASONS)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["incident", "staff", "at"], name="sight_reason_of_whom")]
