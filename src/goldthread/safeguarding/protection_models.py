"""Police protection of one child (Children Act 1989 s.46), and the strategy discussion and conference that follow it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.safeguarding.protection_choices import ENDINGS, MEETINGS, OUTCOMES, PLANS, TOLD


class Protection(models.Model):
    """That a child of an incident was taken into police protection; it runs until an ending is recorded, however long.

    ``lapses_at`` is when the power ends by law. What else is known of it stands in its versions.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="protections")
    child = models.UUIDField()
    taken_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    ended_at = models.DateTimeField(null=True)
    ended_how = models.CharField(max_length=12, choices=ENDINGS, blank=True)
    ended_words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    ended_recorded_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "child"], condition=Q(ended_at__isnull=True), name="protection_runs_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_how="")
                | (Q(ended_at__gte=F("taken_at"), ended_by__isnull=False) & ~Q(ended_how="")),
                name="protection_ends_somehow",
            ),
            models.CheckConstraint(condition=Q(lapses_at__gt=F("taken_at")), name="protection_lapses_after"),
        ]
        indexes: ClassVar = [models.Index(fields=["lapses_at"], name="protection_lapses")]


class ProtectionVersion(AppendOnly):
    """What is known of it, version by version; the newest holds.

    ``words`` is JSON with the texts of ``protection_rules.TEXTS``. ``initiating_is`` and ``designated_is`` tell one officer from
    another, as ``protection_rules.who`` makes them; they are two people.
    """

    protection = models.ForeignKey(Protection, models.PROTECT, related_name="versions", db_index=False)
    version = models.PositiveIntegerField()
    taken_at = models.DateTimeField()
    initiating_is = models.CharField(max_length=40, blank=True)
    designated_is = models.CharField(max_length=40, blank=True)
    authority_at = models.DateTimeField(null=True)
    child_told = models.CharField(max_length=8, choices=TOLD, blank=True)
    parents_told = models.CharField(max_length=8, choices=TOLD, blank=True)
    plan = models.CharField(max_length=14, choices=PLANS, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["protection", "version"], name="protectionversion_once"),
            models.CheckConstraint(
                condition=Q(designated_is="") | ~Q(designated_is=F("initiating_is")),
                name="protection_designated_is_another",
            ),
        ]


class ChildMeeting(AppendOnly):
    """A strategy discussion or a conference about a child of an incident: when, who was there, and what came of it."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="child_meetings")
    child = models.UUIDField()
    kind = models.CharField(max_length=10, choices=MEETINGS)
    held_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    who = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="strategy", outcome__in=["enquiry", "support", "no_action", "not_held"])
                | Q(kind="conference", outcome__in=["plan", "no_plan", "not_held"]),
                name="childmeeting_outcome_of_its_kind",
            ),
        ]
