"""Rounds of quality assurance: what was drawn, with which chance, who scores it, what they found, what the handler says to it, and themes."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.quality.querysets import QualityTaskQuerySet
from goldthread.quality.rules import REPLIES, RESULTS, RULINGS


class QualityRound(AppendOnly):
    """One draw from the incidents opened from ``since`` to ``until`` (days, both within) and closed when it was made.

    ``form`` is the form as it was then, whole: a later one changes nothing here. ``seed`` repeats the draw. ``open`` is how many incidents
    of the period were open then, and are in no stratum.
    """

    since = models.DateField()
    until = models.DateField()
    form = models.JSONField()
    seed = models.CharField(max_length=32)
    open = models.PositiveIntegerField()
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(until__gte=F("since")), name="quality_round_has_days")]  # fmt: skip


class QualityStratum(AppendOnly):
    """One stratum of a round: how many records it held when it was drawn from, and how many of them were drawn."""

    round = models.ForeignKey(QualityRound, models.PROTECT, related_name="strata", db_index=False)
    code = models.CharField(max_length=20)
    population = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "code"], name="quality_stratum_once"),
            models.CheckConstraint(condition=Q(drawn__lte=F("population")), name="quality_stratum_draws_what_is_there"),
        ]


class QualityRecord(AppendOnly):
    """A drawn incident as it stood: up to line ``upto`` of its timeline, at the time of the draw. ``chance`` is with which it was drawn."""

    stratum = models.ForeignKey(QualityStratum, models.PROTECT, related_name="records", db_index=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+")
    upto = models.PositiveIntegerField()
    chance = models.FloatField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["stratum", "incident"], name="quality_record_once"),
            models.CheckConstraint(condition=Q(chance__gt=0, chance__lte=1), name="quality_record_has_a_chance"),
        ]


class QualityTask(models.Model):
    """A record to be scored once: its first (``place`` 1) or second time, or a third, after a dispute. Nobody's until an assessor takes it."""

    record = models.ForeignKey(QualityRecord, models.PROTECT, related_name="tasks", db_index=False)
    place = models.PositiveSmallIntegerField()
    assessor = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    taken_at = models.DateTimeField(null=True)

    objects = QualityTaskQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "place"], name="quality_task_once"),
            models.UniqueConstraint(fields=["record", "assessor"], name="quality_task_two_assessors"),
            models.CheckConstraint(condition=Q(place__in=[1, 2, 3]), name="quality_task_thrice_at_most"),
            models.CheckConstraint(
                condition=Q(assessor__isnull=True, taken_at__isnull=True)
                | Q(assessor__isnull=False, taken_at__isnull=False),
                name="quality_task_taken_when",
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"


class QualityScore(AppendOnly):
    """What one assessor found: an answer to each question of the round's form, critical fails, and the result by the form's limits.

    ``should_be`` is the grade that was right on what was known, empty where the one chosen was. ``key`` is the command's.
    """

    task = models.OneToOneField(QualityTask, models.PROTECT, related_name="score")
    answers = models.JSONField()
    critical = ArrayField(models.CharField(max_length=30), default=list)
    result = models.CharField(max_length=10, choices=RESULTS)
    should_be = models.CharField(max_length=20, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(critical=[]) | Q(result="inadequate", words__isnull=False),
                name="quality_critical_is_inadequate_and_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(result="unscorable") | Q(words__isnull=False), name="quality_unscorable_says_why"
            ),
        ]


class QualityFeedback(AppendOnly):
    """A record's first score, put before whoever opened the incident, with the day by which they answer. ``score`` is of that record."""

    score = models.OneToOneField(QualityScore, models.PROTECT, related_name="feedback")
    to = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    answer_by = models.DateTimeField()
    at = models.DateTimeField(db_default=DatabaseNow())


class QualityReply(AppendOnly):
    """The handler's answer, one for each: that they take note, or that they dispute it and why."""

    feedback = models.OneToOneField(QualityFeedback, models.PROTECT, related_name="reply")
    reply = models.CharField(max_length=8, choices=REPLIES)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reply="agrees") | Q(words__isnull=False), name="quality_dispute_says_why"
            ),
        ]


class QualityRuling(AppendOnly):
    """The lead's answer to a dispute, with why. ``scored_by`` is whose score it was: the database sees to it that they are two."""

    reply = models.OneToOneField(QualityReply, models.PROTECT, related_name="ruling")
    ruling = models.CharField(max_length=6, choices=RULINGS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    scored_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by=F("scored_by")), name="quality_ruling_by_another"),
        ]


class QualityTheme(AppendOnly):
    """What a round found often enough, or gravely enough, to be taken up: by one question (or ``good``, ``critical``), or from one record.

    ``share``, ``low``, ``high`` and ``n`` are the question's weighted rate as it was when the theme was made; None where it could not be
    told then. ``key`` is the command's.
    """

    round = models.ForeignKey(QualityRound, models.PROTECT, related_name="themes")
    question = models.CharField(max_length=30, blank=True)
    title = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    share = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    def __str__(self) -> str:
        return self.title.shown()


class QualityThemeRecord(AppendOnly):
    """A record that shows a theme, as scored when it was made. Kept by its number; shown only to who may see the record."""

    theme = models.ForeignKey(QualityTheme, models.PROTECT, related_name="records", db_index=False)
    record = models.ForeignKey(QualityRecord, models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["theme", "record"], name="quality_theme_record_once"),
        ]


class QualityThemeEnd(AppendOnly):
    """That a theme is closed, and why."""

    theme = models.OneToOneField(QualityTheme, models.PROTECT, related_name="end")
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
