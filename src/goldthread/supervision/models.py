"""What sweeps found, the reviews of senior people, and the questions they return with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.models import ThriveVersion
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.response.models import GradePeriod, ReviewDecision
from goldthread.supervision.coaching_models import (
    CoachingAnswer as CoachingAnswer,
)
from goldthread.supervision.coaching_models import (
    CoachingNote as CoachingNote,
)
from goldthread.supervision.coaching_models import (
    CoachingSeen as CoachingSeen,
)

ANSWERS = [
    ("agreed", "Looked at: nothing to change"),
    ("raised", "Grade raised"),
    ("returned", "Returned with a question"),
    ("delay", "Delay borne until a time"),
    ("decided", "A request decided"),
]
ENDS = [("reviewed", "Reviewed"), ("gone", "Not so any more")]


class Review(AppendOnly):
    """A senior person looked at an incident that a sweep or a request brought, and what they made of it.

    ``began_at`` is when they had it before them; ``seen`` the last line of the timeline that they had; ``child``, ``thrive`` and
    ``period`` what held then. ``until`` is how long a delay may last by their word.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="reviews")
    answer = models.CharField(max_length=10, choices=ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    seen = models.PositiveIntegerField()
    child = models.CharField(max_length=10)
    thrive = models.ForeignKey(ThriveVersion, models.PROTECT, related_name="+", null=True)
    period = models.ForeignKey(GradePeriod, models.PROTECT, related_name="+", null=True)
    decision = models.ForeignKey(ReviewDecision, models.PROTECT, related_name="+", null=True)
    until = models.DateTimeField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    began_at = models.DateTimeField()
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(answer__in=["returned", "delay"]) | Q(words__isnull=False), name="review_says_what"
            ),
            models.CheckConstraint(
                condition=Q(answer="delay", until__isnull=False) | (~Q(answer="delay") & Q(until__isnull=True)),
                name="review_delay_until",
            ),
            models.CheckConstraint(
                condition=Q(answer="decided", decision__isnull=False)
                | (~Q(answer="decided") & Q(decision__isnull=True)),
                name="review_names_decision",
            ),
            models.CheckConstraint(condition=Q(began_at__lte=models.F("at")), name="review_began_before"),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="review_at")]


class Sweep(models.Model):
    """One kind of thing found in an incident, open until a review answers it or it is not so any more.

    ``again_at`` is until when the review lets it rest; ``seen`` the last words it knew.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="sweeps", db_index=False)
    kind = models.CharField(max_length=12)
    weight = models.FloatField()
    found_at = models.DateTimeField(db_default=DatabaseNow())
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=ENDS, blank=True)
    review = models.ForeignKey(Review, models.PROTECT, related_name="sweeps", null=True)
    again_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "kind"], condition=Q(ended_at__isnull=True), name="sweep_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by="", review__isnull=True, again_at__isnull=True)
                | Q(ended_at__isnull=False, ended_by="gone", review__isnull=True, again_at__isnull=True)
                | Q(ended_at__isnull=False, ended_by="reviewed", review__isnull=False, again_at__isnull=False),
                name="sweep_ends_somehow",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["incident", "kind", "-id"], name="sweep_newest"),
            models.Index(fields=["found_at"], name="sweep_found"),
        ]


class Question(AppendOnly):
    """A question with which a review went back to whoever owned the incident; owed until answered."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="question")
    to = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    to_team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    answer_by = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(to__isnull=False, to_team__isnull=True) | Q(to__isnull=True, to_team__isnull=False),
                name="question_to_one",
            ),
        ]


class QuestionAnswer(AppendOnly):
    """The answer to a question; one for each, by whoever works on the incident then."""

    question = models.OneToOneField(Question, models.PROTECT, related_name="answer")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class ListeningNote(AppendOnly):
    """What a senior person noted while they listened to a call: for those who review, and not for the call's own page."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="listening_notes")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
