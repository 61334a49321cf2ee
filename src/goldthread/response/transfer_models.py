"""Transfers to another force or agency: asked of them by us, open until they say yes by name; the incident stays ours."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident

THRESHOLDS = [
    ("not_asked", "Not asked yet"),
    ("police", "Police attend: risk to life, serious harm or a child"),
    ("not_police", "Asked: no risk to life, no serious harm, no child at risk, no crime"),
]
TRANSFER_ANSWERS = [("accepted", "Accepted"), ("declined", "Declined"), ("withdrawn", "Withdrawn")]


class Transfer(AppendOnly):
    """That another force or agency was asked to act. ``told`` holds JSON: ``{"agency", "reached", "what"}``.

    From ``answer_by`` on its silence sounds an alarm. ``threshold`` answers whether police are needed (Right Care Right Person).
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="transfers")
    told = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    threshold = models.CharField(max_length=12, choices=THRESHOLDS, default="not_asked")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    answer_by = models.DateTimeField()


class TransferAnswer(AppendOnly):
    """What became of it; one for each. ``words``: who there accepted, and their reference, or why not."""

    transfer = models.OneToOneField(Transfer, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=10, choices=TRANSFER_ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answer="withdrawn") | models.Q(words__isnull=False), name="transfer_answer_says_who"
            ),
        ]
