"""The inbox: what arrived in writing and no person has read yet, most risky first."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, Exists, OuterRef, QuerySet, When

from goldthread.assessment.modes import view
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardRow
from goldthread.desk.queries import SeenAs
from goldthread.desk.rows import rows
from goldthread.response.models import Clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

MOST = 100
"""Rows shown; the riskiest are among them."""
BY_CHILD = Case(When(seen_child="yes", then=0), When(seen_child="possible", then=1), default=2)
LEVELS = {"immediate": "Immediate", "high": "Priority", "medium": "Scheduled", "low": "Resolution"}


def inbox(user: Staff) -> QuerySet[BoardRow]:
    """Incidents in this person's reach in which something waits for its first read; riskiest first, then by the clock."""
    mine = Incident.objects.open().reached_by(user, "inbox.see")
    unread = Clock.objects.filter(incident=OuterRef("pk")).unread()
    seen = SeenAs(view(user))
    found = seen.told(BoardRow.objects.filter(Exists(unread), incident__in=mine), "child")
    return found.order_by(seen("urgency").desc(), BY_CHILD, "due_at", "incident_id")


def counted(user: Staff, now: datetime) -> dict[str, int]:
    """How many wait in all, and how many of them past the time of their first read."""
    late = Clock.objects.filter(incident=OuterRef("pk")).unread().breached(now)
    found: dict[str, int] = inbox(user).aggregate(count=Count("pk"), over=Count("pk", filter=Exists(late)))
    return found


def waiting(user: Staff, now: datetime) -> dict[str, Any]:
    """What the page shows: rows, how many wait in all, and a mark that changes with what the rows say."""
    found = inbox(user)
    shown = [_row(row) for row in rows(found[:MOST], now, view(user))]
    said = "\n".join(f"{row['id']} {row['seq']} {row['order']} {row['owner']}" for row in shown)
    return {"rows": shown, "total": found.count(), "mark": hashlib.sha256(said.encode()).hexdigest()[:16]}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "level": LEVELS.get(row["suggested"], ""),
        "channel": row["channel_name"],
        "for": row["owner"] if row["owned"] else "",
    }
