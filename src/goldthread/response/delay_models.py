"""Why a target was missed, by whoever answers for it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload


class DelayExplanation(AppendOnly):
    """The reasons (codes of ``delays.toml``) and words for one clock that ran past its time; the newest holds."""

    clock = models.ForeignKey("response.Clock", models.PROTECT, related_name="explanations")
    reasons = ArrayField(models.CharField(max_length=20))
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
