"""What was issued to the Commissioner, frozen: editions of tables, and drafts of the comments of section 55; and what became of those."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.improvement.models import PlanReport


class TableEdition(AppendOnly):
    """An edition of a table of the catalogue, as issued. Shapes of ``text`` and ``basis``: see ``composing``.

    ``text`` is canonical JSON, and ``sha256`` the SHA-256 of its UTF-8 bytes, in hexadecimal. ``basis`` holds true counts, is for the next
    edition's check alone, and is shown to nobody. ``until`` is the last day it tells of. ``office`` is the role of whoever issued it.
    """

    table = models.SlugField(max_length=40, db_index=False)
    number = models.PositiveIntegerField()
    until = models.DateField()
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    basis = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    office = models.CharField(max_length=80)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "number"], name="commissioner_edition_once"),
            models.UniqueConstraint(fields=["table", "until"], name="commissioner_edition_of_a_period_once"),
            models.CheckConstraint(condition=Q(number__gt=0), name="commissioner_edition_has_a_number"),
        ]

    @property
    def content(self) -> dict[str, Any]:
        """What was issued."""
        return read(self.text)


class LetterDraft(AppendOnly):
    """A draft of the comments on a report, made from the record and put before the Commissioner's office. Shape of ``text``: see ``drafting``."""

    report = models.ForeignKey(PlanReport, models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    office = models.CharField(max_length=80)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "number"], name="commissioner_draft_once")]

    @property
    def content(self) -> dict[str, Any]:
        """What was put before the office."""
        return read(self.text)


class LetterText(AppendOnly):
    """A version of one part of the comments on a report: *opening*, *chief* (the chief constable's own), or a recommendation's number."""

    report = models.ForeignKey(PlanReport, models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    office = models.CharField(max_length=80)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "part", "number"], name="commissioner_text_once")
        ]


class Letter(AppendOnly):
    """The comments on a report as issued, once. ``text`` is canonical JSON in the shape that ``drafting`` tells, ``sha256`` its digest."""

    report = models.OneToOneField(PlanReport, models.PROTECT, related_name="+")
    draft = models.ForeignKey(LetterDraft, models.PROTECT, related_name="+")
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    office = models.CharField(max_length=80)
    key = models.UUIDField(unique=True)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())

    @property
    def content(self) -> dict[str, Any]:
        """What was issued."""
        return read(self.text)


def read(payload: Payload) -> dict[str, Any]:
    """What a payload of canonical JSON says; empty where it was erased."""
    found: dict[str, Any] = {} if payload.erased_at is not None else json.loads(payload.text)
    return found
