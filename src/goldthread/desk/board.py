"""The board's projection: kept right by listening to every change, in the same transaction."""

from __future__ import annotations

from datetime import date

from django.db import connection

from goldthread.assessment.queries import newest_reading
from goldthread.config.upward import listen
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardChange, BoardRow
from goldthread.response.grades import Grade, grade, grades_on
from goldthread.response.models import Allocation, Clock, GradePeriod

CHANNEL = "goldthread_board"
"""The NOTIFY channel that wakes the stream."""
CHILD_RANK = {"yes": 0, "possible": 1, "none": 2}


@listen(IncidentChanged)
def follow(event: IncidentChanged) -> None:
    """Bring the incident's row up to date, log the change and wake the stream when this commits."""
    project(event.incident)
    BoardChange.objects.create(incident=event.incident, at=event.act.now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def project(incident: Incident) -> None:
    """Derive the incident's board row from its records; a closed incident has none."""
    if not incident.is_open or incident.next_action_at is None:
        BoardRow.objects.filter(incident=incident).delete()
        return
    period = GradePeriod.objects.filter(incident=incident).order_by("-seq").first()
    held = grade(period.grade) if period else None
    reading = newest_reading(incident)
    suggested = suggested_level(held, reading.level if reading and reading.state == "read" else "none")
    due = Clock.objects.filter(incident=incident).running().order_by("due_at").values_list("due_at", flat=True).first()
    BoardRow.objects.update_or_create(
        incident=incident,
        defaults={
            "grade": held.code if held else "",
            "urgency": urgency(held, suggested),
            "suggested": suggested,
            "child_rank": CHILD_RANK[incident.child],
            "due_at": due or incident.next_action_at,
            "attended": Allocation.objects.filter(incident=incident, arrived_at__isnull=False).exists(),
            "unread": reading is not None and (reading.state == "down" or reading.abstain),
        },
    )


def suggested_level(held: Grade | None, level: str) -> str:
    """The level the words suggest where it is above the grade held, else nothing: the reader may raise, never lower."""
    severity = severity_of(level)
    return level if severity > (held.severity if held else 0) else ""


def severity_of(level: str) -> int:
    """The severity of the grade that answers to a reader's level; 0 for none."""
    found = [one.severity for one in grades_on(date.max).values() if one.level == level]
    return max(found, default=0)


def urgency(held: Grade | None, suggested: str) -> int:
    """How urgent the incident stands; ungraded counts as most urgent."""
    if held is None:
        return 9
    return max(held.severity, severity_of(suggested))
