"""Files that are attached to something of the record."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.files.kinds import KINDS


class Attachment(AppendOnly):
    """A file on the thing that ``about`` and ``about_id`` name, known by the SHA-256 of its bytes.

    Name and bytes are payloads: erased, they leave their digests, ``sha256`` and size. The bytes are sealed. ``by`` is our person;
    where somebody outside gave it, ``by_name`` is the name they typed. The same bytes on two things are kept twice, so that
    erasing the one leaves the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about = models.CharField(max_length=20)
    about_id = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    kind = models.CharField(max_length=4, choices=[(code, one.name) for code, one in KINDS.items()])
    name = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    content = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    by_name = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [models.Index(fields=["about", "about_id", "sha256"], name="attachment_about")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(by__isnull=False, by_name="") | (models.Q(by__isnull=True) & ~models.Q(by_name="")),
                name="attachment_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return f"attachment {self.pk}"
