"""The board's projection: kept right by listening to every change, in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db import connection
from psycopg.types.json import Json

from goldthread.assessment.mode_rules import child_unread
from goldthread.assessment.modes import assessed_by
from goldthread.assessment.queries import critical_cues
from goldthread.audit.actions import acting
from goldthread.config.upward import listen
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.desk.models import BoardRow
from goldthread.desk.ordering import Facts, place
from goldthread.response.grades import Grade, grade, grades_on, severity_of
from goldthread.response.shared_actions import critical_unanswered

CHANNEL = "goldthread_board"
"""The NOTIFY channel that wakes the stream."""
AT_ONCE = 100
"""Rows placed anew in one transaction *(ours)*."""
OF_READER = {"marks", "unread", "unseen"}
"""Needs that say what the reader found, or that it did not read."""
ASKED = {"assess", "reassess"}
"""Needs that ask for the next THRIVE: the reader's too, where nothing else asks."""
CHILD_RANK = {"yes": 0, "possible": 1, "none": 2}


@listen(IncidentChanged, last=True)
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
        cursor.execute(_state(), {"incident": incident.pk, "critical": sorted(critical_cues())})
        code, level, unread, blind, critical, clocked, due, attended, wants, only_raised, assessed, now = (
            cursor.fetchone()
        )
        held = grade(code) if code else None
        suggested = suggested_level(held, level or "none")
        told = {
            "unread": unread,
            "offered": incident.is_offered,
            "marks": critical and bool(critical_unanswered(incident)),
        }
        needs = sorted({*wants, *(name for name, holds in told.items() if holds)})
        urgent = urgency(held, suggested, _waits(incident, blind, level))
        since, by = clocked or incident.opened_at, due or incident.next_action_at
        placed = place(Facts(urgent, incident.child, attended, since, by, needs), now)
        # The same as if nothing had been read, for those to whom that is how it stands.
        less = OF_READER | (ASKED if only_raised else set())
        blind_needs = [one for one in needs if one not in less]
        blind_urgent = urgency(held, "", _waits(incident, blind=True, level=None))
        child = child_unread(incident.children_answer, incident.on_line)
        blind_placed = place(Facts(blind_urgent, child, attended, since, by, blind_needs), now)
        row = {
            "incident": incident.pk,
            "grade": code or "",
            "urgency": urgent,
            "suggested": suggested,
            "child_rank": CHILD_RANK[incident.child],
            "due_at": by,
            "attended": attended,
            "needs": needs,
            "first": placed.first,
            "score": placed.score,
            "parts": Json(placed.parts),
            "again": min(filter(None, (placed.again, blind_placed.again)), default=None),
            "assessed": assessed,
            "blind_first": blind_placed.first,
            "blind_urgency": blind_urgent,
            "blind_needs": blind_needs,
            "blind_score": blind_placed.score,
            "blind_parts": Json(blind_placed.parts),
        }
        cursor.execute(PUT, row)


def place_again(most: int = AT_ONCE) -> int:
    """Place anew what time alone has moved, and wake the stream; returns how many.

    Incidents first, as every action locks them; one that somebody acts on just now is placed by that.
    """
    with acting(None) as act:
        with connection.cursor() as cursor:
            cursor.execute(MOVED, {"most": most})
            moved = [pk for (pk,) in cursor.fetchall()]
        for incident in Incident.objects.filter(pk__in=moved):
            project(incident)
            with connection.cursor() as cursor:
                cursor.execute(NOTE, {"incident": incident.pk, "at": act.now, "channel": CHANNEL})
    return len(moved)


