"""One step on for an open incident, by whoever would take it: grade, send, arrival, officer's words, closing."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable

from goldthread.accounts.models import Staff
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.queries import newest_thrive
from goldthread.assessment.rules import Draft
from goldthread.config.errors import Refused
from goldthread.contact.actions import add_words
from goldthread.contact.models import Entry, Incident
from goldthread.demo import door
from goldthread.demo.duties import handlers_here, take_up
from goldthread.demo.handling import ALLOCATE
from goldthread.response.actions import (
    allocate,
    choose_grade,
    close,
    read_first,
    record_arrival,
    record_leaving,
)
from goldthread.response.models import Allocation, Clock, Unit
from goldthread.response.shared_actions import critical_unanswered, current_grade, visits

TRIES = 6
"""Incidents looked at for one step: those that wait for a unit where none is free are passed over."""
OFFICERS = (
    "On scene. Spoken to caller, account as given to the handler. All calm on arrival.",
    "Attended, occupants seen. Children at the address seen and well, bedrooms and kitchen checked.",
    "Area searched, no trace of any person matching. Will stay mobile in the area.",
    "Statement taken, body worn video saved. Neighbours either side spoken to.",
    "Parties separated and spoken to apart. Child spoken to alone, quiet, says is fine. PPN to follow.",
    "Access given, all persons accounted for. Nothing further for response.",
)
RESULTS = (
    "Attended, persons seen and spoken to, no further risk found at this time. PPN where a child was seen.",
    "Attended, advice given, neighbourhood team told.",
    "Attended, account taken, enquiries continue with the day team.",
)
BY_TELEPHONE = (
    "Caller rung back and content, nothing new to report. Advice given, reference supplied.",
    "Reviewed with the caller, no deployment needed, advice by text message.",
)


def one_step_on(rng: random.Random, in_a_call: Iterable[uuid.UUID]) -> str:
    """Take one open incident one step on and return what was done; empty where nothing could be.

    Incidents ``in_a_call`` are left to their handler until graded. Raises ``Refused`` where the rules refuse the step.
    """
    found = list(
        Incident.objects.open().filter(last_seq__gt=1).exclude(pk__in=set(in_a_call)).order_by("next_action_at")[:120]
    )
    if not found:
        return ""
    # Those whose action is soonest owed come first, mostly; not always, or an old one would hold up the rest.
    first = min(int(rng.expovariate(0.12)), len(found) - 1)
    for incident in found[first : first + TRIES]:
        done = _step(rng, incident)
        if done:
            return done
    return ""


def _step(rng: random.Random, incident: Incident) -> str:
    if incident.is_offered and (done := take_up(incident)):
        return done
    if Clock.objects.filter(incident=incident).unread().exists():
        read_first(_reader(rng, incident), incident.pk, key=uuid.uuid4())
        return "read"
    held = current_grade(incident)
    if held is None:
        choose_grade(
            _handler(incident),
            incident.pk,
            key=uuid.uuid4(),
            code="priority",
            why="Graded on sweep, not graded at the call.",
        )
        return "graded"
    for cue in critical_unanswered(incident)[:1]:
        answer_mark(
            _handler(incident), incident.pk, key=uuid.uuid4(), cue=cue.cue, answer="noted", facts=sorted(cue.facts)
        )
        return "answered"
    sent = Allocation.objects.filter(incident=incident, left_at__isnull=True).select_related("unit").first()
    arrived = visits(incident).filter(arrived_at__isnull=False).exists()
    where = {"area": incident.area} if incident.area else {}  # an incident without an area is every dispatcher's
    dispatcher = _one(rng, "dispatcher", **where)
    if sent is None and not arrived:
        if held.code in ALLOCATE:
            return _send(rng, dispatcher, incident)
        return _close(incident, _second(incident), "advice", rng.choice(BY_TELEPHONE))
    if sent is not None and sent.arrived_at is None:
        record_arrival(
            dispatcher, incident.pk, key=uuid.uuid4(), allocation_id=sent.pk, source=rng.choice(["officer", "vehicle"])
        )
        return "arrived"
    if sent is not None and not Entry.objects.filter(incident=incident, source="officer").exists():
        officer = sent.unit.crew.order_by("pk").first()
        if officer is not None:
            add_words(officer, incident.pk, key=uuid.uuid4(), source="officer", text=rng.choice(OFFICERS))
            return "told"
    visit = sent or visits(incident).filter(arrived_at__isnull=False).select_related("unit").order_by("-id").first()
    if (sent is None or rng.random() < 0.9) and door.answer(rng, visit):
        return "answered at the door"
    if sent is not None and rng.random() < 0.3:
        record_leaving(dispatcher, incident.pk, key=uuid.uuid4(), allocation_id=sent.pk)
        return "left"
    second = dispatcher if incident.child == "none" else _second(incident)
    return _close(incident, second, "attended-resolved", rng.choice(RESULTS))


def _close(incident: Incident, by: Staff, reason: str, result: str) -> str:
    """Close it; where a child may be involved on a THRIVE of now, which its handler writes."""
    if incident.child != "none":
        newest = newest_thrive(incident)
        draft = Draft({"risk": result}, "", "", newest.version if newest else 0)
        write_thrive(_handler(incident), incident.pk, key=uuid.uuid4(), draft=draft)
    close(by, incident.pk, key=uuid.uuid4(), reason=reason, result=result)
    return "closed"


def _send(rng: random.Random, dispatcher: Staff, incident: Incident) -> str:
    free = list(Unit.objects.for_area(dispatcher).ready().order_by("call_sign"))
    if not free:
        return ""
    allocate(dispatcher, incident.pk, key=uuid.uuid4(), unit_id=rng.choice(free).pk)
    return "sent"


def _one(rng: random.Random, role: str, **where: str) -> Staff:
    return rng.choice(list(Staff.objects.filter(role=role, **where).select_related("team").order_by("pk")))


def _reader(rng: random.Random, incident: Incident) -> Staff:
    """Whoever reads what arrived: its owner, or a call handler of the desk; one on duty where anybody is."""
    if incident.owner is not None and incident.owner.can("owner.take"):
        return incident.owner
    handlers = Staff.objects.filter(role="call_handler").select_related("team").order_by("pk")
    here = handlers.filter(username__in=handlers_here())
    of_the_desk = {"team": incident.owner_team_id}
    for found in (here.filter(**of_the_desk), here, handlers.filter(**of_the_desk), handlers):
        if found:
            return rng.choice(list(found))
    raise Refused("There is no call handler.")


def _second(incident: Incident) -> Staff:
    """A Force Incident Manager who neither opened nor owns it."""
    senior = Staff.objects.filter(role="fim").exclude(
        pk__in=[pk for pk in (incident.opened_by_id, incident.owner_id) if pk]
    )
    return senior.select_related("team").order_by("pk").first() or Staff.objects.select_related("team").get(
        username="fim"
    )


def _handler(incident: Incident) -> Staff:
    found = incident.opened_by or incident.owner
    if found is None or not found.can("grade.choose"):
        found = Staff.objects.select_related("team").get(username="handler")
    return found
