"""The verbs of response for what another incident system tells: stored as it happened there, and a supervisor told where the rule says no.

The caller holds the incident locked (``contact.import_actions.importing``). Every clock runs from when it came to us.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from goldthread.config.upward import announce, ask
from goldthread.contact.actions import reopen
from goldthread.response import import_rules as rules
from goldthread.response import shared_actions as shared
from goldthread.response.alarm_models import Alarm
from goldthread.response.events import MayClose, UnitLeft
from goldthread.response.grades import closing_reasons, grades_on
from goldthread.response.handoff_actions import settle
from goldthread.response.models import Allocation, Unit
from goldthread.response.request_models import KINDS

if TYPE_CHECKING:
    from goldthread.contact.work import Work
    from goldthread.response.grades import ClosingReason

TOLD_ELSEWHERE = "told-elsewhere"
"""Why an incident closed where another system closed it and gave none of our reasons."""


def grade_told(work: Work, code: str, why: str) -> tuple[str, ...]:
    """Hold the grade that was chosen there, its clocks from now. A lower one is *outside the rule*: nobody decided it here.

    ``code`` is a grade in force. What it tells of a closed incident opens that again: somebody works on it.
    """
    new, held = grades_on(work.now.date())[code], shared.current_grade(work.incident)
    if not work.incident.is_open:
        reopen(work, "another system", work.incident.team)
    if held is not None and held.code == new.code:
        return ()
    lower = held is not None and new.severity < held.severity
    reasons = {"why": why.strip()[: rules.LONGEST_REASON], "why_not_above": ""}
    shared.start_period(work, new, reasons, work.now, origin="imported")
    shared.stop(work, "first_read", "read")
    shared.overtake(work, "downgrade", *(() if lower else ("reschedule", "close")))
    what = "grade.lowered" if lower else "grade.chosen"
    work.event(what, grade=code)
    work.act.record("alteration", what, shared.subject(work), grade=code, origin="imported")
    shared.owe_next(work)
    return ("lowered",) if lower else ()


def closed_told(work: Work, reason: str, result: str) -> tuple[str, ...]:
    """Close it as it was closed there; why the rule would have held it open, as codes of ``import_rules.AGAINST``."""
    if not work.incident.is_open:
        return ()
    known: ClosingReason | None = closing_reasons().get(reason)
    blocked = bool(ask(MayClose(work.incident)))
    found = rules.against(known, shared.closable(work, None), blocked=blocked)
    shared.overtake(work, *dict(KINDS))
    settle(work, None)
    words = result.strip()[: rules.LONGEST_REASON] or "Closed in another system, without words."
    shared.end(work, known.code if known else TOLD_ELSEWHERE, words, origin="imported")
    return found


def unit_told(work: Work, sign: str, state: str) -> str:
    """Record that a unit was sent, arrived or left there. Returns the reference of the incident with which it stands here, if another.

    A unit that is not known here is made. What is told of a closed incident is recorded and opens nothing: units clear after closing.
    """
    _known, made = Unit.objects.get_or_create(call_sign=sign, defaults={"area": work.incident.area})
    unit = Unit.objects.select_for_update().get(call_sign=sign)
    if made:
        work.act.record("alteration", "unit.put", [("unit", str(unit.pk))], new=True, origin="imported")
    sent = Allocation.objects.filter(unit=unit, left_at__isnull=True).select_related("incident", "unit").first()
    if sent is not None and sent.incident_id != work.incident.pk:
        return sent.incident.reference
    if sent is None:
        if state == "left" or not work.incident.is_open:
            work.event("unit.told", unit=sign, state=state)
            return ""
        sent = _send(work, unit)
    if state == "arrived" and sent.arrived_at is None:
        sent.arrived_at, sent.arrival_source = work.now, "dispatcher"
        sent.save(update_fields=["arrived_at", "arrival_source"])
        Unit.objects.filter(pk=unit.pk).update(state="at_scene")
        shared.stop(work, "attendance", "dispatcher")
        work.event("unit.arrived", unit=sign, source="dispatcher")
        work.act.record("alteration", "unit.arrive", shared.subject(work), source="dispatcher", origin="imported")
    if state == "left":
        _leave(work, sent)
    if work.incident.is_open:
        shared.owe_next(work)
    return ""


def tell_outside(work: Work, codes: Iterable[str]) -> None:
    """Raise the supervisor's alarm: another system did what the rule does not allow. It ends when somebody senior acts here."""
    what = list(codes)
    line = work.event("outside.rule", what=what)
    Alarm.objects.create(
        incident=work.incident, kind="outside", source=f"outside:{work.incident.pk}:{line.seq}", due_at=work.now
    )
    work.act.record("alteration", "outside.tell", shared.subject(work), what=what)


def tell_ahead(work: Work, message: int) -> None:
    """Raise the supervisor's alarm: words in which a risk was read wait for an earlier message."""
    first = {"incident": work.incident, "due_at": work.now}
    Alarm.objects.get_or_create(kind="ahead", source=f"message:{message}", defaults=first)


def end_ahead(work: Work, message: int) -> None:
    """The message was placed: its words are in the incident and stand there for everybody."""
    found = Alarm.objects.filter(kind="ahead", source=f"message:{message}", ended_at__isnull=True)
    found.update(ended_at=work.now)


def _send(work: Work, unit: Unit) -> Allocation:
    unit.state, unit.committed_until = "sent", None
    unit.save(update_fields=["state", "committed_until"])
    sent = Allocation.objects.create(incident=work.incident, unit=unit, at=work.now, by=work.user)
    shared.stop(work, "allocation", "dispatcher")
    shared.stop(work, "first_read", "read")
    for officer in unit.crew.all():
        work.involve("attending", officer)
    work.event("unit.allocated", unit=unit.call_sign)
    subjects = [*shared.subject(work), ("unit", str(unit.pk))]
    work.act.record("alteration", "unit.allocate", subjects, origin="imported")
    return sent


def _leave(work: Work, sent: Allocation) -> None:
    sent.left_at = work.now
    sent.save(update_fields=["left_at"])
    Unit.objects.filter(pk=sent.unit_id).update(state="available", committed_until=None)
    ending = shared.ending(work.incident)
    seen = ending.child == "none" or ending.seen or sent.arrived_at is None
    work.event("unit.left", unit=sent.unit.call_sign, arrived=sent.arrived_at is not None, seen=seen)
    work.act.record("alteration", "unit.leave", shared.subject(work), origin="imported")
    announce(UnitLeft(sent, work.act))
