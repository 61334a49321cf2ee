"""The safeguarding spine of an investigation: taken over, reviewed in time, the child's voice, outcome."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.investigation.querysets import HandoverQuerySet, InvestigationQuerySet

HANDOVER_ANSWERS = [("accepted", "Accepted"), ("declined", "Declined"), ("withdrawn", "Taken back")]
KINDS = [("enquiry", "Line of enquiry"), ("measure", "Interim safeguarding"), ("directed", "Directed by a review")]
ENDS = [("done", "Done"), ("not_pursued", "Not pursued")]
ACCESS = [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")]
SEEN = [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")]
SPOKEN = [("alone", "Alone"), ("accompanied", "With somebody there"), ("no", "Not spoken to")]
VOICES = [("heard", "Recorded"), ("cannot", "Cannot be recorded")]
CONFIRMS = [("confirmed", "Confirmed"), ("returned", "Returned")]


class Handover(AppendOnly):
    """An incident offered to a team of investigators, or to one person ``to`` of it; it stays the giver's until they accept.

    ``risk`` is a code of ``investigation.toml``, from the incident's grade and children when it was offered.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="investigation_handovers")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    to = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    risk = models.CharField(max_length=20)
    note = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    objects = HandoverQuerySet.as_manager()  # type: ignore[misc]  # its verbs beside the base's


class HandoverAnswer(AppendOnly):
    """What became of an offer; ``words`` say why where it was declined."""

    handover = models.OneToOneField(Handover, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=10, choices=HANDOVER_ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(answer="declined") | Q(words__isnull=False), name="inv_declined_says_why"
            ),
        ]


class Investigation(models.Model):
    """One accepted investigation of an incident. ``risk`` is as of the newest review; what was decided is rows of their own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="investigations")
    handover = models.OneToOneField(Handover, models.PROTECT, related_name="investigation")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    investigator = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    supervisor = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    risk = models.CharField(max_length=20)
    crime_reference = models.CharField(max_length=30, blank=True)
    opened_at = models.DateTimeField(db_default=DatabaseNow())
    closed_at = models.DateTimeField(null=True)

    objects = InvestigationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(closed_at__isnull=True), name="investigation_one_open"
            ),
            models.CheckConstraint(condition=~Q(investigator=F("supervisor")), name="investigation_two_people"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether anything but telling its outcome may still be owed in it."""
        return self.closed_at is None


class PlanItem(AppendOnly):
    """A line of enquiry, an interim safeguarding measure, or an action that a review directed: whose, and by when."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="items", db_index=False)
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=KINDS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["investigation", "number"], name="inv_item_once")]


class PlanItemEnd(AppendOnly):
    """That an item of the plan was done, or why it is not pursued."""

    item = models.OneToOneField(PlanItem, models.PROTECT, related_name="end")
    answer = models.CharField(max_length=12, choices=ENDS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(answer="not_pursued") | Q(words__isnull=False), name="inv_not_pursued_says_why"
            ),
        ]


class AccessAnswer(AppendOnly):
    """Whether the suspect has access to any child today. The newest holds; without any it is *not asked*.

    ``who`` are the children and the place; ``words`` what was done, or how it is known.
    """

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="access_answers")
    answer = models.CharField(max_length=10, choices=ACCESS)
    who = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer="not_known") | Q(words__isnull=False), name="inv_access_says_how"
            ),
        ]


class OtherChild(AppendOnly):
    """A child whom the investigation found, beside those that the incident records. ``name`` is as given, or *unknown*."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="other_children")
    child = models.UUIDField(unique=True)
    name = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    age = models.PositiveSmallIntegerField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class ChildVoice(AppendOnly):
    """What a child said or showed, version by version, or why that cannot be recorded; nothing is overwritten.

    ``told`` holds JSON with said, behaviour, wishes and by_whom, or why.
    """

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="voices", db_index=False)
    child = models.UUIDField()
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=VOICES)
    seen = models.CharField(max_length=10, choices=SEEN, default="not_known")
    spoken = models.CharField(max_length=12, choices=SPOKEN, default="no")
    occurred_at = models.DateTimeField(null=True)
    told = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["investigation", "child", "version"], name="inv_voice_once"),
        ]


class SupervisorReview(AppendOnly):
    """A supervisor's review: whether they agree with the plan, whether the children's voice is in it, and the risk from then on."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="reviews", db_index=False)
    number = models.PositiveIntegerField()
    agrees = models.BooleanField()
    voice = models.BooleanField()
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    risk = models.CharField(max_length=20)
    directed = models.OneToOneField(PlanItem, models.PROTECT, related_name="directed_by", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["investigation", "number"], name="inv_review_once"),
            models.CheckConstraint(condition=Q(agrees=True) | Q(directed__isnull=False), name="inv_review_directs"),
        ]


class EndAsked(AppendOnly):
    """A closing decision proposed: its outcome, and why."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="ends")
    outcome = models.CharField(max_length=30)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class EndAnswer(AppendOnly):
    """A second, senior person's answer to a proposed closing decision."""

    asked = models.OneToOneField(EndAsked, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=10, choices=CONFIRMS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(answer="confirmed") | Q(words__isnull=False), name="inv_returned_why"),
        ]


class OutcomeTold(AppendOnly):
    """How and when a child, or (``child`` null) an adult victim, was told the outcome; or why not."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="tellings")
    child = models.UUIDField(null=True)
    how = models.CharField(max_length=20)
    occurred_at = models.DateTimeField(null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class NewsSeen(AppendOnly):
    """Up to which line of an incident (``seq``) its news were acknowledged; the highest of an incident holds."""

    investigation = models.ForeignKey(Investigation, models.PROTECT, related_name="news_seen")
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    seq = models.PositiveIntegerField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
