"""Referrals: what left for a partner exactly as it left, and each leg of the way until the child's outcome is known."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.audit.models import AppendOnly, DatabaseNow, Payload
from goldthread.contact.models import Incident
from goldthread.safeguarding.partner_choices import KINDS
from goldthread.safeguarding.partner_models import Partner, PartnerContact

LEGS = [
    ("sent", "Sent"),
    ("seen", "Seen"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("acted", "Acted"),
    ("outcome", "Outcome for the child"),
    ("fed_back", "Fed back"),
    ("withdrawn", "Withdrawn"),
]
ORIGINS = [("here", "Here"), ("link", "By the partner's link"), ("telephone", "By telephone")]
STAFF_ANSWERS = [("no", "No"), ("yes", "Yes"), ("not_known", "Not known")]


class ReferralQuerySet(models.QuerySet["Referral"]):
    """Questions asked of referrals."""

    def visible_to(self, user: Staff) -> ReferralQuerySet:
        """Those of incidents in this person's reach; as measures want their cases, with when each was made as ``opened_at``."""
        seen = Incident.objects.reached_by(user, "referral.see")
        found = self.filter(incident__in=seen).select_related("incident", "partner", "contact", "made_by")
        return found.annotate(opened_at=models.F("made_at"))

    def ended_for(self, user: Staff) -> ReferralQuerySet:
        """Those that this person could read until their incident was closed, and cannot now."""
        closed = Incident.objects.closed()
        until, now = closed.in_scope(user, "referral.see"), closed.reached_by(user, "referral.see")
        return self.filter(incident__in=until.exclude(pk__in=now.values("pk")))


class Referral(models.Model):
    """What one partner was told about children of one incident. Nothing of it changes but that it is withdrawn.

    ``fields`` are the codes of what left; ``document`` is JSON of exactly what left, ``sha256`` (hexadecimal) its digest.
    ``staff_answer``: whether anyone in the incident works at the school, asked before a school is told. ``began_at`` is when
    the time began by which it must be told. The same document for the same partner is one referral.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="referrals", db_index=False)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=KINDS)
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="referrals")
    contact = models.ForeignKey(PartnerContact, models.PROTECT, related_name="referrals")
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=DatabaseNow())
    began_at = models.DateTimeField()
    concern = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    basis = models.CharField(max_length=40)
    fields = models.JSONField()
    document = models.ForeignKey(Payload, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    staff_answer = models.CharField(max_length=10, choices=STAFF_ANSWERS, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    withdrawn_why = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "number"], name="referral_number_once"),
            models.UniqueConstraint(
                fields=["incident", "partner", "sha256"],
                condition=Q(withdrawn_at__isnull=True),
                name="referral_same_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_why__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, withdrawn_why__isnull=False),
                name="referral_withdrawn_whole",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["made_at"], name="referral_made_at")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What both sides call it on the telephone."""
        return f"{self.incident.reference}/{self.number}"


class ReferralChild(AppendOnly):
    """A child of the incident whom the referral is about."""

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="children", db_index=False)
    child = models.UUIDField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["referral", "child"], name="referralchild_once")]


class ReferralLeg(AppendOnly):
    """One leg of the way, in the order recorded; a later one corrects an earlier one of the same name.

    ``at`` is when it was recorded, ``occurred_at`` when it happened. ``by`` is our person, ``by_name`` the partner's: a leg by
    telephone has both, one by the partner's own link has only the name that was typed there.
    """

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="legs")
    leg = models.CharField(max_length=10, choices=LEGS)
    at = models.DateTimeField(db_default=DatabaseNow())
    occurred_at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    by_name = models.CharField(max_length=120, blank=True)
    words = models.ForeignKey(Payload, models.PROTECT, related_name="+", null=True)
    contact = models.ForeignKey(PartnerContact, models.PROTECT, related_name="+", null=True)
    origin = models.CharField(max_length=10, choices=ORIGINS, default="here")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["referral", "leg"], condition=Q(leg__in=["sent", "withdrawn"]), name="referralleg_once"
            ),
            models.CheckConstraint(
                condition=(Q(origin="here", by__isnull=False, by_name=""))
                | (Q(origin="telephone", by__isnull=False) & ~Q(by_name=""))
                | (Q(origin="link", by__isnull=True) & ~Q(by_name="")),
                name="referralleg_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(leg__in=["declined", "outcome", "fed_back", "withdrawn"]) | Q(words__isnull=False),
                name="referralleg_says_why",
            ),
        ]
