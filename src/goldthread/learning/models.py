"""What is to be learned, by whom and when: needs, cohorts, bookings, attendance, and the files it was read from."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.learning.rules import RESULTS
from goldthread.quality.models import QualityTheme


class LearningNeed(AppendOnly):
    """What some people have to learn: those of ``roles`` and, where one is named, of ``team`` alone. ``course`` is empty until one is found.

    ``theme`` is what quality assurance found, where it came from that. ``key`` is the command's.
    """

    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    theme = models.ForeignKey(QualityTheme, models.PROTECT, related_name="+", null=True)
    roles = ArrayField(models.CharField(max_length=40))
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    course = models.CharField(max_length=40, blank=True)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(roles=[]), name="learning_need_of_somebody")]


class LearningNeedStep(AppendOnly):
    """What was settled of a need later: the course that meets it, or that it is closed and why. The newest holds."""

    need = models.ForeignKey(LearningNeed, models.PROTECT, related_name="steps")
    course = models.CharField(max_length=40, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(course="", words__isnull=False) | (~Q(course="") & Q(words__isnull=True)),
                name="learning_need_step_is_one_of_two",
            ),
        ]


class Cohort(models.Model):
    """A course held once, from ``starts`` to ``ends`` (days, both within). ``seed`` repeats the draws by which its effect is judged.

    It changes in one way: it may be called off, with why.
    """

    course = models.CharField(max_length=40)
    starts = models.DateField()
    ends = models.DateField()
    place = models.CharField(max_length=120)
    trainer = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    places = models.PositiveSmallIntegerField()
    need = models.ForeignKey(LearningNeed, models.PROTECT, related_name="cohorts", null=True)
    seed = models.CharField(max_length=32)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    called_off_at = models.DateTimeField(null=True)
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="learning_cohort_has_days"),
            models.CheckConstraint(condition=Q(places__gte=1), name="learning_cohort_has_places"),
            models.CheckConstraint(
                condition=Q(called_off_at__isnull=True, why__isnull=True) | Q(called_off_at__isnull=False, why__isnull=False),
                name="learning_cohort_called_off_says_why",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["course", "ends"], name="learning_cohort_course")]

    def __str__(self) -> str:
        return f"cohort {self.pk}"


class Booking(AppendOnly):
    """Somebody booked for a cohort. The first ``places`` that stand have a place, the others wait in the order in which they came."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="bookings")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class BookingEnd(AppendOnly):
    """A booking taken back: whoever waits longest moves up by that."""

    booking = models.OneToOneField(Booking, models.PROTECT, related_name="end")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class AttendanceFile(AppendOnly):
    """A file of attendance that was read, by the SHA-256 of its bytes: the same is not read twice."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64, unique=True)
    rows = models.PositiveIntegerField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class CourseAttendance(AppendOnly):
    """Whether somebody was there, and with what result; of several of one person and cohort the newest holds."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="attendance")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    attended = models.BooleanField()
    result = models.CharField(max_length=8, choices=RESULTS, blank=True)
    file = models.ForeignKey(AttendanceFile, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(attended=True) | Q(result=""), name="learning_result_of_who_was_there"),
        ]
        indexes: ClassVar = [models.Index(fields=["staff", "cohort", "-id"], name="learning_attendance_newest")]


class CohortPoint(AppendOnly):
    """What a cohort was found to have changed, as reckoned on ``day`` from the records then; the newest of a cohort holds.

    ``outcomes`` are ``effects.Outcome`` by code: figures of groups, or why none can be told. ``state`` is the newest line of the registers that
    decided who is compared. Not ``known`` where a measure's query failed: that is tried again.
    """

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="points", db_index=False)
    day = models.DateField()
    state = models.BigIntegerField()
    trained = models.PositiveIntegerField()
    outcomes = models.JSONField()
    known = models.BooleanField()
    taken_at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["cohort", "-id"], name="learning_point_newest")]
