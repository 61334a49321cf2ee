"""Living THRIVE: every command on an incident may ask for the next assessment, and an assessment answers what was asked."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from goldthread.accounts.roles import ACTING
from goldthread.assessment.queries import newest_thrive
from goldthread.config.errors import Refused
from goldthread.config.upward import listen
from goldthread.contact.actions import FIRST_ASSESSMENT
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.contact.work import on_incident
from goldthread.response import reassess_rules as rules
from goldthread.response import shared_actions as shared
from goldthread.response import unseen_actions
from goldthread.response.alarm_models import Alarm
from goldthread.response.models import Allocation
from goldthread.response.reassess_models import Reassessment
from goldthread.response.request_rules import SENIOR

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting

REVIEWED = "reviewed.nothing_new"
STANDS = """
SELECT coalesce((SELECT grade FROM response_gradeperiod WHERE incident_id = %(incident)s ORDER BY seq DESC LIMIT 1), ''),
       thrive.version, thrive.at, thrive.read_up_to,
       EXISTS (SELECT 1 FROM response_clock WHERE incident_id = %(incident)s AND stopped_at IS NULL),
       coalesce(first_read.id, 0) > 0, first_read.stopped_at,
       ARRAY(SELECT DISTINCT kind::text FROM response_alarm WHERE incident_id = %(incident)s AND ended_at IS NULL),
       EXISTS (SELECT 1 FROM response_reassessment WHERE incident_id = %(incident)s),
       coalesce((SELECT mode NOT IN ('', 'open') AND at_risk FROM assessment_reading
                 WHERE incident_id = %(incident)s ORDER BY id DESC LIMIT 1), false)
FROM (SELECT 1) AS one LEFT JOIN LATERAL (
    SELECT version, at, read_up_to FROM assessment_thriveversion WHERE incident_id = %(incident)s ORDER BY version DESC LIMIT 1
) AS thrive ON true LEFT JOIN LATERAL (
    SELECT id, stopped_at FROM response_clock WHERE incident_id = %(incident)s AND kind = 'first_read' ORDER BY id LIMIT 1
) AS first_read ON true
"""
"""Every command asks this once, so that nothing is asked or ended one by one where there is nothing to end."""
LINES = """
SELECT seq, kind, code, data, recorded_at FROM contact_entry
WHERE incident_id = %s AND seq > %s AND (kind = 'words' AND source <> 'system' OR code = ANY(%s)) ORDER BY seq
"""

WATCHED = "SELECT * FROM response_alarm WHERE kind = %s AND source = %s"


@dataclass(frozen=True)
class Stands:
    """How the incident stands: its grade's code, newest THRIVE, whether a clock runs, its first read, which alarms are not ended,
    whether an assessment is asked for, and whether a risk was read while the reader did not show what it reads."""

    grade: str
    version: int | None
    at: datetime | None
    read_up_to: int | None
    clock: bool
    written: bool
    read_at: datetime | None
    alarms: list[str]
    asked: bool
    withheld: bool


@listen(IncidentChanged)
def follow(event: IncidentChanged) -> None:
    """Bring what is asked of the incident, its timer and its alarms up to date with its timeline."""
    incident, now = event.incident, event.act.now
    stands = _stands(incident)
    _look_again(incident, event.act, stands)
    if stands.withheld or unseen_actions.KIND in stands.alarms:
        unseen_actions.follow(incident, now)
    if event.act.role.removeprefix(ACTING) in SENIOR:
        _end(incident, "outside", now, stands)  # somebody senior has been here since, and decides what is to be done
    if not incident.is_open:
        _ask_nothing(incident, now, stands)
        _end(incident, "timer", now, stands)
        return
    if stands.version is None or stands.at is None or stands.read_up_to is None:
        _first(incident, now, stands)
        return
    reviewed = incident.entries.filter(code=REVIEWED, seq__gt=stands.read_up_to).order_by("-seq").first()
    known_up_to = max(stands.read_up_to, reviewed.seq if reviewed else 0)
    found = rules.reasons(_lines(incident, known_up_to))
    if not found:
        _ask_nothing(incident, now, stands)
    else:
        first = found[0]
        _ask(incident, stands.version, found, first.at, first.at + rules.answer_within(stands.grade, now.date()))
    last = max(stands.at, reviewed.recorded_at) if reviewed else stands.at
    due = last + rules.every(stands.grade, incident.child, now.date())
    _set_timer(incident, due, f"{stands.version}:{known_up_to}", now, stands)


def _stands(incident: Incident) -> Stands:
    with connection.cursor() as cursor:
        cursor.execute(STANDS, {"incident": incident.pk})
        return Stands(*cursor.fetchone())


def _first(incident: Incident, now: datetime, stands: Stands) -> None:
    """The first THRIVE is owed as paperwork, for help comes first: on a timer, which runs also while a unit is there.

    When it has run out the owner is asked for it, as for any other. What was opened again is owed it anew.
    """
    lines = _lines(incident, 0)
    again = next((line for line in reversed(lines) if line.what == "incident.reopened"), None)
    since = again.seq if again else 0
    late = [line for line in lines if line.what == "alarm.raised:timer" and line.seq > since]
    if late:
        by = late[0].at + rules.answer_within(stands.grade, now.date())
        _ask(incident, 0, rules.reasons(late), late[0].at, by)
        return
    _ask_nothing(incident, now, stands)
    begins = again.at if again else stands.read_at if stands.written else incident.opened_at
    if begins is not None:  # what nobody has read is owed that first, on a clock of its own
        _watch(incident, "timer", f"timer:{incident.pk}:0:{since}", begins + rules.first_within(now.date()))


def _look_again(incident: Incident, act: Acting, stands: Stands) -> None:
    """Somebody did something here: where no clock runs, their look is the newest one, and the next is owed from now.

    An incident that was opened again and needs no other grade owes an assessment; the THRIVE that follows is it, and then its
    clocks say what is owed.
    """
    if not incident.is_open:
        _end(incident, "next", act.now, stands)
        return
    if act.staff_id is not None and (
        _assessed(incident, stands) or (incident.next_action == "result" and not stands.clock)
    ):
        incident.next_action, incident.next_action_at = shared.next_step(incident, act.now)
        Incident.objects.filter(pk=incident.pk).update(
            next_action=incident.next_action, next_action_at=incident.next_action_at
        )
    watched = incident.next_action != "assess" and stands.clock
    if watched or (incident.next_action_at is not None and incident.next_action_at > act.now):
        _end(incident, "next", act.now, stands)


def _assessed(incident: Incident, stands: Stands) -> bool:
    """Whether the assessment that a graded incident owes was made since it was owed."""
    if incident.next_action != "assess" or incident.next_action_at is None or not stands.grade or stands.at is None:
        return False
    return stands.at >= incident.next_action_at - FIRST_ASSESSMENT


def review(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Say at handover that one has looked and there is nothing new. It is no THRIVE, and counts as none.

    Refused where something is new, a child is or may be involved, or the incident is late: those are assessed.
    """
    with on_incident(user, incident_id, "thrive.write", key, "nothing new") as work:
        if work.done is not None:
            return
        shared.must_be_open(work)
        incident = work.incident
        if newest_thrive(incident) is None:
            raise Refused("There is no THRIVE yet. Write one; nothing was changed.")
        if incident.child != "none":
            raise Refused(
                "A child is or may be involved, so this is assessed at handover. Write a THRIVE; nothing was changed."
            )
        if Reassessment.objects.filter(incident=incident).exists():
            raise Refused(
                "Something has changed since the last THRIVE, so this is assessed. Nothing was changed; see what is new."
            )
        work.event(REVIEWED)
        work.involve("author")
        work.act.record("collection", "thrive.review", shared.subject(work))
        work.finish()


