"""The verbs of response: the only writers of grades, clocks, allocations, owners and closings."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from goldthread.accounts.models import Staff
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, Refused
from goldthread.config.upward import announce, ask, listen
from goldthread.contact.actions import FIRST_ASSESSMENT
from goldthread.contact.events import ContactReceived, IncidentReopened
from goldthread.contact.rules import stated_time
from goldthread.contact.work import Work, on_incident
from goldthread.response import rules
from goldthread.response import shared_actions as shared
from goldthread.response.events import MayClose, UnitLeft
from goldthread.response.first_read import first_read_target
from goldthread.response.grades import closing_reasons, grade, grades_on
from goldthread.response.handoff_actions import settle, taken_from
from goldthread.response.models import (
    ARRIVAL_SOURCES,
    Allocation,
    Clock,
    GradePeriod,
    GradeReason,
    SupervisorAnswer,
    SupervisorCall,
    Unit,
)
from goldthread.response.request_models import KINDS


def choose_grade(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, code: str, why: str = "", why_not_above: str = ""
) -> None:
    """Choose the first grade, or a higher one; its clocks start at once.

    Reasons may follow later, for help comes before paperwork. Raises ``Refused`` for a lower grade, and for a first one that
    sends nobody to a missing child.
    """
    reasons = {"why": shared.reason(why, "why"), "why_not_above": shared.reason(why_not_above, "why_not_above")}
    with on_incident(user, incident_id, "grade.choose", key, code, *reasons.values()) as work:
        if work.done is not None:
            return
        shared.must_be_open(work)
        new = grades_on(work.now.date()).get(code)
        if new is None:
            raise Invalid({"grade": "Choose a grade."})
        held = shared.current_grade(work.incident)
        missing = held is None and new.attend is None and shared.missing_child(work.incident)
        rules.may_choose(new, held, missing_child=missing, inspector=user.seat.code == "fim")
        # A contact that was entered afterwards has waited since it came: its first targets count from then.
        since = work.incident.contacted_at if held is None and work.incident.contacted_at else work.now
        shared.start_period(work, new, reasons, since)
        shared.stop(work, "first_read", "read")
        shared.overtake(work, "downgrade", "reschedule", "close")
        work.event("grade.chosen", grade=code)
        work.involve("author")
        work.act.record("alteration", "grade.choose", shared.subject(work), grade=code)
        shared.owe_next(work)
        work.finish()


def explain_grade(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, why: str, why_not_above: str = "") -> None:
    """Write the reason for the grade that holds, after it was chosen; what was written before stays in the record."""
    kept, above = shared.reason(why, "why"), shared.reason(why_not_above, "why_not_above")
    if not kept:
        raise Invalid({"why": "Write why this grade. The grade itself stays as it is."})
    with on_incident(user, incident_id, "grade.choose", key, "explain", kept, above) as work:
        if work.done is not None:
            return
        period = GradePeriod.objects.filter(incident=work.incident).order_by("-seq").first()
        if period is None:
            raise Refused("There is no grade yet. Choose one; what you wrote is still here.")
        GradeReason(
            period=period,
            why=Payload.objects.keep(kept),
            why_not_above=Payload.objects.keep(above) if above else None,
            by=user,
            at=work.now,
        ).save()
        work.event("grade.explained", grade=period.grade)
        work.involve("author")
        work.act.record("collection", "grade.explain", shared.subject(work), grade=period.grade)
        work.finish()


def call_supervisor(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Ask a supervisor to come to this incident now. A second call while one stands unanswered is the same call."""
    with on_incident(user, incident_id, "supervisor.call", key, "call") as work:
        if work.done is not None:
            return
        if SupervisorCall.objects.filter(incident=work.incident, answer__isnull=True).exists():
            work.finish()
            return
        SupervisorCall(incident=work.incident, by=user, at=work.now).save()
        work.event("supervisor.called")
        work.act.record("alteration", "supervisor.call", shared.subject(work))
        work.finish()


