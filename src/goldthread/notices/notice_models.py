"""The outbox: what is to be told somebody outside the service, and how far that has come."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

CHANNELS = [("mail", "E-mail"), ("text", "Text message")]
WHYS = [
    ("", "Not failed"),
    ("not_taken", "The mail service did not take it, however often it was tried"),
    ("refused", "The mail service says that there is no such address"),
    ("no_mail", "No mail service is set: see GOLDTHREAD_MAIL_URL"),
    ("no_texts", "No service for text messages is set: see GOLDTHREAD_TEXT_DOMAIN"),
    ("too_late", "It could not be sent before it was out of date"),
    ("unreadable", "GOLDTHREAD_SECRET_KEY changed before it was sent, so nobody can read it any more"),
]


class Notice(models.Model):
    """One message to one address. ``key`` is its caller's: the same notice told twice is one row.

    ``sealed`` holds the text until it is sent or given up and nothing afterwards, since a link or a code is a key. ``due_at`` is when
    it is tried next, ``until`` when it is of no use any more. ``about`` and ``about_id`` say what it is about.
    """

    key = models.CharField(max_length=120, unique=True)
    channel = models.CharField(max_length=4, choices=CHANNELS)
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    sealed = models.BinaryField()
    about = models.CharField(max_length=20)
    about_id = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, choices=WHYS, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(due_at__isnull=False, sent_at__isnull=True, failed_at__isnull=True, why="")
                | Q(due_at__isnull=True, sent_at__isnull=False, failed_at__isnull=True, why="", sealed=b"")
                | (Q(due_at__isnull=True, sent_at__isnull=True, failed_at__isnull=False, sealed=b"") & ~Q(why="")),
                name="notice_waits_sent_or_failed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="notice_due"),
            models.Index(fields=["failed_at"], condition=Q(failed_at__isnull=False), name="notice_failed"),
            models.Index(fields=["about", "about_id"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return f"notice {self.pk}"
