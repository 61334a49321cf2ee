"""What boards answer with: notes on a figure's history, and packs as they were issued."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models
from django.utils.functional import cached_property

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.governance.querysets import PackQuerySet


class Annotation(AppendOnly):
    """What happened on a day that a figure's history is read with. ``anew``: from that day its limits are reckoned anew."""

    series = models.CharField(max_length=80)
    day = models.DateField()
    anew = models.BooleanField()
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    key = models.UUIDField(unique=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["series"], name="annotation_series")]


class Pack(AppendOnly):
    """A board's pack as it was issued: ``text`` is canonical JSON in the shape that ``packs`` tells, ``sha256`` its digest.

    ``number`` counts a board's packs from 1.
    """

    board = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    text = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())
    key = models.UUIDField(unique=True)

    objects = PackQuerySet.as_manager()  # type: ignore[misc]  # its verbs beside the base's

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["board", "number"], name="pack_number_once")]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The pack; empty where its text was erased."""
        if self.text.erased_at is not None:
            return {}
        found: dict[str, Any] = json.loads(self.text.text)
        return found
