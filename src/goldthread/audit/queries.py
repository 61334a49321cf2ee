"""Questions an auditor asks of the log."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, QuerySet, TextField

from goldthread.audit.models import AuditEvent


def events_about(kind: str, number: object) -> QuerySet[AuditEvent]:
    """Every event on one subject, newest first: ``events_about("incident", 5)``."""
    # The expression of the index audit_event_about.
    about = Func(F("subjects"), function="audit_about", output_field=ArrayField(TextField()))
    found = AuditEvent.objects.alias(about=about)
    return found.filter(about__contains=[f"{kind}:{number}"]).order_by("-id")  # type: ignore[misc]  # not seen: an array


def events_by(staff_id: int, since: datetime) -> QuerySet[AuditEvent]:
    """What one member of staff did and saw from ``since`` on, newest first."""
    return AuditEvent.objects.filter(staff_id=staff_id, at__gte=since).order_by("-at", "-id")