STATE = """
SELECT (SELECT grade FROM response_gradeperiod WHERE incident_id = %(incident)s ORDER BY seq DESC LIMIT 1),
       reading.level,
       coalesce(reading.state = 'down' OR reading.abstain, false),
       coalesce(reading.state = 'down' OR reading.abstain, true),
       EXISTS (SELECT 1 FROM jsonb_array_elements(reading.findings) AS found WHERE found->>'cue' = ANY(%(critical)s)),
       clock.started_at, clock.due_at,
       EXISTS (SELECT 1 FROM response_allocation WHERE incident_id = %(incident)s AND arrived_at IS NOT NULL
           AND at > coalesce((SELECT max(at) FROM response_closing WHERE incident_id = %(incident)s), '-infinity')),
       array_remove(ARRAY[
           CASE WHEN EXISTS (SELECT 1 FROM response_supervisorcall AS call WHERE incident_id = %(incident)s
               AND NOT EXISTS (SELECT 1 FROM response_supervisoranswer AS came WHERE came.call_id = call.id)) THEN 'called' END,
           CASE WHEN EXISTS (SELECT 1 FROM response_reviewrequest AS request WHERE incident_id = %(incident)s
               AND NOT EXISTS (SELECT 1 FROM response_reviewdecision AS made WHERE made.request_id = request.id)) THEN 'asked' END,
           CASE WHEN EXISTS (SELECT 1 FROM response_clock AS late WHERE incident_id = %(incident)s
               AND (stopped_at IS NULL AND due_at <= goldthread_now()
                    OR stopped_at > due_at)
               AND NOT EXISTS (SELECT 1 FROM response_delayexplanation AS said WHERE said.clock_id = late.id)) THEN 'why' END,
           CASE WHEN EXISTS (SELECT 1 FROM response_transfer AS asked WHERE incident_id = %(incident)s
               AND NOT EXISTS (SELECT 1 FROM response_transferanswer AS said WHERE said.transfer_id = asked.id)) THEN 'sent_on' END,
           CASE WHEN EXISTS (SELECT 1 FROM response_reassessment WHERE incident_id = %(incident)s) THEN 'assess' END,
           CASE WHEN EXISTS (SELECT 1 FROM response_alarm WHERE incident_id = %(incident)s
               AND kind = 'question' AND ended_at IS NULL) THEN 'asks' END
       ], NULL) || ARRAY(SELECT DISTINCT kind::text FROM response_alarm WHERE incident_id = %(incident)s
           AND kind IN
               ('orphan', 'handoff', 'request', 'reassess', 'transfer', 'next', 'question', 'senior', 'unseen',
                'outside', 'ahead') AND raised_at IS NOT NULL AND ended_at IS NULL),
       EXISTS (SELECT 1 FROM response_reassessment WHERE incident_id = %(incident)s
           AND NOT jsonb_path_exists(reasons, '$[*] ? (@.code != "raised")')),
       {assessed},
       goldthread_now()
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT state, abstain, findings, level
    FROM assessment_reading WHERE incident_id = %(incident)s ORDER BY id DESC LIMIT 1
) AS reading ON true LEFT JOIN LATERAL (
    SELECT started_at, due_at FROM response_clock WHERE incident_id = %(incident)s AND stopped_at IS NULL ORDER BY due_at LIMIT 1
) AS clock ON true
"""
"""Grade, level read, whether unread or nothing there to read, whether a threat to life is in it, earliest running clock, whether attended, what wants
somebody, whether the reader alone asks for the next THRIVE, and which teams have assessed it: every command asks this once."""
PUT = """
INSERT INTO desk_boardrow (incident_id, grade, urgency, suggested, child_rank, due_at, attended, needs, first, score, parts, again,
    assessed, blind_first, blind_urgency, blind_needs, blind_score, blind_parts)
VALUES (%(incident)s, %(grade)s, %(urgency)s, %(suggested)s, %(child_rank)s, %(due_at)s, %(attended)s,
        %(needs)s, %(first)s, %(score)s, %(parts)s, %(again)s,
        %(assessed)s, %(blind_first)s, %(blind_urgency)s, %(blind_needs)s, %(blind_score)s, %(blind_parts)s)
ON CONFLICT (incident_id) DO UPDATE SET grade = excluded.grade, urgency = excluded.urgency,
    suggested = excluded.suggested, child_rank = excluded.child_rank, due_at = excluded.due_at,
    attended = excluded.attended, needs = excluded.needs, first = excluded.first, score = excluded.score,
    parts = excluded.parts, again = excluded.again, assessed = excluded.assessed,
    blind_first = excluded.blind_first, blind_urgency = excluded.blind_urgency, blind_needs = excluded.blind_needs,
    blind_score = excluded.blind_score, blind_parts = excluded.blind_parts
"""
MOVED = """
SELECT incident.id FROM contact_incident AS incident JOIN desk_boardrow AS board ON board.incident_id = incident.id
WHERE board.again <= goldthread_now() ORDER BY incident.id LIMIT %(most)s FOR UPDATE OF incident SKIP LOCKED
"""
NOTE = """
WITH noted AS (INSERT INTO desk_boardchange (incident_id, at) VALUES (%(incident)s, %(at)s) RETURNING 1)
SELECT pg_notify(%(channel)s, '') FROM noted
"""


@lru_cache(maxsize=1)
def _state() -> str:
    """The same with the question of who has assessed, which floors below put together as they start."""
    return STATE.replace("{assessed}", assessed_by())


def suggested_level(held: Grade | None, level: str) -> str:
    """The level the words suggest where it is above the grade held, else nothing: the reader may raise, never lower."""
    severity = severity_of(level)
    return level if severity > (held.severity if held else 0) else ""


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
