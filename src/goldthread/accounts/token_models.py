"""Tokens by which a program acts as a member of staff."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow


class ApiToken(models.Model):
    """A bearer token of one member of staff; only its SHA-256 is kept, 32 bytes, so that a copy of the table opens nothing.

    ``last_used_at`` and ``last_refused_at`` are coarse, at most ``tokens.COARSE`` old while it is in use: they move
    together with the security event that tells of it, not with every request.
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="api_tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=DatabaseNow())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_refused_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_token_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"
