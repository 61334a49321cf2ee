"""What is attached to a thing."""

from __future__ import annotations

from django.db.models import QuerySet

from goldthread.files.file_models import Attachment


def attached_to(about: str, number: object) -> QuerySet[Attachment]:
    """Files on a thing in the order they came; those erased are among them, with what their tombstone says."""
    return (
        Attachment.objects.filter(about=about, about_id=str(number))
        .select_related("name__erasure", "content__erasure", "by")
        .defer("content__text")
        .order_by("at", "pk")
    )
