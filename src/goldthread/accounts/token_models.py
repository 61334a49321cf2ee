"""Tokens by which a program acts as a member of staff."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow


class ApiToken(models.Model):
    """A bearer token of one member of staff; only its SHA-256 is kept, 32 bytes, so that a copy of the table opens nothing.

    ``last_used_at`` and ``last_refused_at`` are coarse, at most ``tokens.COARSE`` old while it is in use: they move
    together with the security event that tells of it, not with every request. ``scopes`` are the verbs it is held to; null is all that
    its person may, as tokens made by ``goldthread token`` are. ``told_days`` is the last warning of its end that its owner was given.
    ``key`` is that of the command that made it, so that a retry makes no second one.
    """

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="api_tokens")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField(db_default=DatabaseNow())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_refused_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    scopes = ArrayField(models.CharField(max_length=40), null=True)
    told_days = models.SmallIntegerField(null=True)
    key = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_token_ends_after_it_began"
            ),
            models.CheckConstraint(condition=~models.Q(scopes=[]), name="api_token_held_to_something"),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"
