"""Meetings: who sat when over which frozen list, what was decided of each line, who owes what of it, and the minutes."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload

PARTS = [("chair", "Chair"), ("member", "Present")]
ANSWERS = [("done", "Done"), ("carried", "Carried over")]


class Meeting(models.Model):
    """One meeting of a kind over a list that was frozen when it was called; one of a kind is open at a time.

    ``because`` is a code of the kind's file, ``words`` what whoever called it said beside it. ``at_line`` is where the chair is,
    ``at_since`` since when. ``ends_by`` is when it ends itself; one that did has ``ended_at`` and nobody who ended it.
    """

    kind = models.CharField(max_length=20)
    because = models.CharField(max_length=20)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    called_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    chair = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    previous = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)
    opened_at = models.DateTimeField()
    ends_by = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    agenda = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    """The list as it was frozen, as canonical JSON: see ``minutes``, which has the same lines."""
    agenda_sha256 = models.CharField(max_length=64)
    at_line = models.ForeignKey("Line", models.PROTECT, related_name="+", null=True)
    at_since = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(ended_at__isnull=True), name="meeting_one_of_a_kind_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(ended_at__isnull=False), name="meeting_ended_by_whoever_ended"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "-opened_at"], name="meeting_newest")]

    @property
    def is_open(self) -> bool:
        """Whether it still sits."""
        return self.ended_at is None

    @cached_property
    def frozen(self) -> dict[str, Any]:
        """The list as frozen; empty where its text was erased."""
        return read(self.agenda)


class Attendance(models.Model):
    """Somebody in a meeting, from when until when; who chaired it is a row of its own for each stretch."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="attendance")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=PARTS)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["meeting", "staff", "part"], condition=Q(left_at__isnull=True), name="attendance_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["meeting"], condition=Q(part="chair", left_at__isnull=True), name="attendance_one_chair"
            ),
        ]


class Line(AppendOnly):
    """One subject on a meeting's list, in its place, with why it stands there and what was known of it then.

    ``text`` is canonical JSON: ``title``, ``words``, ``reasons`` (``code`` and ``words``) and ``known`` (``label`` and ``value``).
    ``carried`` is the subject's line of the meeting before.
    """

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    subject = models.UUIDField()
    points = models.FloatField()
    reasons = ArrayField(models.CharField(max_length=20))
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    carried = models.ForeignKey("self", models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["meeting", "position"], name="line_place_once"),
            models.UniqueConstraint(fields=["meeting", "subject"], name="line_subject_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["subject"], name="line_subject")]

    @property
    def told(self) -> dict[str, Any]:
        """What stands on the line; empty where its text was erased."""
        return read(self.text)


class Decision(AppendOnly):
    """What was decided of a line; the newest holds. ``came_of`` is what it did there and then, in words without particulars."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="decisions")
    code = models.CharField(max_length=20)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    person = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    """Who accepts what is accepted."""
    came_of = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    key = models.UUIDField(unique=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="meeting_decision_at")]


class Action(AppendOnly):
    """What a person or a team owes of a line by a time. Without a decision the line was not reached, and is theirs to look at."""

    line = models.ForeignKey(Line, models.PROTECT, related_name="actions")
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="action", null=True)
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="meeting_actions", null=True)
    owner_team = models.ForeignKey(Team, models.PROTECT, related_name="meeting_actions", null=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, owner_team__isnull=True)
                | Q(owner__isnull=True, owner_team__isnull=False),
                name="action_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("at")), name="action_due_after_it_was_given"),
        ]
        indexes: ClassVar = [models.Index(fields=["due_at"], name="action_due")]


class ActionAnswer(AppendOnly):
    """The end of an action: done, with what words, or carried over to the line of a later meeting."""

    action = models.OneToOneField(Action, models.PROTECT, related_name="answer")
    answer = models.CharField(max_length=8, choices=ANSWERS)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    line = models.ForeignKey(Line, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer="done", by__isnull=False, words__isnull=False, line__isnull=True)
                | Q(answer="carried", line__isnull=False),
                name="action_ends_somehow",
            ),
        ]


class Minutes(AppendOnly):
    """A meeting's minutes, frozen when it ended: ``text`` is canonical JSON in the shape that ``minutes`` tells."""

    meeting = models.OneToOneField(Meeting, models.PROTECT, related_name="minutes")
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    @property
    def content(self) -> dict[str, Any]:
        """The document; empty where its text was erased. For its shape see ``minutes``."""
        return read(self.text)


class Proposal(models.Model):
    """A rule of a kind was broken, so a meeting is proposed: once, until one was called or it holds no more."""

    kind = models.CharField(max_length=20)
    rule = models.CharField(max_length=20)
    words = models.CharField(max_length=300)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="proposals", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "rule"], condition=Q(ended_at__isnull=True), name="proposal_open_once"
            ),
            models.CheckConstraint(
                condition=Q(meeting__isnull=True) | Q(ended_at__isnull=False), name="proposal_ends_with_its_meeting"
            ),
        ]


def read(payload: Payload) -> dict[str, Any]:
    """What a payload of canonical JSON says; empty where it was erased."""
    if payload.erased_at is not None:
        return {}
    found: dict[str, Any] = json.loads(payload.text)
    return found
