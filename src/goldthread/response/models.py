"""Grades over time, clocks, units and what they were sent to, and closings."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.choices import ORIGINS
from goldthread.contact.models import Incident
from goldthread.response.querysets import ClockQuerySet, UnitQuerySet

CLOCKS = [("allocation", "Allocation"), ("attendance", "Attendance"), ("first_read", "First read")]
ARRIVAL_SOURCES = [("officer", "Officer"), ("dispatcher", "Dispatcher"), ("vehicle", "Vehicle")]
UNIT_STATES = [("available", "Available"), ("sent", "Sent"), ("at_scene", "At scene"), ("off", "Off duty")]


class GradePeriod(AppendOnly):
    """One grade an incident held, from ``at`` until the next. Each has clocks of its own.

    The database refuses a lower grade than the one before, unless it was imported or the rule allows it: see the migration
    ``decided_by_a_second_person``.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="grade_periods", db_index=False)
    seq = models.PositiveIntegerField()
    grade = models.CharField(max_length=20)
    severity = models.PositiveSmallIntegerField()
    at = models.DateTimeField(db_default=DatabaseNow())
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    origin = models.CharField(max_length=10, choices=ORIGINS, default="here")
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    why_not_above = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    decision = models.OneToOneField("response.ReviewDecision", models.PROTECT, related_name="period", null=True)
    """What allowed a lower grade."""
    child = models.CharField(max_length=8, blank=True, db_default="")
    """Whether a child was involved when it was chosen, as the incident said then; the database fills it in. Empty where
    imported, and where chosen before it was kept."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["incident", "seq"], name="grade_period_once")]


class GradeReason(AppendOnly):
    """Why a grade was chosen and why not the one above, written after it: help went first. The newest holds."""

    period = models.ForeignKey(GradePeriod, models.PROTECT, related_name="reasons")
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    why_not_above = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class SupervisorCall(AppendOnly):
    """Somebody who works on an incident asks a supervisor to come to it now."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="supervisor_calls")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class SupervisorAnswer(AppendOnly):
    """The supervisor who came; the first to say so holds."""

    call = models.OneToOneField(SupervisorCall, models.PROTECT, related_name="answer")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class Clock(models.Model):
    """A target that runs: started, due, and stopped by somebody or something (``stopped_by`` says which).

    Every clock is a grade's, but for that of a first read, which runs before anybody has graded.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="clocks")
    period = models.ForeignKey(GradePeriod, models.PROTECT, related_name="clocks", null=True)
    kind = models.CharField(max_length=12, choices=CLOCKS)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=12, blank=True)
    decision = models.OneToOneField("response.ReviewDecision", models.PROTECT, related_name="clock", null=True)
    """What allowed a later time."""

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "kind"], condition=Q(stopped_at__isnull=True), name="clock_runs_once"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=models.F("started_at")), name="clock_due_after_start"),
            models.CheckConstraint(
                condition=Q(period__isnull=False) | Q(kind="first_read"), name="clock_of_a_grade_or_first_read"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(stopped_at__isnull=True), name="clock_running_due")
        ]


class Unit(models.Model):
    """A unit that can be sent: call sign, area, skills and who crews it."""

    call_sign = models.CharField(max_length=20, unique=True)
    area = models.CharField(max_length=40)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    state = models.CharField(max_length=10, choices=UNIT_STATES, default="available")
    crew = models.ManyToManyField(Staff, related_name="units", blank=True)
    committed_until = models.DateTimeField(null=True, blank=True)
    """Until when it is held, as a dispatcher says. It is shown where a unit is chosen, and past it as overdue to be free; it
    never stands in the way of sending."""

    objects = UnitQuerySet.as_manager()

    def __str__(self) -> str:
        return self.call_sign


class Allocation(models.Model):
    """That a unit was sent to an incident, when it arrived by whose word, and when it left."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="allocations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="allocations")
    at = models.DateTimeField(db_default=DatabaseNow())
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    arrived_at = models.DateTimeField(null=True)
    arrival_source = models.CharField(max_length=12, choices=ARRIVAL_SOURCES, blank=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit"], condition=Q(left_at__isnull=True), name="unit_sent_once"),
        ]


class Closing(AppendOnly):
    """That an incident was closed, why, and by whom; a re-opened incident may close again."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="closings")
    at = models.DateTimeField(db_default=DatabaseNow())
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    origin = models.CharField(max_length=10, choices=ORIGINS, default="here")
    reason = models.CharField(max_length=30)
    result = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    decision = models.OneToOneField("response.ReviewDecision", models.PROTECT, related_name="closing", null=True)
    """What allowed a closing that one person may not do alone."""


from goldthread.response.alarm_models import Alarm as Alarm  # noqa: E402
from goldthread.response.delay_models import DelayExplanation as DelayExplanation  # noqa: E402
from goldthread.response.handoff_models import HandOff as HandOff  # noqa: E402
from goldthread.response.handoff_models import HandOffAnswer as HandOffAnswer  # noqa: E402
from goldthread.response.handoff_models import TakenFrom as TakenFrom  # noqa: E402
from goldthread.response.reassess_models import Reassessment as Reassessment  # noqa: E402
from goldthread.response.request_models import ReviewDecision as ReviewDecision  # noqa: E402 - they point to GradePeriod, above
from goldthread.response.request_models import ReviewRequest as ReviewRequest  # noqa: E402
from goldthread.response.transfer_models import Transfer as Transfer  # noqa: E402
from goldthread.response.transfer_models import TransferAnswer as TransferAnswer  # noqa: E402
