"""The live board's own tables: one row for each open incident, and the log of changes that the stream follows."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow
from goldthread.contact.models import Incident
from goldthread.desk.ordering import REST


class BoardRow(models.Model):
    """What ordering and counting an open incident needs, derived in the transaction that changed it; no words.

    ``urgency`` is the higher of the grade's severity and that of the level the words suggest; an ungraded incident
    counts as the most urgent grade, since nobody has judged it yet. ``due_at`` is the earliest running clock, or when the
    owner owes the next action. ``needs`` is what wants somebody: ``called`` (a supervisor was), ``orphan``, ``offered`` and
    ``handoff`` (late), ``asked`` and ``request`` (late), ``assess`` and ``reassess`` (late), ``next`` (step, late), ``sent_on`` and
    ``transfer`` (another agency was asked; late), ``asks`` and ``question`` (a supervisor's, to its owner; late), ``outside`` (another system
    acted outside the rule) and ``ahead`` (words of it wait), ``why`` (it is late and nobody has said why), ``marks`` (a threat to life that
    nobody answered), ``unread`` by the reader, ``unseen`` (a risk in the words that nobody recognised in time).
    ``first``, ``score`` and ``parts`` say where it stands and why (``ordering``); ``again`` is when time makes that another
    place, and now for a row that was never placed. What is *blind* is the same as if nothing had been read, for whom the reader is
    silent or off; ``assessed`` are the teams that have saved their first assessment.
    """

    incident = models.OneToOneField(Incident, models.CASCADE, primary_key=True, related_name="board_row")
    grade = models.CharField(max_length=20, blank=True)
    urgency = models.PositiveSmallIntegerField()
    suggested = models.CharField(max_length=10, blank=True)
    child_rank = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    attended = models.BooleanField(default=False)
    needs = ArrayField(models.CharField(max_length=10), default=list)
    first = models.PositiveSmallIntegerField(default=REST)
    score = models.PositiveIntegerField(default=0)
    parts = models.JSONField(default=list)
    again = models.DateTimeField(null=True, db_default=DatabaseNow())
    assessed = ArrayField(models.BigIntegerField(), default=list)
    blind_first = models.PositiveSmallIntegerField(default=REST)
    blind_urgency = models.PositiveSmallIntegerField(default=0)
    blind_needs = ArrayField(models.CharField(max_length=10), default=list)
    blind_score = models.PositiveIntegerField(default=0)
    blind_parts = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["first", "-score", "due_at"], name="board_order"),
            models.Index(fields=["again"], name="board_again", condition=models.Q(again__isnull=False)),
        ]


class BoardChange(models.Model):
    """That an incident changed. A column ``xid`` (the migration adds it) holds the transaction, so that a reader who
    knows a snapshot finds exactly what committed since, however late a transaction commits."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["at"], name="boardchange_at")]


class Draft(models.Model):
    """What one person has typed for one contact and not sent, sealed; see ``drafts``. ``incident`` may not be open yet.

    ``sent``: keyed digests of the fields of the command sent last.
    """

    staff = models.ForeignKey(Staff, models.CASCADE, related_name="+", db_index=False)
    incident = models.UUIDField()
    revision = models.PositiveIntegerField()
    sealed = models.BinaryField()
    sent = models.JSONField(null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["staff", "incident"], name="draft_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="draft_at")]
