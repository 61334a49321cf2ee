"""Trials of the reader: who has it how and from when, with which engine, what people missed, and what was rescued."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.mode_rules import MODES
from goldthread.assessment.models import ModeChange, Reading
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.response.models import Alarm


class Trial(AppendOnly):
    """A trial: a name, what it asks, and the seed with which the order of its teams was drawn; null where it was entered."""

    name = models.CharField(max_length=120, unique=True)
    asks = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    seed = models.BigIntegerField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class TrialEnd(AppendOnly):
    """A trial that ended, and why; teams that had not begun never do."""

    trial = models.OneToOneField(Trial, models.PROTECT, related_name="ended")
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class Assignment(AppendOnly):
    """A team's place in a trial: ``place`` counts from 1 in the order of the start, and ``change`` takes effect at its date by itself."""

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="assignments", db_index=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()
    change = models.OneToOneField(ModeChange, models.PROTECT, related_name="assignment")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["trial", "team"], name="assignment_team_once"),
            models.CheckConstraint(condition=Q(place__gte=1), name="assignment_place_from_one"),
        ]


class EngineChange(AppendOnly):
    """The engine that reads from ``at`` on in a trial; of each trial the first row is the one it began with.

    ``reading`` is the first that was made with it. Figures of the trial are told apart by it.
    """

    trial = models.ForeignKey(Trial, models.PROTECT, related_name="engines")
    engine = models.CharField(max_length=20)
    lexicon = models.CharField(max_length=80)
    model = models.CharField(max_length=80, null=True)
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class Miss(AppendOnly):
    """A risk to a child that was in the words and that nobody had recognised within the time: a supervisor was told by ``alarm``.

    ``staff`` and ``team`` are of whoever took the words, ``mode`` is how the reader stood to them then, ``said_at`` when the words came,
    ``at`` when the time was over. ``reading`` is the one that found it.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="misses")
    alarm = models.OneToOneField(Alarm, models.PROTECT, related_name="miss")
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    mode = models.CharField(max_length=12, choices=MODES)
    level = models.CharField(max_length=10)
    said_at = models.DateTimeField()
    at = models.DateTimeField(db_default=DatabaseNow())


class Rescue(AppendOnly):
    """What a senior person did first in an incident after a miss was told; ``did`` is the code of the timeline's line."""

    miss = models.OneToOneField(Miss, models.PROTECT, related_name="rescue")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    did = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=DatabaseNow())
