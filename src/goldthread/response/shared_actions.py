"""What the verbs of response are made of: periods, clocks, what is owed next. For the actions of this app alone."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from goldthread.assessment.marking import states
from goldthread.assessment.modes import shown
from goldthread.assessment.queries import critical_cues, cue_states, mark_answers, newest_reading, newest_thrive
from goldthread.audit.models import Payload
from goldthread.config.errors import Refused
from goldthread.contact.caller_queries import unanswered
from goldthread.contact.known import group_of
from goldthread.contact.models import Incident
from goldthread.contact.querysets import of_incident
from goldthread.contact.rules import short, tidy
from goldthread.contact.work import Work
from goldthread.response import rules
from goldthread.response.grades import Grade, grade, severity_of
from goldthread.response.models import (
    Allocation,
    Clock,
    Closing,
    GradePeriod,
    Reassessment,
    ReviewDecision,
    ReviewRequest,
    SupervisorCall,
    Transfer,
    Unit,
)
from goldthread.response.request_rules import SENIOR, Ending

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from goldthread.accounts.models import Staff
    from goldthread.assessment.marking import CueState
    from goldthread.assessment.models import ThriveVersion


@of_incident
def _periods(incident: Incident) -> QuerySet[GradePeriod]:
    return GradePeriod.objects.filter(incident=incident).order_by("-seq")[:1]


@of_incident
def _running(incident: Incident) -> QuerySet[Clock]:
    return Clock.objects.filter(incident=incident).running()


@of_incident
def _sent(incident: Incident) -> QuerySet[Any, tuple[datetime, datetime | None, datetime | None]]:
    return Allocation.objects.filter(incident=incident).values_list("at", "arrived_at", "left_at")


@of_incident
def _closings(incident: Incident) -> QuerySet[Any, datetime]:
    return Closing.objects.filter(incident=incident).order_by("-id").values_list("at", flat=True)[:1]


def current_period(incident: Incident) -> GradePeriod | None:
    """The grade period that holds now; None before the first."""
    return next(iter(_periods(incident)), None)


def current_grade(incident: Incident) -> Grade | None:
    """The grade the incident holds now; None before the first."""
    period = current_period(incident)
    return grade(period.grade) if period else None


def start_period(
    work: Work,
    new: Grade,
    reasons: dict[str, str],
    since: datetime,
    decision: ReviewDecision | None = None,
    origin: str = "here",
) -> GradePeriod:
    """Begin a grade with its clocks; those of the grade before stop. The database refuses a lower one against the rule."""
    kept = {name: Payload.objects.keep(text) if text else None for name, text in reasons.items()}
    last = current_period(work.incident)
    period = GradePeriod.objects.create(
        incident=work.incident,
        seq=(last.seq if last else 0) + 1,
        grade=new.code,
        severity=new.severity,
        at=work.now,
        by=work.user,
        origin=origin,
        decision=decision,
        **kept,
    )
    running = Clock.objects.filter(incident=work.incident).running().of_grades()
    running.update(stopped_at=work.now, stopped_by="regraded")
    start_clocks(work.incident, period, new, since)
    return period


def start_clocks(incident: Incident, period: GradePeriod, held: Grade, now: datetime) -> None:
    """Start a grade's clocks, but those of what has happened already."""
    there = [arrived for _at, arrived, left in _sent(incident) if left is None]
    due = {"allocation": None if there else held.allocate, "attendance": None if any(there) else held.attend}
    Clock.objects.bulk_create(
        Clock(incident=incident, period=period, kind=kind, started_at=now, due_at=now + target)
        for kind, target in due.items()
        if target is not None
    )


def stop(work: Work, kind: str, by: str, at: datetime | None = None) -> bool:
    """Stop a running clock at ``at`` (now unless given), never before it started; whether there was one."""
    running = [clock for clock in _running(work.incident) if clock.kind == kind]
    for clock in running:
        clock.stopped_at, clock.stopped_by = max(at or work.now, clock.started_at), by
        clock.save(update_fields=["stopped_at", "stopped_by"])
    return bool(running)