def _lines(incident: Incident, known_up_to: int) -> list[rules.Line]:
    with connection.cursor() as cursor:
        cursor.execute(LINES, [incident.pk, known_up_to, sorted(rules.watched())])
        found = cursor.fetchall()
    return [rules.Line(seq, _what(kind, code, json.loads(data)), at) for seq, kind, code, data, at in found]


def _what(kind: str, code: str, data: dict[str, Any]) -> str:
    if kind == "words":
        return "words"
    match code:
        case "alarm.raised":
            return f"{code}:{data['kind']}"
        case "callback.logged":
            return f"{code}:{data['outcome']}"
        case "owner.acknowledged":
            return f"{code}:{'look' if data.get('look') else 'fine'}"
        case "unit.left":
            return f"{code}:{'seen' if data.get('seen', True) else 'unseen'}"
        case _:
            return code


def _ask(incident: Incident, since: int, found: list[rules.Reason], at: datetime, answer_by: datetime) -> None:
    Reassessment.objects.update_or_create(
        incident=incident,
        defaults={
            "since": since,
            "reasons": [{"code": one.code, "first": one.first, "last": one.last} for one in found],
            "asked_at": at,
            "answer_by": answer_by,
        },
    )
    what = "reassess" if since else "first"
    _watch(incident, "reassess", f"{what}:{incident.pk}:{found[0].first}", answer_by)


def _ask_nothing(incident: Incident, now: datetime, stands: Stands) -> None:
    if stands.asked:
        Reassessment.objects.filter(incident=incident).delete()
    _end(incident, "reassess", now, stands)


def _set_timer(incident: Incident, due: datetime, since: str, now: datetime, stands: Stands) -> None:
    """The timer of the newest assessment; while a unit is with them none runs."""
    source = f"timer:{incident.pk}:{since}"
    attended = Allocation.objects.filter(incident=incident, arrived_at__isnull=False, left_at__isnull=True).exists()
    if attended:
        _end(incident, "timer", now, stands)
        return
    if "timer" in stands.alarms:
        running = Alarm.objects.filter(incident=incident, kind="timer", ended_at__isnull=True)
        running.exclude(source=source).update(ended_at=now)
    _watch(incident, "timer", source, due)


def _watch(incident: Incident, kind: str, source: str, due: datetime) -> None:
    alarm = next(iter(Alarm.objects.raw(WATCHED, [kind, source])), None)
    if alarm is None:  # nobody else makes it meanwhile: the incident is locked
        Alarm.objects.create(kind=kind, source=source, incident=incident, due_at=due)
    elif alarm.raised_at is None and (alarm.due_at != due or alarm.ended_at is not None):
        # A higher grade or a child makes it due sooner.
        Alarm.objects.filter(pk=alarm.pk).update(due_at=min(due, alarm.due_at), ended_at=None)


def _end(incident: Incident, kind: str, now: datetime, stands: Stands) -> None:
    if kind in stands.alarms:
        Alarm.objects.filter(incident=incident, kind=kind, ended_at__isnull=True).update(ended_at=now)
