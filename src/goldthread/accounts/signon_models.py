"""Who is whom in the force's directory."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from goldthread.accounts.models import Staff
from goldthread.audit.models import DatabaseNow


class SignOn(models.Model):
    """A member of staff and the subject by which the directory knows them: never an e-mail, which may go to another.

    ``refresh`` is what the directory is asked again with while they are signed on, sealed; empty where there is nothing to ask with.
    ``due_at`` is when that is next done. ``ended_at`` says that the directory itself ended their access, so that it may give it back:
    an access that was ended here it does not.
    """

    staff = models.OneToOneField(Staff, models.PROTECT, related_name="sign_on")
    issuer = models.CharField(max_length=300)
    subject = models.CharField(max_length=255)
    tied_at = models.DateTimeField(db_default=DatabaseNow())
    signed_on_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    refresh = models.BinaryField(default=b"")
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="one_staff_to_a_subject"),
            models.CheckConstraint(condition=~models.Q(subject=""), name="sign_on_has_a_subject"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="sign_on_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"sign-on {self.pk}"
