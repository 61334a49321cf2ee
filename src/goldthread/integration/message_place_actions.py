"""Placing messages in their incidents, in the order of their numbers; and giving up those that do not come."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, connection, transaction

from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.config.logs import log
from goldthread.contact import import_actions as contact
from goldthread.contact.actions import lock_identity
from goldthread.integration import message_came_rules as came_rules
from goldthread.integration import message_rules as rules
from goldthread.integration.message_models import Message, MessageGap, Placed, SystemIncident
from goldthread.response import import_actions as response

if TYPE_CHECKING:
    from goldthread.contact.work import Work
    from goldthread.integration.message_rules import Told

Pending = list[tuple[Message, "Told"]]
NAMESPACE = uuid.UUID("0b6f6c1e-5d0e-4f0b-9a4e-6b0f3a1c9d27")
"""Under which an incident of another system has one lock."""
AT_ONCE = 50
"""Incidents whose waiting is given up in one round *(ours)*."""


def lock(system: str, ref: str) -> None:
    """Let whoever else writes messages of this incident wait until this transaction ends."""
    lock_identity(uuid.uuid5(NAMESPACE, f"{system}\n{ref}"))


def place(work: Work, about: SystemIncident, pending: Pending, *, give_up: bool = False, careful: bool = False) -> None:
    """Write what may be written now, in order; what came early goes on waiting, and a supervisor hears of a risk read in it.

    ``give_up``: what is missing is told as a gap, and all of it is written. ``careful``: an error of ours in one message is told
    there and undone alone; else it is raised and undoes all, which is cheaper and almost always enough.
    """
    numbers = [one.number for _, one in pending]
    if give_up:
        _tell_gaps(work, about, rules.missing(about.reached, numbers))
    now = set(numbers) if give_up else set(rules.ready(about.reached, numbers))
    reached = about.reached
    for message, told in sorted(pending, key=lambda one: (one[1].number, one[0].pk)):
        if told.number in now:
            write = _place_carefully if careful or give_up else _place
            write(work, about, message, told, gap=give_up, behind=told.number <= reached)
            about.reached = max(about.reached, told.number)
    left = [(message, told) for message, told in pending if told.number not in now]
    if left and about.waiting_since is None:
        first = min(told.number for _, told in left)
        work.event("message.waits", system=about.system_id, number=first, wait_for=about.reached + 1)
    about.waiting_since = min((message.received_at for message, _ in left), default=None)
    for message, _told in left:
        if message.at_risk and message.received_at == work.now:  # those from before were told when they came
            response.tell_ahead(work, message.pk)
    about.save()


def waiting_of(about: SystemIncident) -> Pending:
    """Those of an incident that wait, as they are understood."""
    if about.waiting_since is None:
        return []
    found: Pending = []
    for message in Message.objects.filter(about=about, became="new", placed__isnull=True).select_related("raw"):
        told = _understood(message)
        if told is not None:
            found.append((message, told))
    return found


def meet(work: Work, about: SystemIncident) -> None:
    """Tie a new incident to those that named it before it was known here."""
    named = Message.objects.filter(system=about.system_id, to=about.ref, became="new", placed__isnull=False)
    for incident_id in set(named.values_list("about__incident", flat=True)):
        contact.linked_told(work, incident_id)


def give_up_waiting(most: int = AT_ONCE) -> int:
    """Write what has waited long enough for a message that does not come, with the gap told; returns in how many incidents.

    Run as often as one likes, by as many as one likes: who comes second finds nothing to do.
    """
    long_ago = database_now(connection) - rules.limits().wait
    due = SystemIncident.objects.filter(waiting_since__lte=long_ago).order_by("waiting_since")
    done = 0
    for pk, system, ref in list(due.values_list("pk", "system", "ref")[:most]):
        with acting(None):
            lock(system, ref)
            about = SystemIncident.objects.select_related("system__desk").get(pk=pk)
            if about.waiting_since is None or about.waiting_since > long_ago:
                continue
            opening = contact.Opening(about.system.desk, rules.CARELESS, "", about.system_id)
            with contact.importing(None, about.incident_id, opening) as work:
                place(work, about, waiting_of(about), give_up=True)
            done += 1
    return done


def _tell_gaps(work: Work, about: SystemIncident, gaps: list[tuple[int, int]]) -> None:
    for first, last in gaps:
        MessageGap(about=about, first=first, last=last, at=work.now).save()
        work.event("message.gap", system=about.system_id, first=first, last=last)
    if gaps:
        work.act.record(
            "alteration", "messages.gap", [("incident", str(work.incident.pk))], gaps=[list(one) for one in gaps]
        )
        log().error("messages are missing", part="messages", system=about.system_id, count=len(gaps))


def _place(work: Work, about: SystemIncident, message: Message, told: Told, *, gap: bool, behind: bool) -> None:
    """Write one message, and that it stands there."""
    if behind:
        work.event("message.behind", system=about.system_id, number=told.number)
    outside = _write(work, about, message, told)
    if outside:
        response.tell_outside(work, outside)
    if message.received_at < work.now:  # it waited
        response.end_ahead(work, message.pk)
    _stands(work, message, gap=gap, outside=list(outside))


def _place_carefully(
    work: Work, about: SystemIncident, message: Message, told: Told, *, gap: bool, behind: bool
) -> None:
    """The same; an error of ours in it is undone and told, and holds up nothing else."""
    incident = work.incident
    before = dict(incident.__dict__)
    try:
        with transaction.atomic():
            _place(work, about, message, told, gap=gap, behind=behind)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the next message must not wait for it
        incident.__dict__.clear()
        incident.__dict__.update(before)
        log().error("a message could not be written", part="messages", message=message.pk, error=type(error).__name__)
        work.event("message.failed", system=about.system_id, number=told.number)
        response.tell_ahead(work, message.pk)
        _stands(work, message, gap=gap, failed=True)


def _stands(work: Work, message: Message, *, gap: bool, failed: bool = False, outside: Sequence[str] = ()) -> None:
    Placed(
        message=message, at=work.now, seq=work.incident.last_seq, gap=gap, failed=failed, outside=list(outside)
    ).save()


def _write(work: Work, about: SystemIncident, message: Message, told: Told) -> tuple[str, ...]:
    """What the message tells, on the incident; what of it the rule does not allow here."""
    body = told.body
    off = rules.off_by(told.at, message.received_at, rules.limits().clock)
    if off and not about.clock_told:
        about.clock_told = True
        work.event("message.clock", system=about.system_id, seconds=off)
    match told.kind:
        case "opened":
            contact.opened_told(work, body["channel"], body["area"], body["facts"])
            if body["text"]:
                contact.words_told(work, body["source"], body["text"], told.at)
            return response.grade_told(work, body["grade"], body["why"]) if "grade" in body else ()
        case "words":
            contact.words_told(work, body["source"], body["text"], told.at)
        case "particulars":
            contact.particulars_told(work, body["area"], body["facts"])
            if "children" in body and not contact.children_told(work, *body["children"]):
                return ("children",)
        case "grade":
            return response.grade_told(work, body["grade"], body["why"])
        case "dispatch":
            elsewhere = response.unit_told(work, body["unit"], body["state"])
            if elsewhere:
                work.event("unit.elsewhere", unit=body["unit"], state=body["state"], reference=elsewhere)
        case "closed":
            return response.closed_told(work, body["reason"], body["result"])
        case "reopened":
            contact.reopened_told(work)
        case "linked":
            other = SystemIncident.objects.filter(system=about.system_id, ref=body["to"]).first()
            if other is not None:
                contact.linked_told(work, other.incident_id)
    return ()


def _understood(message: Message) -> Told | None:
    if message.raw is None or message.raw.erased_at is not None:
        return None
    return rules.message(came_rules.parsed(message.raw.text))
