"""Alarms: what will want somebody's attention at a moment, unless it ends before."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident

KINDS = [
    ("near", "Target near"),
    ("breach", "Over target"),
    ("request", "Request unanswered"),
    ("handoff", "Hand-off unacknowledged"),
    ("transfer", "Transfer unanswered"),
    ("orphan", "Nobody owns it"),
    ("timer", "Time for the next look"),
    ("reassess", "Reassessment unanswered"),
    ("next", "Next step overdue"),
    ("question", "Supervisor's question unanswered"),
    ("senior", "Nobody senior is on duty to decide a request"),
    ("unseen", "Risk in the words, and nobody has recognised it"),
    ("outside", "Done in another system, outside the rule"),
    ("ahead", "Words with a risk wait for an earlier message"),
]


class Alarm(models.Model):
    """One thing about an incident that falls due at ``due_at``: raised once by whoever finds it first, and open until it ends.

    ``source`` names what it is about (``clock:17``), once for each kind. Triggers of the migration write and end the rows of
    clocks and requests with the rows themselves, so that no way of starting a clock can forget its alarm.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=10, choices=KINDS)
    source = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    raised_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "source"], name="alarm_once_for_a_source"),
            models.UniqueConstraint(
                fields=["incident"], condition=Q(kind="orphan", ended_at__isnull=True), name="alarm_orphan_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=Q(raised_at__isnull=True, ended_at__isnull=True), name="alarm_next_due"
            ),
            models.Index(
                fields=["incident"], condition=Q(raised_at__isnull=False, ended_at__isnull=True), name="alarm_standing"
            ),
        ]
