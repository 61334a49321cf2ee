"""Hand-offs: an incident offered to somebody else, and theirs only once they have said so."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident

HANDOFF_ANSWERS = [
    ("acknowledged", "Acknowledged"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrawn"),
    ("overtaken", "Overtaken"),
]


class HandOff(AppendOnly):
    """An incident handed to one person or a team's desk. It stays with the giver until the receiver acknowledges.

    ``answer_by`` is when the alarm sounds: nothing waits between two desks.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="handoffs")
    to = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    to_team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    note = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    answer_by = models.DateTimeField()
    at_shift_end = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(to__isnull=False) & Q(to_team__isnull=True))
                | (Q(to__isnull=True) & Q(to_team__isnull=False)),
                name="handoff_to_one",
            ),
        ]


class TakenFrom(models.Model):
    """That somebody took an incident over from ``staff``, who is told until they say that they have seen it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "staff"], name="taken_from_once")]


class HandOffAnswer(AppendOnly):
    """What became of a hand-off; one for each. Null ``by``: a change of the incident answered it."""

    handoff = models.OneToOneField(HandOff, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=12, choices=HANDOFF_ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())
