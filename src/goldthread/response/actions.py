"""The verbs of response: the only writers of grades, clocks, allocations, owners and closings."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from goldthread.accounts.models import Staff
from goldthread.assessment.queries import newest_thrive
from goldthread.audit.models import Payload
from goldthread.config.errors import Invalid, Refused
from goldthread.config.upward import ask, listen
from goldthread.contact.actions import FIRST_ASSESSMENT
from goldthread.contact.caller_queries import unanswered
from goldthread.contact.events import ContactReceived, IncidentReopened
from goldthread.contact.rules import short, stated_time, tidy
from goldthread.contact.work import Work, on_incident
from goldthread.response import rules
from goldthread.response.events import MayClose
from goldthread.response.first_read import first_read_target
from goldthread.response.grades import Grade, closing_reasons, grade, grades_on
from goldthread.response.models import (
    ARRIVAL_SOURCES,
    Allocation,
    Clock,
    Closing,
    GradePeriod,
    GradeReason,
    SupervisorAnswer,
    SupervisorCall,
    Unit,
)

if TYPE_CHECKING:
    from goldthread.contact.models import Incident


def choose_grade(
    user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, code: str, why: str = "", why_not_above: str = ""
) -> None:
    """Choose the first grade, or a higher one; its clocks start at once.

    Reasons may follow later, for help comes before paperwork. Raises ``Refused`` for a lower grade.
    """
    reasons = {"why": _reason(why, "why"), "why_not_above": _reason(why_not_above, "why_not_above")}
    with on_incident(user, incident_id, "grade.choose", key, code, *reasons.values()) as work:
        if work.done is not None:
            return
        _must_be_open(work)
        new = grades_on(work.now.date()).get(code)
        if new is None:
            raise Invalid({"grade": "Choose a grade."})
        held = current_grade(work.incident)
        rules.may_choose(new, held)
        # A contact that was entered afterwards has waited since it came: its first targets count from then.
        since = work.incident.contacted_at if held is None and work.incident.contacted_at else work.now
        _start_period(work, new, reasons, since)
        _stop(work, "first_read", "read")
        work.event("grade.chosen", grade=code)
        work.involve("author")
        work.act.record("alteration", "grade.choose", _subject(work), grade=code)
        _owe_next(work)
        work.finish()


def explain_grade(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, why: str, why_not_above: str = "") -> None:
    """Write the reason for the grade that holds, after it was chosen; what was written before stays in the record."""
    kept, above = _reason(why, "why"), _reason(why_not_above, "why_not_above")
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
        work.act.record("collection", "grade.explain", _subject(work), grade=period.grade)
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
        work.act.record("alteration", "supervisor.call", _subject(work))
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
        work.act.record("alteration", "supervisor.answer", _subject(work))
        work.finish()


def allocate(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, unit_id: int) -> Allocation:
    """Send a unit; the sender becomes the owner. Nothing about the record blocks this, not even a missing grade."""
    with on_incident(user, incident_id, "unit.allocate", key, "send", unit_id) as work:
        if work.done is not None:
            return Allocation.objects.get(pk=int(work.done))
        _must_be_open(work)
        unit = Unit.objects.for_area(user).select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise Invalid({"unit": "There is no such unit in your area. Choose one from the list."})
        if unit.state != "available":
            raise Refused(f"{unit.call_sign} is not available now. Nothing was changed; choose another unit.")
        unit.state = "sent"
        unit.save(update_fields=["state"])
        sent = Allocation.objects.create(incident=work.incident, unit=unit, at=work.now, by=user)
        _stop(work, "allocation", "dispatcher")
        _stop(work, "first_read", "read")
        work.own(staff=user)
        for officer in unit.crew.all():
            work.involve("attending", officer)
        work.event("unit.allocated", unit=unit.call_sign)
        work.act.record("alteration", "unit.allocate", [*_subject(work), ("unit", str(unit.pk))])
        _owe_next(work)
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
        _stop(work, "attendance", source, arrived)
        work.event("unit.arrived", unit=sent.unit.call_sign, source=source)
        work.act.record("alteration", "unit.arrive", _subject(work), source=source)
        _owe_next(work)
        work.finish()


def record_leaving(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, allocation_id: int) -> None:
    """Record that a unit left, arrived or not; it is available again. Without any arrival the incident waits again."""
    with on_incident(user, incident_id, "unit.allocate", key, "leave", allocation_id) as work:
        if work.done is not None:
            return
        sent = _allocation(work, allocation_id)
        sent.left_at = work.now
        sent.save(update_fields=["left_at"])
        Unit.objects.filter(pk=sent.unit_id).update(state="available")
        work.event("unit.left", unit=sent.unit.call_sign, arrived=sent.arrived_at is not None)
        work.act.record("alteration", "unit.leave", _subject(work))
        _owe_next(work)
        work.finish()


def take_over(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Make the incident one's own; what is owed next stays as it was, but that what had arrived is now read."""
    with on_incident(user, incident_id, "owner.take", key) as work:
        if work.done is not None:
            return
        _must_be_open(work)
        if not _read(work):
            work.own(staff=user)
            work.event("owner.taken")
        work.act.record("alteration", "owner.take", _subject(work))
        work.finish()


