"""Concerns of the VAST desk: why each is there, how it is rated, whom it was told to, what was looked into, and how it ended."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident

RATINGS = [("red", "Red"), ("amber", "Amber"), ("green", "Green")]
RESULTS = [("found", "Found"), ("no_trace", "No trace"), ("not_searched", "Not searched")]
ANSWERS = [("agrees", "Agrees"), ("disagrees", "Disagrees")]


class Concern(models.Model):
    """A concern for a child in an incident, open until VAST ends it; one of an incident is open at a time.

    ``rating`` is the newest of its ratings. ``triaged_at`` is when VAST had rated it and, where it is Red, reached a partner;
    null while that is owed, since ``triage_from``. ``reading`` is the newest reading that the rule has looked at, and ``known_seq`` the
    last line of the timeline that its ending knew: what was said by then opens no other. ``outcome`` is a code of ``concern.toml``.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="concerns")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    rating = models.CharField(max_length=5, choices=RATINGS)
    triage_from = models.DateTimeField()
    triaged_at = models.DateTimeField(null=True)
    reading = models.PositiveBigIntegerField(default=0)
    known_seq = models.PositiveIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    outcome = models.CharField(max_length=20, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(closed_at__isnull=True), name="concern_one_open_in_an_incident"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, outcome="", words__isnull=True)
                | (Q(closed_at__isnull=False, closed_by__isnull=False, words__isnull=False) & ~Q(outcome="")),
                name="concern_ends_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"Concern {self.pk}"

    @property
    def is_open(self) -> bool:
        """Whether VAST has not ended it."""
        return self.closed_at is None


class ConcernLook(models.Model):
    """A rule's last look that was finished: when it began, and the last closing and reading that there were. One row for each rule."""

    began_at = models.DateTimeField()
    closing = models.PositiveBigIntegerField()
    reading = models.PositiveBigIntegerField()


class ConcernReason(AppendOnly):
    """One reason for a concern: ``cause`` of ``concern.toml``, and ``what`` exactly: a cue, a decision, or the line of who referred it."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="reasons", db_index=False)
    cause = models.CharField(max_length=20)
    what = models.CharField(max_length=40, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["concern", "cause", "what"], name="concernreason_once"),
        ]


class ConcernRating(AppendOnly):
    """How a concern was rated; the newest holds. By the rule (no ``by``) it follows from the reasons; a person's change says why."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="ratings")
    rating = models.CharField(max_length=5, choices=RATINGS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class ConcernCall(AppendOnly):
    """An attempt to tell a partner by telephone: ``reached`` by name, or nobody and when to try again."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="calls")
    desk = models.CharField(max_length=20)
    reached = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    next_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reached__isnull=False) ^ Q(next_at__isnull=False), name="concerncall_reached_or_tried_again"
            ),
        ]


class ConcernWriteUp(AppendOnly):
    """What was said in a call in which somebody was reached; one for each."""

    call = models.OneToOneField(ConcernCall, models.PROTECT, related_name="write_up")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class ConcernResearch(AppendOnly):
    """What was found of one item of the checklist; the newest of an item holds, and without one it is unanswered."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="research")
    item = models.CharField(max_length=20)
    result = models.CharField(max_length=12, choices=RESULTS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(result="no_trace") | Q(words__isnull=False), name="concernresearch_says_what_or_why"
            ),
        ]


class ConcernOpinion(AppendOnly):
    """VAST's second opinion on a THRIVE: the grade they would give, and why. The incident's owner owes an answer."""

    concern = models.ForeignKey(Concern, models.PROTECT, related_name="opinions")
    grade = models.CharField(max_length=40)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class ConcernAnswer(AppendOnly):
    """The answer to a second opinion; one for each. Who disagrees says why."""

    opinion = models.OneToOneField(ConcernOpinion, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=10, choices=ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer="agrees") | Q(words__isnull=False), name="concernanswer_disagreeing_says_why"
            ),
        ]
