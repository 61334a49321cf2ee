"""Nothing ever blocks a higher grade, a unit that is sent or its arrival: whatever is missing, asked, late or out of order."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from goldthread.accounts.models import Duty, Staff
from goldthread.assessment import reading
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.contact import actions as contact
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.caller_actions import set_line, set_safe_contact
from goldthread.contact.caller_rules import Reachable
from goldthread.contact.models import Incident
from goldthread.response import actions as response
from goldthread.response import handoff_actions, request_actions, transfer_actions
from goldthread.response import shared_actions as shared
from goldthread.response.grades import grades_on
from goldthread.response.models import Allocation, Clock, Unit
from tests.cast import Cast, ended, graded, key, opened, say
from tests.integration.conftest import Program, Programs
from tests.integration.conftest import program as program
from tests.response.test_alarms import later, on_duty
from tests.response.test_requests import WHY, assess
from tests.response.walk import watch

Browser = Callable[[Staff | None], Client]
RAISERS = ("handler", "teammate", "stranger", "dispatcher", "supervisor", "fim")
SENDERS = ("dispatcher", "fim")
GRADES = ("resolution", "scheduled", "priority", "immediate")
AGENCY = {"agency": "Ambulance", "reached": "Control", "what": "Attend."}


def _no_reader(cast: Cast, incident: Incident) -> None:
    mock.patch.object(reading, "reader", reading.NoReader).start()


def _reopened(cast: Cast, incident: Incident) -> None:
    say(cast.supervisor, ended(cast, incident), "It has begun again.")


def _missing(cast: Cast, incident: Incident) -> None:
    say(cast.handler, incident, "My daughter is 13 and has run away, she is missing since last night.")


def _threat(cast: Cast, incident: Incident) -> None:
    say(cast.handler, incident, "He has a knife to her throat and the baby is crying.")


def _assessed_before(cast: Cast, incident: Incident) -> None:
    assess(cast.supervisor, incident)
    say(cast.handler, incident, "Rang again.")


def _asked_lower(cast: Cast, incident: Incident) -> None:
    request_actions.ask_lower(cast.handler, incident.pk, key=key(), code="resolution", **WHY)


def _asked_later(cast: Cast, incident: Incident) -> None:
    due = database_now(connection) + timedelta(days=3)
    request_actions.ask_later(cast.handler, incident.pk, key=key(), due_at=due, **WHY)


def _handed(cast: Cast, incident: Incident) -> None:
    handoff_actions.hand_over(cast.handler, incident.pk, key=key(), to_team=cast.far_dispatcher.team_id)


def _transferred(cast: Cast, incident: Incident) -> None:
    transfer_actions.transfer(cast.handler, incident.pk, key=key(), **AGENCY, threshold="not_police")


def _sent(cast: Cast, incident: Incident) -> None:
    response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)


def _overdue(cast: Cast, incident: Incident) -> None:
    later(timedelta(hours=60))
    watch()


def _unowned(cast: Cast, incident: Incident) -> None:
    Duty.objects.all().delete()
    Staff.objects.filter(pk=cast.handler.pk).update(is_active=False)
    later(timedelta(minutes=6))
    watch()


STATES: dict[str, Callable[[Cast, Incident], object]] = {
    "re-opened": _reopened,
    "reader off": _no_reader,
    "missing child": _missing,
    "threat to life unanswered": _threat,
    "silent line": lambda c, i: set_line(c.handler, i.pk, key=key(), state="silent"),
    "not safe to call": lambda c, i: set_safe_contact(
        c.handler, i.pk, key=key(), reachable=Reachable("not_safe", "not_asked", "not_asked", "", "", "")
    ),
    "asked: none": lambda c, i: contact.answer_children(c.handler, i.pk, key=key(), answer="asked_none", given=[]),
    "assessment out of date": _assessed_before,
    "supervisor called": lambda c, i: response.call_supervisor(c.handler, i.pk, key=key()),
    "lower grade asked for": _asked_lower,
    "later time asked for": _asked_later,
    "handed over": _handed,
    "another agency asked": _transferred,
    "a unit on its way": _sent,
    "overdue": _overdue,
    "owner gone": _unowned,
}
"""What an incident may be in, in an order in which all of it can be."""


@dataclass(frozen=True)
class State:
    """How an incident came, what is known of its place, the grade it holds if any, and what it is in."""

    written: bool
    located: bool
    grade: str | None
    within: list[str]


def _states(draw: Any) -> State:
    within = draw(st.lists(st.sampled_from(list(STATES)), unique=True))
    grade = draw(st.sampled_from((None, *GRADES)))
    return State(draw(st.booleans()), draw(st.booleans()), grade, [one for one in STATES if one in within])


def made(cast: Cast, state: State, *, all_of_it: bool = False) -> Incident:
    """An incident in that state; what a state needs and is not there (a lower grade, for one) is passed over."""
    on_duty(cast.handler)
    if state.written:
        incident = receive(None, Arriving("online", str(key()), "Please come."), desk=cast.handler.team).incident
    elif state.located:
        incident = opened(cast.handler, area="North")
    else:
        incident = contact.open_incident(cast.handler, incident_id=key(), channel="999")
    if state.grade is not None:
        graded(cast.handler, incident, state.grade)
    for one in state.within:
        with suppress(*([] if all_of_it else [Refused])):
            STATES[one](cast, incident)
    incident.refresh_from_db()
    assert incident.is_open
    return incident


class By:
    """The three ways in: the action itself, a page, a program."""

    def __init__(self, how: str, browser: Browser, program: Programs) -> None:
        self.how, self.browser, self.program = how, browser, program

    def grade(self, who: Staff, incident: Incident, code: str) -> None:
        match self.how:
            case "page":
                self._page(who, incident, "grade", grade=code)
            case "program":
                self._program(who).post(f"/incidents/{incident.pk}/grade", {"grade": code})
            case _:
                response.choose_grade(who, incident.pk, key=key(), code=code)

    def send(self, who: Staff, incident: Incident, unit: Unit) -> None:
        match self.how:
            case "page":
                self._page(who, incident, "allocate", unit=unit.pk)
            case "program":
                self._program(who).post(f"/incidents/{incident.pk}/allocations", {"unit": unit.pk})
            case _:
                response.allocate(who, incident.pk, key=key(), unit_id=unit.pk)

    def arrive(self, who: Staff, incident: Incident, sent: Allocation) -> None:
        match self.how:
            case "page":
                self._page(who, incident, "arrive", allocation=sent.pk, source="officer")
            case "program":
                at = f"/incidents/{incident.pk}/allocations/{sent.pk}/arrival"
                self._program(who).post(at, {"source": "officer"})
            case _:
                response.record_arrival(who, incident.pk, key=key(), allocation_id=sent.pk, source="officer")

    def _page(self, who: Staff, incident: Incident, name: str, **given: object) -> None:
        self.browser(who).post(f"/incidents/{incident.pk}/{name}", {"key": key(), **given})

    def _program(self, who: Staff) -> Program:
        return self.program(who)


def helped(cast: Cast, state: State, incident: Incident, by: By, raiser: str, sender: str, *, send_first: bool) -> None:
    """A higher grade, a unit and its arrival all go through, by whoever may, in either order."""
    people = cast.everybody()
    raiser = "teammate" if raiser == "handler" and "owner gone" in state.within else raiser
    unit = Unit.objects.create(call_sign="NA99", area="North")
    for what in ("send", "grade") if send_first else ("grade", "send"):
        if what == "send":
            by.send(people[sender], incident, unit)
            sent = Allocation.objects.get(incident=incident, unit=unit)
            by.arrive(people[sender], incident, sent)
            sent.refresh_from_db()
            assert sent.arrived_at is not None
            assert Incident.objects.get(pk=incident.pk).owner == people[sender]
            continue
        held = shared.current_grade(incident)
        now = database_now(connection)
        above = [one for one in grades_on(now.date()).values() if one.severity > (held.severity if held else 1)]
        for higher in sorted(above, key=lambda one: one.severity):
            by.grade(people[raiser], incident, higher.code)
            assert shared.current_grade(incident) == higher
    assert not Clock.objects.filter(incident=incident, stopped_at=None, kind="attendance").exists()


@pytest.mark.slow
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # each try is a night of its own: shrinking one takes minutes
)
@given(
    state=st.composite(_states)(),
    how=st.sampled_from(("action", "page", "program")),
    raiser=st.sampled_from(RAISERS),
    sender=st.sampled_from(SENDERS),
    send_first=st.booleans(),
)
def test_whatever_an_incident_is_in_it_is_raised_and_a_unit_goes(
    cast: Cast, browser: Browser, program: Programs, state: State, how: str, raiser: str, sender: str, send_first: bool
) -> None:
    try:
        with transaction.atomic():
            incident = made(cast, state)
            helped(cast, state, incident, By(how, browser, program), raiser, sender, send_first=send_first)
            transaction.set_rollback(True)
    finally:
        mock.patch.stopall()


@pytest.mark.parametrize("how", ["action", "page", "program"])
@pytest.mark.parametrize("send_first", [True, False])
def test_all_of_it_at_once(cast: Cast, browser: Browser, program: Programs, how: str, send_first: bool) -> None:
    """The states of the test above can be had, and had together."""
    state = State(written=False, located=False, grade="scheduled", within=list(STATES))
    try:
        incident = made(cast, state, all_of_it=True)
        helped(cast, state, incident, By(how, browser, program), "teammate", "dispatcher", send_first=send_first)
    finally:
        mock.patch.stopall()