def answer_supervisor(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Say that one is here, having been called. Raises ``Refused`` where nobody called or another came first."""
    with on_incident(user, incident_id, "supervisor.answer", key, "answer") as work:
        if work.done is not None:
            return
        call = SupervisorCall.objects.filter(incident=work.incident, answer__isnull=True).order_by("-id").first()
        if call is None:
            raise Refused("No call for a supervisor stands here now. Nothing was changed.")
        SupervisorAnswer(call=call, by=user, at=work.now).save()
        work.event("supervisor.came")
        work.involve("author")
        work.act.record("alteration", "supervisor.answer", shared.subject(work))
        work.finish()


def allocate(
    user: Staff,
    incident_id: uuid.UUID,
    *,
    key: uuid.UUID,
    unit_id: int,
    committed: timedelta | datetime | None = None,
) -> Allocation:
    """Send a unit; the sender becomes the owner. Nothing about the record blocks this, not even a missing grade.

    ``committed`` is for how long, or until when, the unit is held there; None where nobody said.
    """
    with on_incident(
        user, incident_id, "unit.allocate", key, "send", unit_id, *([committed] if committed else [])
    ) as work:
        if work.done is not None:
            return Allocation.objects.get(pk=int(work.done))
        shared.must_be_open(work)
        unit = Unit.objects.for_area(user).select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise Invalid({"unit": "There is no such unit in your area. Choose one from the list."})
        if unit.state != "available":
            raise Refused(f"{unit.call_sign} is not available now. Nothing was changed; choose another unit.")
        until = work.now + committed if isinstance(committed, timedelta) else committed
        unit.state, unit.committed_until = "sent", until
        unit.save(update_fields=["state", "committed_until"])
        sent = Allocation.objects.create(incident=work.incident, unit=unit, at=work.now, by=user)
        shared.stop(work, "allocation", "dispatcher")
        shared.stop(work, "first_read", "read")
        settle(work, user)  # allocating acknowledges
        work.own(staff=user)
        for officer in unit.crew.all():
            work.involve("attending", officer)
        work.event("unit.allocated", unit=unit.call_sign, **({"until": until.isoformat()} if until else {}))
        work.act.record("alteration", "unit.allocate", [*shared.subject(work), ("unit", str(unit.pk))])
        shared.owe_next(work)
        work.finish(sent.pk)
    return sent


def record_arrival(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, allocation_id: int, source: str, at: datetime | None = None
) -> None:
    """Record that a unit arrived, by whose word; the first arrival stops the attendance clock at that time."""
    with on_incident(user, incident_id, "unit.allocate", key, "arrive", allocation_id, source, at) as work:
        if work.done is not None:
            return
        if source not in dict(ARRIVAL_SOURCES):
            raise Invalid({"source": "Choose whose word the arrival rests on: officer, dispatcher or vehicle."})
        sent = _allocation(work, allocation_id)
        if sent.arrived_at is not None:
            raise Refused(f"{sent.unit.call_sign} has arrived already. Nothing was changed.")
        arrived, _late = stated_time(at, work.now)
        if arrived < sent.at:
            raise Invalid({"at": f"{sent.unit.call_sign} was sent after that time. Nothing was saved; check the time."})
        sent.arrived_at, sent.arrival_source = arrived, source
        sent.save(update_fields=["arrived_at", "arrival_source"])
        Unit.objects.filter(pk=sent.unit_id).update(state="at_scene")
        shared.stop(work, "attendance", source, arrived)
        work.event("unit.arrived", unit=sent.unit.call_sign, source=source)
        work.act.record("alteration", "unit.arrive", shared.subject(work), source=source)
        shared.owe_next(work)
        work.finish()


def record_leaving(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, allocation_id: int) -> None:
    """Record that a unit left, arrived or not; it is available again. Without any arrival the incident waits again."""
    with on_incident(user, incident_id, "unit.allocate", key, "leave", allocation_id) as work:
        if work.done is not None:
            return
        sent = _allocation(work, allocation_id)
        sent.left_at = work.now
        sent.save(update_fields=["left_at"])
        Unit.objects.filter(pk=sent.unit_id).update(state="available", committed_until=None)
        ending = shared.ending(work.incident)
        seen = ending.child == "none" or ending.seen or sent.arrived_at is None
        work.event("unit.left", unit=sent.unit.call_sign, arrived=sent.arrived_at is not None, seen=seen)
        work.act.record("alteration", "unit.leave", shared.subject(work))
        shared.owe_next(work)
        announce(UnitLeft(sent, work.act))
        work.finish()


def take_over(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, holder: int | None = None) -> None:
    """Make the incident one's own; what is owed next stays as it was, but that what had arrived is now read.

    ``holder`` is the person, by key, from whom it is taken, as the taker saw it; None from a desk. That person is told. Raises
    ``Taken`` where another person owns it by now.
    """
    with on_incident(user, incident_id, "owner.take", key, *([holder] if holder else [])) as work:
        if work.done is not None:
            return
        shared.must_be_open(work)
        was = taken_from(work, user, holder)
        settle(work, user)
        if not _read(work):
            work.own(staff=user)
            work.event("owner.taken", **({"was": was.pk} if was else {}))
        work.act.record("alteration", "owner.take", shared.subject(work))
        work.finish()


def close(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, reason: str, result: str) -> None:
    """Close the incident with a reason and a result; refused while anything is owed in it."""
    with on_incident(user, incident_id, "incident.close", key, reason, result) as work:
        if work.done is not None:
            return
        shared.must_be_open(work)
        rules.may_close(closing_reasons().get(reason), result, shared.closable(work, user))
        blockers = ask(MayClose(work.incident))
        if blockers:
            raise Refused(" ".join(blocker.why for blocker in blockers))
        shared.overtake(work, *dict(KINDS))
        shared.end(work, reason, result)
        work.finish()


def read_first(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Read what arrived, before anybody else has, and make it one's own.

    Raises ``Refused`` where somebody was quicker, so that no two people work on one contact unaware.
    """
    with on_incident(user, incident_id, "owner.take", key, "read first") as work:
        if work.done is not None:
            return
        shared.must_be_open(work)
        if not _read(work):
            who = work.incident.owner
            raise Refused(f"{who.name if who else 'Somebody else'} has read this already. Nothing was changed.")
        work.act.record("alteration", "contact.read", shared.subject(work))
        work.finish()


@listen(ContactReceived)
def await_first_read(event: ContactReceived) -> None:
    """Let the clock of a first read run from when the contact came; an earlier one that runs already stays."""
    incident = event.incident
    running = Clock.objects.filter(incident=incident)
    if not running.unread().exists():
        due = event.at + first_read_target(incident.channel, event.act.now.date())
        Clock.objects.create(incident=incident, kind="first_read", started_at=event.at, due_at=due)
    incident.next_action = "first_read"
    incident.next_action_at = running.running().earliest("due_at").due_at


@listen(IncidentReopened)
def run_again(event: IncidentReopened) -> None:
    """A re-opened incident keeps its grade; the grade's clocks start anew from now."""
    period = GradePeriod.objects.filter(incident=event.incident).order_by("-seq").first()
    if period is not None:
        shared.start_clocks(event.incident, period, grade(period.grade), event.act.now)


def _read(work: Work) -> bool:
    """Take what arrived into the hands of who acts, where it was not read yet; whether it was."""
    if not shared.stop(work, "first_read", "read"):
        return False
    work.own(staff=work.user)
    work.event("contact.read")
    shared.owe_next(work)
    if work.incident.next_action == "assess":
        work.owe("assess", work.now + FIRST_ASSESSMENT)
    return True


def _allocation(work: Work, allocation_id: int) -> Allocation:
    sent = (
        Allocation.objects.filter(pk=allocation_id, incident=work.incident, left_at__isnull=True)
        .select_related("unit")
        .first()
    )
    if sent is None:
        raise Refused("That unit is not with this incident now. Nothing was changed; reload to see who is.")
    return sent
