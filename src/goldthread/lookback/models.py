"""Look-back: runs, what they found, the owned items that came of it, and what was decided."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from goldthread.accounts.models import Staff, Team
from goldthread.assessment.models import Reading
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.lookback import choices
from goldthread.lookback.querysets import ItemQuerySet


class Run(AppendOnly):
    """One screening taken into the look-back: of what, read by what, and what it came to when it was agreed.

    ``source_hash`` (SHA-256 of the file with the columns and names it was judged by, or of the list of incidents and
    readings) makes the same thing one run.
    Counts are of rows: ``hits`` at risk, ``not_carried`` of them, ``unread`` that the reader could not read, ``bad`` ones,
    ``repeated`` ones of a reference that has a row of higher risk, ``known`` ones that have an item already. ``made`` is
    how many items the run makes, ``waiting`` how many of them the capacity left for later days.
    """

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=choices.KINDS)
    agreed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()
    source = models.CharField(max_length=200)
    source_hash = models.CharField(max_length=64, unique=True)
    since = models.DateField(null=True)
    engine = models.CharField(max_length=20, blank=True)
    path = models.CharField(max_length=8, blank=True)
    lexicon = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=80, blank=True)
    rows = models.PositiveIntegerField()
    hits = models.PositiveIntegerField()
    not_carried = models.PositiveIntegerField()
    unread = models.PositiveIntegerField()
    bad = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField()
    known = models.PositiveIntegerField()
    made = models.PositiveIntegerField()
    waiting = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=DatabaseNow())


class Agreement(AppendOnly):
    """How many items a team decides in a working day, and who agreed to it. The newest of a team holds."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(capacity__gte=1), name="lookback_capacity_is_some"),
        ]


class Hit(AppendOnly):
    """One record whose own words carry a risk to a child that it did not carry further.

    Of a record elsewhere ``said`` keeps JSON: the quotes with a few words around them, and grade, tags and THRIVE as they
    were given. Of an incident of ours nothing is kept twice: ``reading`` and the incident's own entries are shown.
    ``findings`` are codes, without words: ``{cue, assertion, score}``. ``carried`` has codes only, and ``why`` the
    codes of ``choices.WHY``.
    """

    run = models.ForeignKey(Run, models.PROTECT, related_name="found", db_index=False)
    row = models.PositiveIntegerField()
    reference = models.CharField(max_length=80)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True, db_index=False)
    reading = models.ForeignKey(Reading, models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=10)
    severity = models.PositiveSmallIntegerField()
    probability = models.FloatField()
    adult_vulnerability = models.BooleanField(default=False)
    findings = models.JSONField(default=list)
    said = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    carried = models.JSONField(default=dict)
    why = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "row"], name="lookback_row_once"),
            models.CheckConstraint(
                condition=Q(incident__isnull=True, reading__isnull=True, said__isnull=False)
                | Q(incident__isnull=False, reading__isnull=False, said__isnull=True),
                name="lookback_hit_is_ours_or_elsewhere",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["reference"], name="lookback_hit_reference"),
            models.Index(fields=["incident"], name="lookback_hit_incident"),
        ]


class Item(models.Model):
    """A hit that somebody must decide. Exactly one owner, a person or a team's desk, and a time: the database sees to it.

    ``team`` is the team whose capacity it counts against. It waits until ``release_at``. ``decision`` and ``outcome`` are
    the codes of the newest rows, which are the record; ``outcome_due_at`` is null where no outcome is owed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    hit = models.OneToOneField(Hit, models.PROTECT, related_name="item")
    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(db_default=DatabaseNow())
    severity = models.PositiveSmallIntegerField()
    probability = models.FloatField()
    owner = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    owner_team = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    release_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=choices.STATES, default="open")
    decision = models.CharField(max_length=8, choices=choices.DECISIONS, blank=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=choices.OUTCOMES, blank=True)
    outcome_due_at = models.DateTimeField(null=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(owner__isnull=False, owner_team__isnull=True)
                | Q(owner__isnull=True, owner_team__isnull=False),
                name="lookback_exactly_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(state="open", decision="", decided_at__isnull=True, outcome="", outcome_due_at__isnull=True)
                | (Q(state="decided", decided_at__isnull=False) & ~Q(decision="")),
                name="lookback_decided_says_how",
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("release_at")), name="lookback_due_after_release"),
            models.CheckConstraint(
                condition=Q(decision__in=["", "safe", "vast", "reopen"]), name="lookback_decision_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-severity", "-probability", "due_at"], condition=Q(state="open"), name="lookback_open"
            ),
            models.Index(fields=["team", "release_at"], condition=Q(state="open"), name="lookback_release"),
            models.Index(
                fields=["outcome_due_at"],
                condition=Q(state="decided", outcome="", outcome_due_at__isnull=False),
                name="lookback_outcome_owed",
            ),
            models.Index(fields=["opened_at"], name="lookback_opened_at"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """The record's own reference."""
        return self.hit.reference


class Decision(AppendOnly):
    """What was decided of an item. The newest holds; *undone* takes the one before back."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="decisions", db_index=False)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=choices.DECISIONS)
    reason = models.CharField(max_length=16, choices=choices.SAFE_BECAUSE, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    told = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    handed_to = models.ForeignKey(Team, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "seq"], name="lookback_decision_once"),
            models.CheckConstraint(
                condition=(Q(kind="safe", words__isnull=False) & ~Q(reason="")) | (~Q(kind="safe") & Q(reason="")),
                name="lookback_safe_says_why",
            ),
            models.CheckConstraint(
                condition=Q(kind="vast", handed_to__isnull=False) | (~Q(kind="vast") & Q(handed_to__isnull=True)),
                name="lookback_vast_is_handed",
            ),
        ]


class Outcome(AppendOnly):
    """What came of an item after its decision. The newest holds."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="outcomes")
    kind = models.CharField(max_length=12, choices=choices.OUTCOMES)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class Tie(AppendOnly):
    """That an item's record names the same person, or the same address, as those of other items with this ``mark``.

    ``mark`` is a digest of the file that linked them and of the group in it; it says nothing of who or where.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="ties")
    kind = models.CharField(max_length=8, choices=choices.TIES)
    mark = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mark", "item"], name="lookback_tie_once"),
        ]


class TieWithdrawal(AppendOnly):
    """That a tie was wrong: who looked and said so, and why. The tie stays on record and ties nothing any more."""

    tie = models.OneToOneField(Tie, models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    why = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
