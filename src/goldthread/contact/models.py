"""Incidents, what was said in them, the children, and who is involved."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse, Upper

from goldthread.accounts.models import Staff, Team
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact import choices
from goldthread.contact.querysets import IncidentQuerySet

STAFF = settings.AUTH_USER_MODEL
BACKWARDS = Reverse(Upper("reference"))
"""A reference from its end: people ask for an incident by the digits that end it, and an index reads from the beginning."""


class DailyNumber(models.Model):
    """The last reference number given on a day (force time)."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)


class Incident(models.Model):
    """One matter, from its first contact to its closing. Its words, children and decisions are rows of their own.

    Exactly one owner (a person or a team's desk) and one next-action time stand on every open incident: the database
    refuses anything else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    opened_at = models.DateTimeField(db_default=DatabaseNow())
    origin = models.CharField(max_length=10, choices=choices.ORIGINS, default="here")
    channel = models.CharField(max_length=20, choices=choices.CHANNELS)
    area = models.CharField(max_length=40, blank=True)
    team = models.ForeignKey(Team, models.PROTECT, related_name="incidents", db_index=False)
    opened_by = models.ForeignKey(Staff, models.PROTECT, related_name="opened", null=True)
    location = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    child = models.CharField(max_length=10, choices=choices.CHILD_INVOLVED, default="possible")
    children_answer = models.CharField(max_length=12, choices=choices.CHILDREN_ANSWERS, default="not_asked")
    last_seq = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="owned", null=True)
    owner_team = models.ForeignKey(Team, models.PROTECT, related_name="owned", null=True)
    # Handed to somebody who has not acknowledged it: it stays the owner's until then.
    offered_to = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    offered_team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    next_action = models.CharField(max_length=40)
    next_action_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # When the contact came by the word of whoever enters it, where that was well before it was opened here.
    contacted_at = models.DateTimeField(null=True)
    line = models.CharField(max_length=10, choices=choices.LINE, default="speaking")
    on_line = models.CharField(max_length=12, choices=choices.ON_LINE, default="not_asked")
    safe_contact = models.CharField(max_length=10, choices=choices.SAFE_CONTACT, default="not_asked")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(owner__isnull=False) & Q(owner_team__isnull=True))
                | (Q(owner__isnull=True) & Q(owner_team__isnull=False)),
                name="incident_exactly_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(offered_to__isnull=True) | Q(offered_team__isnull=True), name="incident_offered_to_one"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | (Q(offered_to__isnull=True) & Q(offered_team__isnull=True)),
                name="incident_closed_is_offered_to_nobody",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False) | Q(next_action_at__isnull=False),
                name="incident_open_has_next_action",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["area"], condition=Q(closed_at__isnull=True), name="incident_open_area"),
            models.Index(fields=["team"], condition=Q(closed_at__isnull=True), name="incident_open_team"),
            models.Index(fields=["next_action_at"], condition=Q(closed_at__isnull=True), name="incident_open_next"),
            models.Index(fields=["opened_at"], name="incident_opened_at"),
            models.Index(fields=["team", "opened_at"], name="incident_team_opened"),
            models.Index(OpClass(BACKWARDS, "text_pattern_ops"), name="incident_reference_backwards"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether anything may still be owed in it."""
        return self.closed_at is None

    @property
    def is_offered(self) -> bool:
        """Whether it is handed over and not acknowledged yet."""
        return self.offered_to_id is not None or self.offered_team_id is not None


class Entry(AppendOnly):
    """One line of an incident's timeline, in the order recorded (``seq``, unique in the incident).

    ``kind`` is ``words`` (somebody's words, in ``text``, read by the reader) or ``event`` (something the system
    recorded: ``code`` with ids and codes in ``data``; its ``text``, where it has one, is what we said ourselves, which no
    reader takes for evidence). Both times are kept: ``occurred_at``
    as the person gave it, ``recorded_at`` as the database had it.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="entries", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=choices.ENTRY_KINDS)
    source = models.CharField(max_length=12, choices=choices.SOURCES)
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    code = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=DatabaseNow())
    author = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    late = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "seq"], name="entry_seq_once"),
            models.CheckConstraint(
                condition=(Q(kind="words") & Q(text__isnull=False)) | (Q(kind="event") & ~Q(code="")),
                name="entry_has_words_or_code",
            ),
        ]


class Particular(AppendOnly):
    """A fact of the contact that may be corrected: place, caller's name, caller's number. The newest of a kind holds."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="particulars")
    kind = models.CharField(max_length=16, choices=choices.PARTICULARS)
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class ChildrenAnswer(AppendOnly):
    """An answer to "Children?". The newest holds; without any, the answer is *not asked*."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="children_answers")
    answer = models.CharField(max_length=12, choices=choices.CHILDREN_ANSWERS)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())


class ChildVersion(AppendOnly):
    """What is known of one child in one incident, version by version; the newest of a ``child`` holds.

    ``particulars`` holds JSON with name, where_now and last_seen_by. ``age`` is in whole years, null where unknown.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="child_versions", db_index=False)
    child = models.UUIDField()
    version = models.PositiveIntegerField()
    particulars = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    age = models.PositiveSmallIntegerField(null=True)
    age_estimated = models.BooleanField(default=False)
    seen = models.CharField(max_length=12, choices=choices.SEEN, default="not_known")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "child", "version"], name="child_version_once"),
        ]


class Involvement(AppendOnly):
    """That a member of staff has to do with an incident, and how. It is what *own* means in the matrix of sight."""

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="involvements")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="involvements", db_index=False)
    part = models.CharField(max_length=10, choices=choices.PARTS)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "incident", "part"], name="involvement_once"),
        ]


class Command(AppendOnly):
    """A command already carried out, by the key its sender gave it: a retried POST acts once."""

    key = models.UUIDField(primary_key=True)
    verb = models.CharField(max_length=40)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True)
    result = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(db_default=DatabaseNow())


from goldthread.contact import people_models as people_models  # noqa: E402 - they point to Incident, above
from goldthread.contact.arrival_models import Conversation as Conversation  # noqa: E402 - they point to what stands above
from goldthread.contact.caller_models import CallBack as CallBack  # noqa: E402
from goldthread.contact.caller_models import LineState as LineState  # noqa: E402
from goldthread.contact.caller_models import OnLine as OnLine  # noqa: E402
from goldthread.contact.caller_models import SafeContact as SafeContact  # noqa: E402
from goldthread.contact.records_models import RecordLoad as RecordLoad  # noqa: E402
from goldthread.contact.sight_models import SightReason as SightReason  # noqa: E402
