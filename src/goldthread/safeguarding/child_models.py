"""One child across incidents: the record, what ties incidents to it, merges, markers, and what may be the same child.

A child stands in an incident as ``(incident, child)``; what is known of them stays there, version by version, and is nowhere copied.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.people_models import NameWord

REVIEWED = [("kept", "Kept"), ("changed", "Changed"), ("ended", "Ended")]
ENDED = [("same", "The same child"), ("apart", "Not the same child")]


class ChildRecord(AppendOnly):
    """One child's record: an identity and nothing else. What it holds are the ties to it and to the records merged into it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    made_at = models.DateTimeField(db_default=DatabaseNow())
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")


class ChildTie(AppendOnly):
    """That a child in an incident is this record's, or (``tied`` false) is not after all. The newest of a child in an incident holds,
    so that it belongs to one record at a time.
    """

    record = models.ForeignKey(ChildRecord, models.PROTECT, related_name="ties")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="child_ties", db_index=False)
    child = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    tied = models.BooleanField(default=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "child", "number"], name="childtie_once"),
        ]


class ChildMerge(AppendOnly):
    """That record ``gone`` is the same child as ``into``, or (``merged`` false) is not after all; the newest of a ``gone`` holds.

    No tie moves, so that taking it back leaves each record as it was, with what was tied to it meanwhile.
    """

    gone = models.ForeignKey(ChildRecord, models.PROTECT, related_name="merges", db_index=False)
    into = models.ForeignKey(ChildRecord, models.PROTECT, related_name="merged")
    number = models.PositiveSmallIntegerField()
    merged = models.BooleanField(default=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gone", "number"], name="childmerge_once"),
            models.CheckConstraint(condition=~Q(gone=F("into")), name="childmerge_of_two"),
        ]


class ChildLikeness(models.Model):
    """That two children in two incidents may be one: what the machine suggests, until a person says so or not.

    The pair stands in order, so that it stands once. While ``ended`` is empty it waits.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", db_index=False)
    child = models.UUIDField()
    other_incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    other_child = models.UUIDField()
    score = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=DatabaseNow())
    ended = models.CharField(max_length=8, choices=ENDED, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "child", "other_incident", "other_child"], name="childlikeness_once"
            ),
            models.CheckConstraint(condition=Q(incident__lt=F("other_incident")), name="childlikeness_in_order"),
            models.CheckConstraint(
                condition=Q(ended="", ended_at__isnull=True) | (~Q(ended="") & Q(ended_at__isnull=False)),
                name="childlikeness_ends",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-score", "-id"], condition=Q(ended=""), name="childlikeness_waits"),
        ]


class ChildApart(AppendOnly):
    """That somebody said of two children in two incidents that they are not one; it is not suggested again."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", db_index=False)
    child = models.UUIDField()
    other_incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    other_child = models.UUIDField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "child", "other_incident", "other_child"], name="childapart_once"
            ),
            models.CheckConstraint(
                condition=Q(incident__lt=F("other_incident"))
                | Q(incident=F("other_incident"), child__lt=F("other_child")),
                name="childapart_in_order",
            ),
        ]


class ChildName(models.Model):
    """That a word is part of a child's name in one version: what a search finds. An erasure of the version's words removes it."""

    word = models.ForeignKey(NameWord, models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(ChildVersion, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["word", "version"], name="childname_once")]


class ChildMarker(AppendOnly):
    """A warning or need on a child, with the day by which somebody looks at it again. The newest review says what holds."""

    record = models.ForeignKey(ChildRecord, models.PROTECT, related_name="markers")
    kind = models.CharField(max_length=30)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    review_on = models.DateField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    key = models.UUIDField(unique=True)


class ChildMarkerReview(AppendOnly):
    """That somebody looked at a marker: kept as it is, its words changed, or ended; why, and until when it stands then."""

    marker = models.ForeignKey(ChildMarker, models.PROTECT, related_name="reviews", db_index=False)
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=8, choices=REVIEWED)
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    review_on = models.DateField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["marker", "number"], name="childmarkerreview_once"),
            models.CheckConstraint(
                condition=Q(outcome="ended", review_on__isnull=True)
                | (~Q(outcome="ended") & Q(review_on__isnull=False)),
                name="childmarkerreview_again",
            ),
            models.CheckConstraint(
                condition=Q(outcome="changed") ^ Q(words__isnull=True), name="childmarkerreview_words"
            ),
        ]


class ChildRaise(AppendOnly):
    """That concerns below the threshold raised a child by their number. ``incidents`` are those that were counted."""

    record = models.ForeignKey(ChildRecord, models.PROTECT, related_name="raises")
    incidents = models.JSONField()
    at = models.DateTimeField(db_default=DatabaseNow())


class ChildRaiseAnswer(AppendOnly):
    """What was decided of it, in words. ``incidents`` are those that stood then: they do not raise the child again."""

    raised = models.OneToOneField(ChildRaise, models.PROTECT, related_name="answer")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    incidents = models.JSONField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
