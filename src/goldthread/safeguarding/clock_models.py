"""Clocks of safeguarding: each watches one thing, tells whom its steps name, and runs until that thing is done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, DatabaseNow
from goldthread.contact.models import Incident

KINDS = [("warn", "Warns"), ("due", "Has run out"), ("ladder", "Escalated")]


class Clock(models.Model):
    """One clock on one thing (``about``, ``about_id``). ``steps`` are its moments as planned when it began: time, kind, role.

    ``told`` of them have been told; ``next_at`` is the next one's time. ``team`` is whose desk it is, where it is one's.
    ``known`` is false where it rests on school terms that nobody has entered.
    """

    rule = models.CharField(max_length=30)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="safeguarding_clocks", null=True)
    about = models.CharField(max_length=20)
    about_id = models.CharField(max_length=40)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    began_at = models.DateTimeField()
    due_at = models.DateTimeField()
    known = models.BooleanField(default=True)
    holds = models.BooleanField(default=True)
    steps = models.JSONField()
    told = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    because = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "about", "about_id"],
                condition=Q(stopped_at__isnull=True),
                name="safeguarding_clock_once",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True, because="") | (Q(stopped_at__isnull=False) & ~Q(because="")),
                name="safeguarding_clock_stops",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=Q(stopped_at__isnull=True, next_at__isnull=False),
                name="safeguarding_clock_next",
            ),
            models.Index(fields=["about", "about_id"], name="safeguarding_clock_about"),
        ]


class ClockStep(AppendOnly):
    """That a clock told a role: a warning, its end, or a step of the ladder after it."""

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="tellings", db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=KINDS)
    to = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["clock", "number"], name="clockstep_once")]
