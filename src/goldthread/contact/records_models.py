"""Loads of what other systems know: who loaded which extract, what came of it, and the lines that could not be used."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow
from goldthread.contact.records_rules import KINDS

OUTCOMES = [("done", "Loaded"), ("stopped", "Stopped: nothing was changed")]


class RecordLoad(AppendOnly):
    """One extract that was loaded, or stopped with a sentence that says why (``said``). ``by`` is null for the command line.

    ``digest`` is sha256 of the file in hex. Counts are of lines: ``same`` said what stood already, ``late`` were older than what
    stands, ``refused`` could not be used. ``ended`` are rows that a whole extract held no longer.
    """

    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=[(code, one.name) for code, one in KINDS.items()])
    source = models.CharField(max_length=40)
    as_of = models.DateTimeField()
    whole = models.BooleanField()
    outcome = models.CharField(max_length=8, choices=OUTCOMES)
    said = models.TextField(blank=True)
    told = models.TextField(blank=True)
    columns = ArrayField(
        models.CharField(max_length=20), default=list
    )  # those used, by name; empty for loads that kept none
    lines = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    ended = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    def __str__(self) -> str:
        return f"load {self.pk}"


class RecordLine(AppendOnly):
    """A line of an extract that was not used, and why; none of its words is kept."""

    load = models.ForeignKey(RecordLoad, models.PROTECT, related_name="refusals", db_index=False)
    line = models.PositiveIntegerField()
    why = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["load", "line"], name="recordline_once")]


class RecordStaging(models.Model):
    """An extract on its way in. It stands until it is loaded, so that after a stop the same file goes on where it was."""

    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=10)
    source = models.CharField(max_length=40)
    as_of = models.DateTimeField()
    whole = models.BooleanField()
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "kind", "source", "as_of", "whole"], name="recordstaging_once")
        ]


class RecordStaged(models.Model):
    """One line on its way in: its key, its values as ``records_rules.read`` gives them, or why it cannot be used."""

    # Checked by nothing for each line: a load takes its own lines away, in the same transaction as itself.
    staging = models.ForeignKey(RecordStaging, models.CASCADE, related_name="rows", db_index=False, db_constraint=False)
    line = models.PositiveIntegerField()
    key = models.CharField(max_length=60, blank=True)
    as_of = models.DateTimeField(null=True)
    values = ArrayField(models.TextField(null=True))
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["staging", "line"], name="recordstaged_once")]
