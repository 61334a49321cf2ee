"""The board's projection: kept right by listening to every change, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from goldthread.config.upward import listen
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardRow
from goldthread.response.grades import Grade, grade, grades_on

CHANNEL = "goldthread_board"
"""The NOTIFY channel that wakes the stream."""
CHILD_RANK = {"yes": 0, "possible": 1, "none": 2}


@listen(IncidentChanged)
def follow(event: IncidentChanged) -> None:
    """Bring the incident's row up to date, log the change and wake the stream when this commits."""
    project(event.incident)
    with connection.cursor() as cursor:
        cursor.execute(NOTE, {"incident": event.incident.pk, "at": event.act.now, "channel": CHANNEL})


def project(incident: Incident) -> None:
    """Derive the incident's board row from its records; a closed incident has none."""
    if not incident.is_open or incident.next_action_at is None:
        BoardRow.objects.filter(incident=incident).delete()
        return
    with connection.cursor() as cursor:
        cursor.execute(STATE, {"incident": incident.pk})
        code, level, unread, blind, due, attended, called = cursor.fetchone()
        held = grade(code) if code else None
        suggested = suggested_level(held, level or "none")
        row = {
            "incident": incident.pk,
            "grade": code or "",
            "urgency": urgency(held, suggested, _waits(incident, blind, level)),
            "suggested": suggested,
            "child_rank": CHILD_RANK[incident.child],
            "due_at": due or incident.next_action_at,
            "attended": attended,
            "called": called,
            "unread": unread,
        }
        cursor.execute(PUT, row)


STATE = """
SELECT (SELECT grade FROM response_gradeperiod WHERE incident_id = %(incident)s ORDER BY seq DESC LIMIT 1),
       reading.level,
       coalesce(reading.state = 'down' OR reading.abstain, false),
       coalesce(reading.state = 'down' OR reading.abstain, true),
       (SELECT min(due_at) FROM response_clock WHERE incident_id = %(incident)s AND stopped_at IS NULL),
       EXISTS (SELECT 1 FROM response_allocation WHERE incident_id = %(incident)s AND arrived_at IS NOT NULL),
       EXISTS (SELECT 1 FROM response_supervisorcall AS call WHERE incident_id = %(incident)s
               AND NOT EXISTS (SELECT 1 FROM response_supervisoranswer AS came WHERE came.call_id = call.id))
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT state, abstain, CASE WHEN state = 'read' THEN level END AS level
    FROM assessment_reading WHERE incident_id = %(incident)s ORDER BY id DESC LIMIT 1
) AS reading ON true
"""
"""Grade, level read, whether unread or nothing there to read, earliest running clock, whether attended, and whether a
supervisor is called for: every command asks this once."""
PUT = """
INSERT INTO desk_boardrow (incident_id, grade, urgency, suggested, child_rank, due_at, attended, called, unread)
VALUES (%(incident)s, %(grade)s, %(urgency)s, %(suggested)s, %(child_rank)s, %(due_at)s, %(attended)s,
        %(called)s, %(unread)s)
ON CONFLICT (incident_id) DO UPDATE SET grade = excluded.grade, urgency = excluded.urgency,
    suggested = excluded.suggested, child_rank = excluded.child_rank, due_at = excluded.due_at,
    attended = excluded.attended, called = excluded.called, unread = excluded.unread
"""
NOTE = """
WITH noted AS (INSERT INTO desk_boardchange (incident_id, at) VALUES (%(incident)s, %(at)s) RETURNING 1)
SELECT pg_notify(%(channel)s, '') FROM noted
"""


def suggested_level(held: Grade | None, level: str) -> str:
    """The level the words suggest where it is above the grade held, else nothing: the reader may raise, never lower."""
    severity = severity_of(level)
    return level if severity > (held.severity if held else 0) else ""


def severity_of(level: str) -> int:
    """The severity of the grade that answers to a reader's level; 0 for none."""
    found = [one.severity for one in grades_on(date.max).values() if one.level == level]
    return max(found, default=0)


@dataclass(frozen=True)
class Waits:
    """What else places an incident: that it waits for its first read, blind or with a level read, or is not to be rung."""

    first_read: bool = False
    blind: bool = False
    level: str = "none"
    not_safe: bool = False


def _waits(incident: Incident, blind: bool, level: str | None) -> Waits:
    return Waits(incident.next_action == "first_read", blind, level or "none", incident.safe_contact == "not_safe")


def urgency(held: Grade | None, suggested: str, waits: Waits = Waits()) -> int:
    """How urgent the incident stands. Ungraded counts as the most urgent grade, since nobody has judged it yet.

    But a written contact that waits for its first read stands as its words suggest, never below the grade that answers
    to *medium*; unread by the reader too it counts as *high*. Not safe to call counts as *high* at least *(ours)*.
    """
    least = severity_of("high") if waits.not_safe else 0
    if held is not None:
        return max(held.severity, severity_of(suggested), least)
    if waits.first_read:
        level = "high" if waits.blind else waits.level
        return max(severity_of(level), severity_of("medium"), least)
    return max(one.severity for one in grades_on(date.max).values())
