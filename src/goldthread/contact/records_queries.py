"""Questions about loads of records, and about what is restricted."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from goldthread.contact.people_models import Marker
from goldthread.contact.records_models import RecordLoad
from goldthread.contact.restricted import HIDDEN, markers


def loads() -> QuerySet[RecordLoad]:
    """Every load and every stop, the newest first."""
    return RecordLoad.objects.select_related("by").order_by("-id")


def newest_of_each() -> list[dict[str, Any]]:
    """For each source and kind the newest load that went through: what everything known from there is as fresh as."""
    done = RecordLoad.objects.filter(outcome="done")
    newest = done.order_by("source", "kind", "-as_of", "-id").distinct("source", "kind")
    return [{"load": one, "kind": one.get_kind_display()} for one in newest]


def hidden_markers(today: date) -> QuerySet[Marker]:
    """Markers, orders and flags that stand and that only some may see, the gravest kinds first come together."""
    return markers(today, restricted=True).filter(HIDDEN & ~Q(kind="")).order_by("kind", "review_on", "id")
