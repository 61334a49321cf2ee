"""Partners: who else keeps children safe, their registered contacts, and when a school has lessons."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.safeguarding.partner_choices import KINDS


class Partner(models.Model):
    """An organisation that referrals go to. ``area`` is the one it serves, empty for every one; an inactive one gets nothing new."""

    kind = models.CharField(max_length=20, choices=KINDS)
    name = models.CharField(max_length=120)
    area = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["kind", "name"], name="partner_once")]

    def __str__(self) -> str:
        return self.name


class PartnerContact(models.Model):
    """A person or desk registered with a partner, to whom a referral may be addressed; taken off by ``active``, never removed."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="contacts", db_index=False)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "name"], name="partnercontact_once")]

    def __str__(self) -> str:
        return f"{self.name}, {self.role}" if self.role else self.name


class SchoolTerm(models.Model):
    """The first and last day of lessons between two holidays of one school; a half-term makes two of a term."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="terms", db_index=False)
    first = models.DateField()
    last = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "first"], name="schoolterm_once"),
            models.CheckConstraint(condition=models.Q(first__lte=models.F("last")), name="schoolterm_in_order"),
        ]


class SchoolStaffDay(models.Model):
    """A weekday in term on which only a school's staff come, and no lesson is held."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="staff_days", db_index=False)
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["partner", "day"], name="schoolstaffday_once")]
