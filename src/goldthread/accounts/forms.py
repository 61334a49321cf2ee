"""What an auditor asks of the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.audit.queries import events_about, events_by

SINCE = timedelta(days=366)


class AuditForm(forms.Form):
    """A record (its kind and identity), or a member of staff by login; nothing asked shows the newest events."""

    kind = forms.ChoiceField(
        label="About",
        required=False,
        choices=[
            ("", "Anything"),
            ("incident", "Incident"),
            ("child", "Child"),
            ("person", "Person"),
            ("place", "Place"),
            ("phone", "Number"),
            ("marker", "Marker"),
            ("staff", "Staff"),
            ("unit", "Unit"),
            ("token", "Token"),
        ],
    )
    identity = forms.RegexField(
        r"^[A-Za-z0-9_.:/+@#-]*$",
        label="Its identity",
        required=False,
        max_length=60,
        error_messages={
            "invalid": "An identity is a code without spaces. Copy it from a page's address or from the log."
        },
    )
    by = forms.CharField(label="By (login)", required=False, max_length=60)

    def events(self, now: datetime) -> QuerySet[AuditEvent]:
        """The events asked for, newest first; none for a login nobody has, or where the question was not understood."""
        given: dict[str, Any] = self.cleaned_data
        if self.errors:
            return AuditEvent.objects.none()
        if given.get("by"):
            staff = self._staff()
            return events_by(staff.pk, now - SINCE) if staff else AuditEvent.objects.none()
        if given.get("kind") and given.get("identity"):
            return events_about(given["kind"], given["identity"])
        return AuditEvent.objects.order_by("-id")

    def subjects(self) -> list[tuple[str, object]]:
        """What this search is about, for the audit of the audit."""
        given = self.cleaned_data
        if given.get("by"):
            staff = self._staff()
            return [("staff", staff.pk)] if staff else []
        if given.get("kind") and given.get("identity"):
            return [(given["kind"], given["identity"])]
        return []

    def _staff(self) -> Staff | None:
        return Staff.objects.filter(username=self.cleaned_data["by"]).first()
