"""Raising what has fallen due: by as many workers as there are, each alarm once."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import connection

from goldthread.accounts.roles import roles
from goldthread.audit.actions import acting
from goldthread.config.upward import announce
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.contact.work import Work
from goldthread.response.alarm_models import Alarm
from goldthread.response.events import AlarmRaised

AT_ONCE = 200
"""Alarms raised in one transaction; after an outage the riskiest come first *(ours)*."""

LOCK = """
SELECT id FROM contact_incident WHERE id IN (
    SELECT alarm.incident_id FROM response_alarm AS alarm JOIN contact_incident AS about ON about.id = alarm.incident_id
    LEFT JOIN LATERAL (SELECT severity FROM response_gradeperiod AS held WHERE held.incident_id = alarm.incident_id
                       ORDER BY seq DESC LIMIT 1) AS grade ON true
    WHERE alarm.raised_at IS NULL AND alarm.ended_at IS NULL AND alarm.due_at <= goldthread_now()
    ORDER BY coalesce(grade.severity, 9) DESC, about.child = 'none', alarm.due_at LIMIT %(most)s
) ORDER BY id FOR UPDATE SKIP LOCKED
"""
"""Incidents first, as every action locks them; one that somebody acts on just now is found again a second later. Not graded
yet comes before all grades, the most urgent grade first, and those with a child before others."""
UNOWNED = """
SELECT incident.id FROM contact_incident AS incident
WHERE incident.closed_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM accounts_duty AS duty JOIN accounts_staff AS staff ON staff.id = duty.staff_id
    WHERE duty.ended_at IS NULL AND staff.is_active AND (staff.role = ANY(%(takers)s) OR accounts_acts_as(staff.id) = ANY(%(takers)s))
      AND (staff.id = incident.owner_id OR staff.team_id = incident.owner_team_id))
AND NOT EXISTS (
    SELECT 1 FROM response_handoff AS handoff WHERE handoff.incident_id = incident.id AND handoff.answer_by > goldthread_now()
      AND NOT EXISTS (SELECT 1 FROM response_handoffanswer AS answer WHERE answer.handoff_id = handoff.id)
      AND EXISTS (SELECT 1 FROM accounts_staff AS receiver WHERE receiver.is_active
                  AND (receiver.role = ANY(%(takers)s) OR accounts_acts_as(receiver.id) = ANY(%(takers)s))
                  AND (receiver.id = handoff.to_id OR receiver.team_id = handoff.to_team_id)))
"""
"""Open incidents whose owner is not on duty or may hold none any more, or whose desk nobody who may take one staffs, and that
nobody who may take it has just been asked to take."""
FIND_ORPHANS = f"""
INSERT INTO response_alarm (incident_id, kind, source, due_at)
SELECT found.id, 'orphan', 'orphan:' || found.id || ':' || (extract(epoch FROM goldthread_now()) * 1000000)::bigint,
       goldthread_now()
FROM ({UNOWNED}) AS found
WHERE NOT EXISTS (SELECT 1 FROM response_alarm AS alarm
                  WHERE alarm.incident_id = found.id AND alarm.kind = 'orphan' AND alarm.ended_at IS NULL)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own query
FIND_LATE = """
INSERT INTO response_alarm (incident_id, kind, source, due_at)
SELECT incident.id, 'next', 'next:' || incident.id || ':' || (extract(epoch FROM incident.next_action_at) * 1000000)::bigint,
       incident.next_action_at
FROM contact_incident AS incident WHERE incident.closed_at IS NULL AND incident.next_action_at <= goldthread_now()
AND (incident.next_action = 'assess'
     OR NOT EXISTS (SELECT 1 FROM response_clock AS clock WHERE clock.incident_id = incident.id AND clock.stopped_at IS NULL))
AND NOT EXISTS (SELECT 1 FROM response_alarm AS alarm
                WHERE alarm.incident_id = incident.id AND alarm.kind = 'next' AND alarm.ended_at IS NULL)
ON CONFLICT DO NOTHING
"""
"""Open incidents whose next step is overdue and which no running clock watches: not graded, opened again and not assessed, or
attended without a result."""
OWNED_AGAIN = f"""
SELECT id FROM contact_incident
WHERE id IN (SELECT incident_id FROM response_alarm WHERE kind = 'orphan' AND ended_at IS NULL) AND id NOT IN ({UNOWNED})
ORDER BY id FOR UPDATE SKIP LOCKED
"""  # noqa: S608 - our own query
CLAIM = """
UPDATE response_alarm SET raised_at = goldthread_now()
WHERE incident_id = ANY(%(incidents)s) AND raised_at IS NULL AND ended_at IS NULL AND due_at <= goldthread_now()
RETURNING incident_id, due_at, kind, source, id
"""


def find_orphans() -> int:
    """Watch open incidents that nobody on duty owns, and end the alarm of those that somebody does; returns how many are new."""
    with acting(None) as act, connection.cursor() as cursor:
        takers = {"takers": [code for code, role in roles().items() if role.can("owner.take")]}
        cursor.execute(OWNED_AGAIN, takers)
        owned = [pk for (pk,) in cursor.fetchall()]
        Alarm.objects.filter(incident__in=owned, kind="orphan", ended_at__isnull=True).update(ended_at=act.now)
        for incident in Incident.objects.filter(pk__in=owned).order_by("pk"):
            announce(IncidentChanged(incident, act))
        cursor.execute(FIND_ORPHANS, takers)
        return int(cursor.rowcount)


def find_late() -> int:
    """Watch open incidents whose next step is overdue while no clock of them runs; returns how many are new.

    Such an alarm ends with the next thing that somebody does there: see ``reassess_actions.follow``.
    """
    with acting(None), connection.cursor() as cursor:
        cursor.execute(FIND_LATE)
        return int(cursor.rowcount)


def raise_due(most: int = AT_ONCE) -> int:
    """Raise alarms that have fallen due, with a line on each incident's timeline; returns how many.

    Claiming and telling are one transaction: a worker that is killed has told nothing, and the next one finds the same alarms.
    Two workers pass over what the other holds.
    """
    with acting(None) as act:
        with connection.cursor() as cursor:
            cursor.execute(LOCK, {"most": most})
            ids = [pk for (pk,) in cursor.fetchall()]
            if not ids:
                return 0
            cursor.execute(CLAIM, {"incidents": ids})
            claimed: dict[uuid.UUID, list[tuple[datetime, str, str, int]]] = {}
            for incident_id, *told in cursor.fetchall():
                claimed.setdefault(incident_id, []).append(tuple(told))
        for incident in Incident.objects.filter(pk__in=claimed).order_by("pk"):
            work = Work(act, incident, None, None, "alarm.raise")
            for _due, kind, source, _pk in sorted(claimed[incident.pk]):
                work.event("alarm.raised", kind=kind, source=source)
            incident.save(update_fields=["last_seq"])
            for alarm in Alarm.objects.filter(pk__in=[pk for *_, pk in claimed[incident.pk]]).order_by("pk"):
                alarm.incident = incident
                announce(AlarmRaised(alarm, act))
            announce(IncidentChanged(incident, act))
    return sum(map(len, claimed.values()))