def last_closed(incident: Incident) -> datetime | None:
    """When it was last closed; None where it never was. What was done before then ended with that closing."""
    return next(iter(_closings(incident)), None)


def visits(incident: Incident) -> QuerySet[Allocation]:
    """Every sending of a unit, of an incident that was opened again those since: an earlier one saw nothing of what came after."""
    return Allocation.objects.filter(_after(last_closed(incident)), incident=incident)


def _after(moment: datetime | None) -> Q:
    return Q() if moment is None else Q(at__gt=moment)


def owe_next(work: Work) -> None:
    """Set what is owed next in the incident from what runs and what has happened."""
    work.owe(*next_step(work.incident, work.now))


def next_step(incident: Incident, now: datetime) -> tuple[str, datetime]:
    """What is owed next and by when, from what runs and what has happened."""
    ended = last_closed(incident)
    sent = [(came, left) for at, came, left in _sent(incident) if ended is None or at > ended]
    running = {clock.kind: clock.due_at for clock in _running(incident)}
    active, arrived = any(left is None for _, left in sent), any(came is not None for came, _ in sent)
    return rules.next_owed(
        current_grade(incident), active or arrived, arrived, now, list(running.values()), "first_read" in running
    )


def closable(work: Work, user: Staff | None) -> rules.Closable:
    """What closing looks at."""
    incident = work.incident
    assessed = newest_thrive(incident)
    first = {incident.opened_by_id, incident.owner_id, assessed.author_id if assessed else None}
    ended = last_closed(incident)
    sent = visits(incident)
    asked = Transfer.objects.filter(incident=incident)
    yes = asked.filter(_after(ended), threshold="not_police", answer__answer="accepted").select_related("answer")
    accepted = yes.order_by("answer__id").first()
    return rules.Closable(
        graded=GradePeriod.objects.filter(incident=incident).exists(),
        attended=sent.filter(arrived_at__isnull=False).exists(),
        unit_on_way=sent.filter(left_at__isnull=True, arrived_at__isnull=True).exists(),
        second=user is not None and user.seat.code in SENIOR and user.pk not in first,
        unanswered=unanswered(incident),
        unread=Clock.objects.filter(incident=incident).unread().exists(),
        offered=incident.is_offered,
        called=SupervisorCall.objects.filter(incident=incident, answer__isnull=True).exists(),
        asked=asked.filter(answer__isnull=True).exists(),
        accepted=accepted is not None,
        told=accepted is not None
        and incident.call_backs.filter(outcome="answered", recorded_at__gte=accepted.answer.at).exists(),
        critical=tuple(one.cue for one in critical_unanswered(incident)),
        unit_owed=Clock.objects.filter(incident=incident, kind="attendance").running().exists(),
        linked=_told_elsewhere(incident, ended),
        child=incident.child != "none",
        needs_second=tuple(ending(incident).second_needed_for),
        fresh=_fresh(incident, assessed),
        withheld=not shown(user, incident).readings,
    )


def _fresh(incident: Incident, thrive: ThriveVersion | None) -> bool:
    """Whether this THRIVE knows all that was said, nothing asks for the next, and no unit came or left since it was begun.

    Who asks for a closing waits for a THRIVE made after that; this is the same for who closes without having been asked.
    """
    if thrive is None or not knows_all(incident, thrive) or Reassessment.objects.filter(incident=incident).exists():
        return False
    moved = incident.entries.filter(code__in=("unit.arrived", "unit.left"), seq__gt=thrive.read_up_to)
    return not moved.exists()


def _told_elsewhere(incident: Incident, ended: datetime | None) -> bool:
    """Whether another incident of the same matter is open or was attended, since this one was opened again where it was.

    Two that nobody attended do not close each other.
    """
    others = Incident.objects.filter(pk__in=group_of(incident))
    arrived = Allocation.objects.filter(incident__in=others, arrived_at__isnull=False)
    return others.open().exists() or arrived.filter(_after(ended)).exists()