def close(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID, reason: str, result: str) -> None:
    """Close the incident with a reason and a result; refused while anything is owed in it."""
    with on_incident(user, incident_id, "incident.close", key, reason, result) as work:
        if work.done is not None:
            return
        _must_be_open(work)
        rules.may_close(closing_reasons().get(reason), result, _closable(work, user))
        blockers = ask(MayClose(work.incident))
        if blockers:
            raise Refused(" ".join(blocker.why for blocker in blockers))
        now = work.now
        Closing.objects.create(
            incident=work.incident,
            at=now,
            by=user,
            reason=reason,
            result=Payload.objects.keep(tidy(result)),
        )
        Clock.objects.filter(incident=work.incident).running().update(stopped_at=now, stopped_by="closed")
        for sent in Allocation.objects.filter(incident=work.incident, left_at__isnull=True).select_for_update():
            sent.left_at = now
            sent.save(update_fields=["left_at"])
            Unit.objects.filter(pk=sent.unit_id).update(state="available")
        work.incident.closed_at = now
        work.incident.next_action = "none"
        work.event("incident.closed", reason=reason)
        work.involve("author")
        work.act.record("alteration", "incident.close", _subject(work), reason=reason)
        work.finish()


def read_first(user: Staff, incident_id: uuid.UUID, *, key: uuid.UUID) -> None:
    """Read what arrived, before anybody else has, and make it one's own.

    Raises ``Refused`` where somebody was quicker, so that no two people work on one contact unaware.
    """
    with on_incident(user, incident_id, "owner.take", key, "read first") as work:
        if work.done is not None:
            return
        _must_be_open(work)
        if not _read(work):
            who = work.incident.owner
            raise Refused(f"{who.name if who else 'Somebody else'} has read this already. Nothing was changed.")
        work.act.record("alteration", "contact.read", _subject(work))
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
        _start_clocks(event.incident, period, grade(period.grade), event.act.now)


def current_grade(incident: Incident) -> Grade | None:
    """The grade the incident holds now; None before the first."""
    period = GradePeriod.objects.filter(incident=incident).order_by("-seq").first()
    return grade(period.grade) if period else None


def _start_period(work: Work, new: Grade, reasons: dict[str, str], since: datetime) -> None:
    kept = {name: Payload.objects.keep(text) if text else None for name, text in reasons.items()}
    last = GradePeriod.objects.filter(incident=work.incident).order_by("-seq").first()
    period = GradePeriod.objects.create(
        incident=work.incident,
        seq=(last.seq if last else 0) + 1,
        grade=new.code,
        severity=new.severity,
        at=work.now,
        by=work.user,
        **kept,
    )
    running = Clock.objects.filter(incident=work.incident).running().of_grades()
    running.update(stopped_at=work.now, stopped_by="regraded")
    _start_clocks(work.incident, period, new, since)


def _start_clocks(incident: Incident, period: GradePeriod, held: Grade, now: datetime) -> None:
    active = Allocation.objects.filter(incident=incident, left_at__isnull=True)
    due = {
        "allocation": None if active.exists() else held.allocate,
        "attendance": None if active.filter(arrived_at__isnull=False).exists() else held.attend,
    }
    Clock.objects.bulk_create(
        Clock(incident=incident, period=period, kind=kind, started_at=now, due_at=now + target)
        for kind, target in due.items()
        if target is not None
    )


def _stop(work: Work, kind: str, by: str, at: datetime | None = None) -> bool:
    """Stop a running clock at ``at`` (now unless given), never before it started; whether there was one."""
    running = list(Clock.objects.filter(incident=work.incident, kind=kind).running())
    for clock in running:
        clock.stopped_at, clock.stopped_by = max(at or work.now, clock.started_at), by
        clock.save(update_fields=["stopped_at", "stopped_by"])
    return bool(running)


def _read(work: Work) -> bool:
    """Take what arrived into the hands of who acts, where it was not read yet; whether it was."""
    if not _stop(work, "first_read", "read"):
        return False
    work.own(staff=work.user)
    work.event("contact.read")
    _owe_next(work)
    if work.incident.next_action == "assess":
        work.owe("assess", work.now + FIRST_ASSESSMENT)
    return True


def _owe_next(work: Work) -> None:
    allocations = Allocation.objects.filter(incident=work.incident)
    running = dict(Clock.objects.filter(incident=work.incident).running().values_list("kind", "due_at"))
    active = allocations.filter(left_at__isnull=True).exists()
    arrived = allocations.filter(arrived_at__isnull=False).exists()
    work.owe(
        *rules.next_owed(
            current_grade(work.incident),
            active or arrived,
            arrived,
            work.now,
            list(running.values()),
            "first_read" in running,
        )
    )


def _closable(work: Work, user: Staff) -> rules.Closable:
    incident = work.incident
    assessed = newest_thrive(incident)
    first = {incident.opened_by_id, incident.owner_id, assessed.author_id if assessed else None}
    sent = Allocation.objects.filter(incident=incident)
    return rules.Closable(
        graded=GradePeriod.objects.filter(incident=incident).exists(),
        attended=sent.filter(arrived_at__isnull=False).exists(),
        unit_on_way=sent.filter(left_at__isnull=True, arrived_at__isnull=True).exists(),
        child=incident.child,
        second=user.role in {"contact_supervisor", "fim"} and user.pk not in first,
        unanswered=unanswered(incident),
    )


def _allocation(work: Work, allocation_id: int) -> Allocation:
    sent = (
        Allocation.objects.filter(pk=allocation_id, incident=work.incident, left_at__isnull=True)
        .select_related("unit")
        .first()
    )
    if sent is None:
        raise Refused("That unit is not with this incident now. Nothing was changed; reload to see who is.")
    return sent


def _must_be_open(work: Work) -> None:
    if not work.incident.is_open:
        raise Refused("This incident is closed. Add what is new as an entry: that opens it again.")


def _reason(text: str, name: str) -> str:
    return short(text, name, rules.LONGEST_REASON)


def _subject(work: Work) -> list[tuple[str, str]]:
    return [("incident", str(work.incident.pk))]
