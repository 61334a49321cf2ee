"""Starting and stopping clocks, and telling what they tell: by as many workers as there are, each step once."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from goldthread.audit.actions import acting
from goldthread.clocks.bank import bank_holidays
from goldthread.clocks.statutory import Calendar
from goldthread.config.errors import Invalid
from goldthread.config.upward import announce
from goldthread.contact.events import IncidentChanged
from goldthread.contact.known import force_day
from goldthread.contact.models import Incident
from goldthread.contact.work import Work
from goldthread.safeguarding.clock_models import Clock, ClockStep
from goldthread.safeguarding.clock_rules import by_lessons, plan, rule_on

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff, Team
    from goldthread.audit.actions import Acting, Subject
    from goldthread.clocks.school import Terms

AT_ONCE = 200
"""Clocks that are told of in one transaction *(ours)*."""
AHEAD = timedelta(minutes=1)
"""How far ahead of the database a time may lie that somebody gave, since their machine's clock may differ *(ours)*."""


def start(
    act: Acting,
    rule: str,
    *,
    about: tuple[str, object],
    incident: Incident | None = None,
    team: Team | None = None,
    began_at: datetime | None = None,
    terms: Terms | None = None,
    due_at: datetime | None = None,
) -> Clock:
    """Begin a clock on a thing, at ``began_at`` or now; the one that runs already where there is one.

    What lies behind already when it begins is told at once. ``terms``: of the school it concerns. ``due_at``: when it runs out where
    somebody chose that, such as the day of a review; the rule's length is not asked then.
    Raises ``Invalid`` for a beginning that lies ahead, ``KeyError`` for a rule there is not.
    """
    kind, number = about[0], str(about[1])
    running = Clock.objects.filter(rule=rule, about=kind, about_id=number, stopped_at__isnull=True).first()
    if running is not None:
        return running
    began = began_at or act.now
    if began > act.now + AHEAD:
        raise Invalid({"began_at": "This time lies ahead. Give when it began; nothing was saved."})
    held = rule_on(rule, force_day(began))
    calendar = Calendar(bank_holidays(), terms) if terms is not None else Calendar(bank_holidays())
    planned = plan(held, began, calendar, due_at)
    return Clock.objects.create(
        rule=rule, incident=incident, about=kind, about_id=number, team=team, began_at=began, due_at=planned.due_at,
        known=planned.known, holds=held.holds, next_at=planned.steps[0].at,
        steps=[[one.at.isoformat(), one.kind, one.to] for one in planned.steps],
    )  # fmt: skip


def plan_anew(about: str, ids: Collection[str], terms: Terms) -> int:
    """Plan the clocks on these things that run by a school's lessons anew, after its terms were corrected; returns how many moved.

    Each in a transaction of its own, its incident locked first, with a line on the timeline. What was told stays told and is not told
    again; a time that by the terms now lies behind is told by the next look. What stands as it would be planned is left alone, so
    that running it again after a break does the rest.
    """
    moved = 0
    found = Clock.objects.filter(
        rule__in=by_lessons(), about=about, about_id__in=ids, stopped_at__isnull=True
    ).order_by("pk")
    for pk, incident_id in found.values_list("pk", "incident"):
        with acting(None) as act:
            incident = Incident.objects.filter(pk=incident_id).select_for_update(of=("self",)).first()
            clock = Clock.objects.filter(pk=pk, stopped_at__isnull=True).select_for_update(of=("self",)).first()
            if clock is None or not _moved(clock, terms):
                continue
            moved += 1
            subjects: list[Subject] = [("clock", clock.pk)]
            if incident is not None:
                subjects.insert(0, ("incident", str(incident.pk)))
                work = Work(act, incident, None, None, "clock.plan")
                work.event("clock.planned", rule=clock.rule, about=about, due_at=clock.due_at.isoformat())
                incident.save(update_fields=["last_seq"])
                announce(IncidentChanged(incident, act))
            act.record("alteration", "clock.plan", subjects, rule=clock.rule, due_at=clock.due_at.isoformat())
    return moved


def _moved(clock: Clock, terms: Terms) -> bool:
    """Give the clock the plan that these terms make of it, with what it told kept before; whether anything is another than it was."""
    held = rule_on(clock.rule, force_day(clock.began_at))
    planned = plan(held, clock.began_at, Calendar(bank_holidays(), terms))
    steps = clock.steps[: clock.told]
    told = Counter((kind, to) for _, kind, to in steps)
    for one in planned.steps:
        if told[one.kind, one.to]:
            told[one.kind, one.to] -= 1
        else:
            steps.append([one.at.isoformat(), one.kind, one.to])
    if (planned.due_at, planned.known, steps) == (clock.due_at, clock.known, clock.steps):
        return False
    clock.due_at, clock.known, clock.steps = planned.due_at, planned.known, steps
    clock.next_at = _next(clock)
    clock.save(update_fields=["due_at", "known", "steps", "next_at"])
    return True


def _next(clock: Clock) -> datetime | None:
    return datetime.fromisoformat(clock.steps[clock.told][0]) if clock.told < len(clock.steps) else None


def stop(act: Acting, about: tuple[str, object], because: str, *, rule: str = "", by: Staff | None = None) -> int:
    """End the clocks that run on a thing, or the one of ``rule``; returns how many. ``because`` is a code of what ended it."""
    found = Clock.objects.filter(about=about[0], about_id=str(about[1]), stopped_at__isnull=True)
    if rule:
        found = found.filter(rule=rule)
    return found.update(stopped_at=act.now, because=because, stopped_by=by, next_at=None)


def watch(most: int = AT_ONCE) -> int:
    """Tell every step that has fallen due, with a line on its incident's timeline; returns how many.

    Incidents are locked first, as every action locks them; one that somebody acts on just now is found again a second later.
    """
    with acting(None) as act:
        due = Clock.objects.filter(stopped_at__isnull=True, next_at__lte=act.now).order_by("next_at", "pk")
        wanted = list(due.values_list("incident", flat=True)[:most])
        if not wanted:
            return 0
        incidents = {
            one.pk: one
            for one in Incident.objects.filter(pk__in=[pk for pk in wanted if pk]).order_by("pk").select_for_update(skip_locked=True)
        }  # fmt: skip
        mine = due.filter(incident__in=incidents) | due.filter(incident__isnull=True)
        told: defaultdict[uuid.UUID | None, list[tuple[Clock, str, str]]] = defaultdict(list)
        for clock in mine.select_for_update(skip_locked=True, of=("self",))[:most]:
            for kind, to in _tell(clock, act):
                told[clock.incident_id].append((clock, kind, to))
        for pk in sorted(pk for pk in told if pk is not None):
            work = Work(act, incidents[pk], None, None, "clock.tell")
            for clock, kind, to in told[pk]:
                work.event("clock.told", rule=clock.rule, kind=kind, to=to, about=clock.about)
            incidents[pk].save(update_fields=["last_seq"])
            announce(IncidentChanged(incidents[pk], act))
    return sum(map(len, told.values()))


def _tell(clock: Clock, act: Acting) -> list[tuple[str, str]]:
    """Tell every step of one clock that lies behind, each once."""
    told = []
    while clock.told < len(clock.steps):
        at, kind, to = clock.steps[clock.told]
        if datetime.fromisoformat(at) > act.now:
            break
        ClockStep(clock=clock, number=clock.told, kind=kind, to=to, at=act.now).save()
        clock.told += 1
        told.append((kind, to))
    clock.next_at = _next(clock)
    clock.save(update_fields=["told", "next_at"])
    return told
