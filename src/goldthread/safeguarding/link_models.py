"""The partner's link: who was sent one to which referral, the codes it asked for, and everything that was done with it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow
from goldthread.files.models import Attachment
from goldthread.safeguarding.link_rules import USES
from goldthread.safeguarding.partner_models import PartnerContact
from goldthread.safeguarding.referral_models import Referral


class PartnerLink(models.Model):
    """A link to one referral for one registered contact, the ``number``-th of theirs. Only the newest of a contact opens anything."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="links", db_index=False)
    contact = models.ForeignKey(PartnerContact, models.PROTECT, related_name="links")
    number = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["referral", "contact", "number"], name="partnerlink_once"),
            models.UniqueConstraint(
                fields=["referral", "contact"], condition=Q(revoked_at__isnull=True), name="partnerlink_one_open"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="partnerlink_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"


class LinkCode(models.Model):
    """A one-time code of a link. ``digest`` is the code's, keyed; ``session`` the SHA-256 of what the browser got that entered it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(PartnerLink, models.PROTECT, related_name="codes", db_index=False)
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    wrong = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    session = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, session__isnull=True)
                | Q(used_at__isnull=False, session__isnull=False),
                name="linkcode_used_whole",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["link", "made_at"], name="linkcode_newest")]


class SharedFile(AppendOnly):
    """That a file beside a referral is shown to whoever opens a link, or no longer. The newest of a file holds; without one it is not."""

    file = models.ForeignKey(Attachment, models.PROTECT, related_name="+")
    shown = models.BooleanField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=DatabaseNow())


class LinkUse(AppendOnly):
    """One thing that was done with a link, or tried, and from which address."""

    link = models.ForeignKey(PartnerLink, models.PROTECT, related_name="uses", db_index=False)
    kind = models.CharField(max_length=10, choices=list(USES.items()))
    address = models.CharField(max_length=45)
    at = models.DateTimeField(db_default=DatabaseNow())

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["link", "kind", "at"], name="linkuse_of_link"),
            models.Index(fields=["address", "kind", "at"], name="linkuse_from"),
        ]
