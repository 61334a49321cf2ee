"""Who of the invented force is on duty: those whose relief works now; at a change of shifts they hand over what they hold."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Duty, Staff
from goldthread.audit.actions import acting
from goldthread.contact.models import Incident
from goldthread.demo.roster import Roster
from goldthread.response.handoff_actions import acknowledge
from goldthread.response.shift_actions import end_shift

RELIEVED_AFTER = timedelta(hours=12)
"""Where no relief is planned a duty ends after so long, and the same person's next one begins."""


def begin_all(roster: Roster, now: datetime) -> None:
    """Begin the duty of whoever is at work now, and of whoever still owns an open incident; for a seed, which has no actions."""
    here = set(_at_work(roster, now)) | set(Incident.objects.open().exclude(owner=None).values_list("owner", flat=True))
    here -= set(Duty.objects.filter(ended_at__isnull=True).values_list("staff", flat=True))
    Duty.objects.bulk_create(Duty(staff_id=pk, began_at=now) for pk in sorted(here))


def change(roster: Roster, now: datetime) -> int:
    """Begin and end duties as the rota has it; who leaves hands what they hold to their team's desk. Returns how many changed.

    Whoever signed in themselves is left alone: the rota knows the invented staff only, and theirs ends on their own page.
    """
    at_work = set(_at_work(roster, now))
    running = {one.staff_id: one for one in Duty.objects.filter(ended_at__isnull=True).select_related("staff__team")}
    people = Staff.objects.filter(pk__in=at_work - set(running))
    with acting(None) as act:
        for one in people:
            duty_actions.begin(one, act)
    changed = len(people)
    for duty in running.values():
        one = duty.staff
        if one.last_login is not None or one.username not in roster.person:
            continue
        relieved = one.pk not in at_work
        if relieved or duty.began_at < now - RELIEVED_AFTER:
            if relieved:
                end_shift(one, key=uuid.uuid4(), to_team=one.team_id, note="End of shift, as recorded.")
            else:
                with acting(None) as act:
                    duty_actions.end(one, act, "handover")
                    duty_actions.begin(one, act)
            changed += 1
    return changed


def swap(half: int) -> int:
    """Send half of the call handlers home, each handing what they hold to their desk, and let the others begin; how many went.

    Whoever signed in themselves is left alone.
    """
    handlers = Staff.objects.filter(role="call_handler", is_active=True, last_login=None).select_related("team")
    everybody = list(handlers.order_by("pk"))
    with acting(None) as act:
        for one in everybody[half::2]:
            duty_actions.begin(one, act)
    going = [one for one in everybody[1 - half :: 2] if Duty.objects.filter(staff=one, ended_at=None).exists()]
    for one in going:
        end_shift(one, key=uuid.uuid4(), to_team=one.team_id, note="End of shift, as recorded.")
    return len(going)


def handlers_here() -> list[str]:
    """The user names of the call handlers on duty."""
    found = Staff.objects.filter(role="call_handler", duties__isnull=False, duties__ended_at__isnull=True)
    return sorted(found.values_list("username", flat=True))


def take_up(incident: Incident) -> str:
    """Have somebody on duty take what was handed to them or their desk; empty where it is handed to nobody there."""
    here = Staff.objects.filter(duties__ended_at__isnull=True, duties__isnull=False, is_active=True)
    found = (
        here.filter(pk=incident.offered_to_id) if incident.offered_to_id else here.filter(team=incident.offered_team_id)
    )
    for one in found.select_related("team").order_by("pk"):
        if (
            one.can("owner.take")
            and Incident.objects.open().in_scope(one, "owner.take").filter(pk=incident.pk).exists()
        ):
            acknowledge(one, incident.pk, key=uuid.uuid4())
            return "taken over"
    return ""


def _at_work(roster: Roster, now: datetime) -> list[int]:
    names = [name for name in roster.person if roster.on_duty(name, now)]
    return list(Staff.objects.filter(username__in=names, is_active=True).values_list("pk", flat=True))
