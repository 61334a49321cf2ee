"""Missing episodes of children: risk by version, sightings, return, and the interviews after it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.contact.people_models import Person, Place
from goldthread.safeguarding.missing_choices import FOUND_BY, HOW, INTERVIEWS, OUTCOMES


class MissingEpisode(models.Model):
    """That a child of an incident is missing, until a return is recorded.

    ``last_seen_at`` is the last sighting anybody told us of, null where nobody knows. ``risk`` is the one that holds. ``person`` is
    who the child was settled as, ``place`` the settled address they went missing from, both as settled since too; ``place_words`` is
    it as written. ``number`` tells which episode in twelve months it was when it began, as far as was known when the risk was assessed.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="missing_episodes")
    child = models.UUIDField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", null=True)
    age = models.PositiveSmallIntegerField(null=True)
    went_from = models.CharField(max_length=20, default="not_known")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", null=True)
    place_words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    last_seen_at = models.DateTimeField(null=True)
    risk = models.CharField(max_length=8)
    number = models.PositiveIntegerField(default=1)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "child"], condition=Q(returned_at__isnull=True), name="missing_runs_once"
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True)
                | Q(last_seen_at__isnull=True)
                | Q(returned_at__gte=F("last_seen_at")),
                name="missing_returns_after",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["at"], name="missing_at")]


class MissingAssessment(AppendOnly):
    """One assessment of the risk; the newest stands. ``asked`` is what was chosen and ``risk`` what holds from then on.

    Where they differ, an inspector has to agree; the row of their answer names both, and they are two people.
    """

    episode = models.ForeignKey(MissingEpisode, models.PROTECT, related_name="assessments", db_index=False)
    version = models.PositiveIntegerField()
    asked = models.CharField(max_length=8)
    risk = models.CharField(max_length=8)
    suggested = models.CharField(max_length=8)
    reasons = models.JSONField(default=list)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    agreed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["episode", "version"], name="missingassessment_once"),
            models.CheckConstraint(
                condition=~Q(risk__in=["none", "low"]) | (Q(agreed_by__isnull=False) & ~Q(agreed_by=F("asked_by"))),
                name="missing_below_medium_by_two",
            ),
        ]


class MissingSighting(AppendOnly):
    """That the child was seen, by whoever told us, whenever we heard of it; ``seen_at`` is null where nobody knows when."""

    episode = models.ForeignKey(MissingEpisode, models.PROTECT, related_name="sightings")
    seen_at = models.DateTimeField(null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class MissingSightingWithdrawal(AppendOnly):
    """That a sighting was recorded by mistake, and why: it stays on record and no hours are counted from it."""

    sighting = models.OneToOneField(MissingSighting, models.PROTECT, related_name="withdrawal")
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class MissingReturn(AppendOnly):
    """That the child is back: when, where found and by whom, in what condition."""

    episode = models.OneToOneField(MissingEpisode, models.PROTECT, related_name="came_back")
    returned_at = models.DateTimeField()
    found_by = models.CharField(max_length=10, choices=FOUND_BY)
    where = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    condition = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class MissingInterview(AppendOnly):
    """What came of an interview with a child who is back; ``words`` are what the child said, or why there was none."""

    episode = models.ForeignKey(MissingEpisode, models.PROTECT, related_name="interviews")
    kind = models.CharField(max_length=10, choices=INTERVIEWS)
    outcome = models.CharField(max_length=8, choices=OUTCOMES)
    held_at = models.DateTimeField()
    how = models.CharField(max_length=5, choices=HOW, blank=True)
    who = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    not_face = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
