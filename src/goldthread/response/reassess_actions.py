"""Living THRIVE: every command on an incident may ask for the next assessment, and an assessment answers what was asked."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.assessment.queries import newest_thrive
from goldthread.config.errors import Refused
from goldthread.config.upward import listen
from goldthread.contact.actions import FIRST_ASSESSMENT
from goldthread.contact.events import IncidentChanged
from goldthread.contact.models import Incident
from goldthread.contact.work import on_incident
from goldthread.response import reassess_rules as rules
from goldthread.response import shared_actions as shared
from goldthread.response.alarm_models import Alarm
from goldthread.response.models import Allocation, Clock
from goldthread.response.reassess_models import Reassessment

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff
    from goldthread.audit.actions import Acting

REVIEWED = "reviewed.nothing_new"


@listen(IncidentChanged)
def follow(event: IncidentChanged) -> None:
    """Bring what is asked of the incident, its timer and its alarms up to date with its timeline."""
    incident, now = event.incident, event.act.now
    _look_again(incident, event.act)
    if not incident.is_open:
        _ask_nothing(incident, now)
        _end(incident, "timer", now)
        return
    held = shared.current_grade(incident)
    code = held.code if held else ""
    thrive = newest_thrive(incident)
    if thrive is None:
        _first(incident, code, now)
        return
    reviewed = incident.entries.filter(code=REVIEWED, seq__gt=thrive.read_up_to).order_by("-seq").first()
    known_up_to = max(thrive.read_up_to, reviewed.seq if reviewed else 0)
    found = rules.reasons(_lines(incident, known_up_to))
    if not found:
        _ask_nothing(incident, now)
    else:
        first = found[0]
        _ask(incident, thrive.version, found, first.at, first.at + rules.answer_within(code, now.date()))
    last = max(thrive.at, reviewed.recorded_at) if reviewed else thrive.at
    _set_timer(incident, last + rules.every(code, incident.child, now.date()), f"{thrive.version}:{known_up_to}", now)


def _first(incident: Incident, code: str, now: datetime) -> None:
    """The first THRIVE is owed as paperwork, for help comes first: on a timer, which runs also while a unit is there.

    When it has run out the owner is asked for it, as for any other. What was opened again is owed it anew.
    """
    lines = _lines(incident, 0)
    again = next((line for line in reversed(lines) if line.what == "incident.reopened"), None)
    since = again.seq if again else 0
    late = [line for line in lines if line.what == "alarm.raised:timer" and line.seq > since]
    if late:
        by = late[0].at + rules.answer_within(code, now.date())
        _ask(incident, 0, rules.reasons(late), late[0].at, by)
        return
    _ask_nothing(incident, now)
    read = Clock.objects.filter(incident=incident, kind="first_read").order_by("id").first()
    begins = again.at if again else incident.opened_at if read is None else read.stopped_at
    if begins is not None:  # what nobody has read is owed that first, on a clock of its own
        _watch(incident, "timer", f"timer:{incident.pk}:0:{since}", begins + rules.first_within(now.date()))


def _look_again(incident: Incident, act: Acting) -> None:
    """Somebody did something here: where no clock runs, their look is the newest one, and the next is owed from now.

    An incident that was opened again and needs no other grade owes an assessment; the THRIVE that follows is it, and then its
    clocks say what is owed.
    """
    if not incident.is_open:
        _end(incident, "next", act.now)
        return
    clocks = Clock.objects.filter(incident=incident).running()
    if act.staff_id is not None and (_assessed(incident) or (incident.next_action == "result" and not clocks.exists())):
        incident.next_action, incident.next_action_at = shared.next_step(incident, act.now)
        Incident.objects.filter(pk=incident.pk).update(
            next_action=incident.next_action, next_action_at=incident.next_action_at
        )
    watched = incident.next_action != "assess" and clocks.exists()
    if watched or (incident.next_action_at is not None and incident.next_action_at > act.now):
        _end(incident, "next", act.now)


def _assessed(incident: Incident) -> bool:
    """Whether the assessment that a graded incident owes was made since it was owed."""
    if incident.next_action != "assess" or incident.next_action_at is None or shared.current_grade(incident) is None:
        return False
    thrive = newest_thrive(incident)
    return thrive is not None and thrive.at >= incident.next_action_at - FIRST_ASSESSMENT


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
    since = incident.entries.filter(seq__gt=known_up_to).filter(
        Q(kind="words") & ~Q(source="system") | Q(code__in=rules.watched())
    )
    found = since.order_by("seq").values_list("seq", "kind", "code", "data", "recorded_at")
    return [rules.Line(seq, _what(kind, code, data), at) for seq, kind, code, data, at in found]


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


def _ask_nothing(incident: Incident, now: datetime) -> None:
    Reassessment.objects.filter(incident=incident).delete()
    _end(incident, "reassess", now)


def _set_timer(incident: Incident, due: datetime, since: str, now: datetime) -> None:
    """The timer of the newest assessment; while a unit is with them none runs."""
    source = f"timer:{incident.pk}:{since}"
    attended = Allocation.objects.filter(incident=incident, arrived_at__isnull=False, left_at__isnull=True).exists()
    running = Alarm.objects.filter(incident=incident, kind="timer", ended_at__isnull=True)
    if attended:
        running.update(ended_at=now)
        return
    running.exclude(source=source).update(ended_at=now)
    _watch(incident, "timer", source, due)


def _watch(incident: Incident, kind: str, source: str, due: datetime) -> None:
    alarm, made = Alarm.objects.get_or_create(kind=kind, source=source, defaults={"incident": incident, "due_at": due})
    if not made and alarm.raised_at is None and (alarm.due_at != due or alarm.ended_at is not None):
        # A higher grade or a child makes it due sooner.
        Alarm.objects.filter(pk=alarm.pk).update(due_at=min(due, alarm.due_at), ended_at=None)


def _end(incident: Incident, kind: str, now: datetime) -> None:
    Alarm.objects.filter(incident=incident, kind=kind, ended_at__isnull=True).update(ended_at=now)
