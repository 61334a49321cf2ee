"""What waits in the outbox, and what was given up."""

from __future__ import annotations

from django.db.models import F, QuerySet

from goldthread.notices.notice_models import Notice


def waiting() -> QuerySet[Notice]:
    """Notices that are not sent yet, the oldest first."""
    return Notice.objects.filter(due_at__isnull=False).order_by("made_at", "pk")


def failed() -> QuerySet[Notice]:
    """Notices that were given up, the newest first."""
    return Notice.objects.filter(failed_at__isnull=False).order_by(F("failed_at").desc(), "-pk")


def about(kind: str, number: object) -> QuerySet[Notice]:
    """Every notice about one thing, the newest first."""
    return Notice.objects.filter(about=kind, about_id=str(number)).order_by("-made_at", "-pk")
