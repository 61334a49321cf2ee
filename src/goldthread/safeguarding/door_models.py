"""What the attending officer found at the door: of each child, and of the visit as a whole, version by version."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Entry, Incident
from goldthread.response.models import Allocation
from goldthread.safeguarding.door_rules import ALONE, NO_CHILD, PPN, SEEN


class Told(AppendOnly):
    """Who said it, when it was seen by their word, and when it arrived. Versions go by arrival; of a child what was seen last
    holds, of a visit as a whole the newest version.

    ``told_by`` is the officer on whose word somebody else entered it; null where who entered it was there.
    """

    version = models.PositiveIntegerField()
    seen_at = models.DateTimeField()
    late = models.BooleanField(default=False)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    told_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        abstract = True


class DoorAnswer(Told):
    """What was found of one child on one visit. Its words stand on the timeline, where they are read; here is where."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="door_answers")
    visit = models.ForeignKey(Allocation, models.PROTECT, related_name="door_answers", db_index=False)
    child = models.UUIDField()
    seen = models.CharField(max_length=3, choices=SEEN)
    alone = models.CharField(max_length=9, choices=ALONE, blank=True)
    why_not_seen = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    why_not_alone = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    showed = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "child", "version"], name="door_answer_version_once"),
            models.CheckConstraint(
                condition=Q(seen="yes", why_not_seen__isnull=True) | Q(seen="no", alone="", why_not_seen__isnull=False),
                name="door_answer_says_why_not_seen",
            ),
            models.CheckConstraint(
                condition=Q(alone="no", why_not_alone__isnull=False) | (~Q(alone="no") & Q(why_not_alone__isnull=True)),
                name="door_answer_says_why_not_alone",
            ),
            models.CheckConstraint(condition=~Q(told_by=F("by")), name="door_answer_on_anothers_word"),
        ]


class DoorVisit(Told):
    """What was found of one visit as a whole: the home, the PPN, and where no child is on record, whether there is one."""

    visit = models.ForeignKey(Allocation, models.PROTECT, related_name="door_visits", db_index=False)
    no_child = models.CharField(max_length=9, choices=NO_CHILD, blank=True)
    no_child_why = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    home = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    other = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)
    ppn = models.CharField(max_length=10, choices=PPN, blank=True)
    ppn_reference = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    ppn_why = models.ForeignKey(Entry, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["visit", "version"], name="door_visit_version_once"),
            models.CheckConstraint(
                condition=Q(no_child="") | Q(no_child_why__isnull=False), name="door_visit_says_how_known"
            ),
            models.CheckConstraint(
                condition=(~Q(ppn="submitted") | Q(ppn_reference__isnull=False))
                & (~Q(ppn="not_needed") | Q(ppn_why__isnull=False)),
                name="door_visit_ppn_is_told",
            ),
            models.CheckConstraint(condition=~Q(told_by=F("by")), name="door_visit_on_anothers_word"),
        ]
