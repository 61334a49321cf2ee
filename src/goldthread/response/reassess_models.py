"""What asks for the next assessment of an incident: a projection of its timeline, kept by every command on it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.contact.models import Incident


class Reassessment(models.Model):
    """That an incident wants a THRIVE: since which version (0 before the first) and why, asked when, and until when its owner has to answer.

    ``reasons`` is a list of ``{"code", "first", "last"}``: a trigger and the lines of the timeline that set it off.
    """

    incident = models.OneToOneField(Incident, models.PROTECT, primary_key=True, related_name="reassessment")
    since = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["answer_by"], name="reassessment_answer_by")]
