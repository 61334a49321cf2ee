"""Who is told by webhook, the secrets that sign, and everything that is or was to be delivered."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from goldthread.accounts.models import Staff
from goldthread.contact.models import Incident
from goldthread.integration.webhook_rules import LONGEST_NAME, LONGEST_URL, WHYS

ENDS = [("", "Not ended"), ("hand", "Ended here"), ("gone", "Ended by the system: it answered 410")]


class Subscription(models.Model):
    """A system that is told: its ``name``, its address, and which kinds of event. ``key`` is the command's: sent again it is the same."""

    key = models.UUIDField(unique=True)
    name = models.CharField(max_length=LONGEST_NAME)
    url = models.CharField(max_length=LONGEST_URL)
    kinds = ArrayField(models.CharField(max_length=30))
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended = models.CharField(max_length=4, choices=ENDS, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended="") | (Q(ended_at__isnull=False) & ~Q(ended="")),
                name="subscription_ends_for_a_reason",
            ),
            models.UniqueConstraint(fields=["name"], condition=Q(ended_at__isnull=True), name="subscription_name_once"),
        ]

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class WebhookSecret(models.Model):
    """A secret that signs, sealed. ``ends_at``: when one that was replaced signs no more; null for the newest."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="secrets")
    key = models.UUIDField(unique=True)
    sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription"], condition=Q(ends_at__isnull=True), name="webhooksecret_one_newest"
            ),
        ]

    def __str__(self) -> str:
        return f"secret {self.pk}"


class Delivery(models.Model):
    """One event for one system. ``message`` is the identity that its receiver sees, the same at every try. ``body`` holds ids, references,
    codes and times, and no words of a person. ``due_at`` is when it is tried next. Of one incident and system the earlier goes first.
    """

    message = models.UUIDField(unique=True, default=uuid.uuid4)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="deliveries", db_index=False)
    incident = models.ForeignKey(Incident, models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=30)
    body = models.JSONField()
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    why = models.CharField(max_length=12, choices=list(WHYS.items()), blank=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(due_at__isnull=False, sent_at__isnull=True, failed_at__isnull=True)
                | Q(due_at__isnull=True, sent_at__isnull=False, failed_at__isnull=True, why="")
                | (Q(due_at__isnull=True, sent_at__isnull=True, failed_at__isnull=False) & ~Q(why="")),
                name="delivery_waits_sent_or_given_up",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["subscription", "incident", "id"], condition=Q(due_at__isnull=False), name="delivery_waiting"
            ),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="delivery_due"),
            models.Index(
                fields=["subscription", "-failed_at"], condition=Q(failed_at__isnull=False), name="delivery_given_up"
            ),
            models.Index(fields=["subscription", "-sent_at"], condition=Q(sent_at__isnull=False), name="delivery_sent"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def message_id(self) -> str:
        """The identity as the receiver sees it."""
        return f"msg_{self.message.hex}"