def ending(incident: Incident) -> Ending:
    """What makes closing a matter for a second person."""
    periods = list(GradePeriod.objects.filter(incident=incident).order_by("seq").values_list("severity", flat=True))
    ended = last_closed(incident)
    newest = {
        child: seen if ended is None or at > ended else "not_known"
        for child, seen, at in incident.child_versions.order_by("id").values_list("child", "seen", "at")
    }
    reading = newest_reading(incident)
    read = reading.level if reading is not None else "none"
    return Ending(
        child=incident.child,
        attended=visits(incident).filter(arrived_at__isnull=False).exists(),
        seen=bool(newest) and all(seen in {"seen", "spoken_to"} for seen in newest.values()),
        lowered=any(after < before for before, after in pairwise(periods))
        or Clock.objects.filter(incident=incident, stopped_by="put_off").exists(),
        discordant=severity_of(read) > (periods[-1] if periods else 0),
        again=ended is not None,
    )


def end(work: Work, reason: str, result: str, decision: ReviewDecision | None = None, origin: str = "here") -> None:
    """Close the incident: every running clock stops and every unit with it is free again."""
    now = work.now
    Closing.objects.create(
        incident=work.incident,
        at=now,
        by=work.user,
        reason=reason,
        origin=origin,
        result=Payload.objects.keep(tidy(result)),
        decision=decision,
    )
    Clock.objects.filter(incident=work.incident).running().update(stopped_at=now, stopped_by="closed")
    for sent in Allocation.objects.filter(incident=work.incident, left_at__isnull=True).select_for_update():
        sent.left_at = now
        sent.save(update_fields=["left_at"])
        Unit.objects.filter(pk=sent.unit_id).update(state="available")
    work.offer()
    work.incident.closed_at = now
    work.incident.next_action = "none"
    work.event("incident.closed", reason=reason)
    work.involve("author")
    work.act.record("alteration", "incident.close", subject(work), reason=reason)


def overtake(work: Work, *kinds: str) -> None:
    """Answer the open requests of these kinds as overtaken: what they asked for stands under what has just changed."""
    for request in open_requests(work.incident).filter(kind__in=kinds):
        ReviewDecision(request=request, answer="overtaken", at=work.now).save()
        work.event("request.overtaken", kind=request.kind)


def open_requests(incident: Incident) -> QuerySet[ReviewRequest]:
    """Requests of the incident that nobody has answered yet, oldest first."""
    return ReviewRequest.objects.filter(incident=incident, decision__isnull=True).order_by("id")


def critical_unanswered(incident: Incident) -> list[CueState]:
    """The life-threat cues in the words that nobody has answered."""
    reading = newest_reading(incident)
    if reading is None:
        return []
    # A process that could not load its reader knows no cues; what was read before does.
    critical = critical_cues() | set(reading.critical or ())
    found = states(reading.findings, mark_answers(incident.pk), critical.__contains__)
    return [one for one in found if one.critical and one.wants]


def missing_child(incident: Incident) -> bool:
    """Whether the words say that a child is missing, and nobody has answered that it is not so."""
    reading = newest_reading(incident)
    if incident.child == "none" or reading is None:
        return False
    found = cue_states(reading.findings, mark_answers(incident.pk))
    return any(
        one.cue == "missing" and (one.wants or (one.answered is not None and one.answered.answer != "not_so"))
        for one in found
    )


def knows_all(incident: Incident, thrive: ThriveVersion | None) -> bool:
    """Whether nobody has said anything since this THRIVE was begun."""
    if thrive is None:
        return False
    return not incident.entries.filter(kind="words", seq__gt=thrive.read_up_to).exists()


def must_be_open(work: Work) -> None:
    """Raise ``Refused`` where the incident is closed."""
    if not work.incident.is_open:
        raise Refused("This incident is closed. Add what is new as an entry: that opens it again.")


def reason(text: str, name: str) -> str:
    """A reason as it will be kept. Raises ``Invalid`` where it is too long."""
    return short(text, name, rules.LONGEST_REASON)


def subject(work: Work) -> list[tuple[str, str]]:
    """The incident, as the audit names it."""
    return [("incident", str(work.incident.pk))]
