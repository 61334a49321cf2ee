"""When a closed incident is looked at again, what was decided of it, and by which two people its texts were erased."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Erasure, Payload
from goldthread.contact.models import Incident
from goldthread.retention.querysets import RetentionReviewQuerySet

STATES = [
    ("waiting", "Not due"),
    ("due", "To review"),
    ("proposed", "Erasure proposed"),
    ("erased", "Erased"),
]
KINDS = [("keep", "Keep"), ("erase", "Erase")]
ANSWERS = [("approved", "Approved"), ("refused", "Refused")]


class RetentionReview(models.Model):
    """Where an incident stands in retention, one row each: made by the hourly job for what may fall due, and claimed there once.

    ``closed_at`` is the closing that it rests on: of an incident closed anew since, nothing here holds. ``due_on`` is when it is looked
    at next; ``decided`` says that a review set that day, and not a group's first. ``group`` is the one reckoned last, empty before.
    """

    incident = models.OneToOneField(Incident, models.PROTECT, related_name="retention")
    closed_at = models.DateTimeField()
    due_on = models.DateField()
    decided = models.BooleanField(default=False)
    group = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")

    objects = RetentionReviewQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_on", "id"], condition=Q(state="waiting"), name="retention_falls_due"),
            models.Index(fields=["state", "due_on", "id"], condition=Q(state__in=["due", "proposed"]), name="retention_listed"),
            models.Index(fields=["due_on"], name="retention_due_on"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"retention of {self.incident_id}"


class RetentionSweep(models.Model):
    """How far the job has come through the incidents by when they were opened; null begins anew. There is one row."""

    upto = models.DateTimeField(null=True)


class RetentionDecision(AppendOnly):
    """What one person decided at a review: to keep the incident, until a day, or to propose that its texts are erased.

    ``due_on`` is the day whose review it was; ``group`` the one it was in then.
    """

    review = models.ForeignKey(RetentionReview, models.PROTECT, related_name="decisions", db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=5, choices=KINDS)
    group = models.CharField(max_length=20)
    due_on = models.DateField()
    next_on = models.DateField(null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "number"], name="retention_decision_once"),
            models.CheckConstraint(
                condition=Q(kind="keep", next_on__isnull=False) | Q(kind="erase", next_on__isnull=True),
                name="retention_decision_until",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["due_on"], name="retention_decision_due_on")]


class RetentionAnswer(AppendOnly):
    """A second person's answer to a proposed erasure, one for each. ``proposed_by`` is whoever proposed it: the database sees to it
    that they are two. ``erasure`` is null where it was refused, and where no text was left.
    """

    decision = models.OneToOneField(RetentionDecision, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=8, choices=ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    erasure = models.OneToOneField(Erasure, models.PROTECT, related_name="+", null=True)
    proposed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by=F("proposed_by")), name="retention_answer_two_people"),
            models.CheckConstraint(
                condition=Q(answer="approved") | Q(words__isnull=False, erasure__isnull=True),
                name="retention_refusal_says_why",
            ),
        ]
