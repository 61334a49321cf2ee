"""The commands of the random walk: everything that people do to an incident, each with what it leaves on record."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Staff
from goldthread.assessment import reading
from goldthread.clocks.db import database_now
from goldthread.contact import actions as contact
from goldthread.contact import caller_actions, known_actions
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.choices import CALL_BACKS, LINE
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.response import actions as response
from goldthread.response import (
    alarm_actions,
    delay_actions,
    handoff_actions,
    reassess_actions,
    request_actions,
    shift_actions,
    transfer_actions,
    unit_actions,
)
from goldthread.response.models import Allocation, ReviewRequest, SupervisorCall, Transfer, Unit
from goldthread.response.shared_actions import critical_unanswered
from goldthread.safeguarding import clock_actions, door_actions
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor
from tests.cast import Cast, answered, graded, key, opened, taken
from tests.response.test_alarms import later, on_duty
from tests.response.test_requests import assess

WORDS = (
    "He shouts and the children are crying.",
    "All quiet now.",
    "Two cars touched.",
    "He has a knife.",
    "Rang again.",
)
REASONS = (["new-information"], ["seen-safe"], ["no-resources", "seen-safe"], ["no-resources"], ["other-agency"], [])
CODES = ("immediate", "priority", "scheduled", "resolution", "made-up")
ENDINGS = ("advice", "attended-resolved", "attended-resolved", "error", "duplicate", "other-agency", "made-up")
ROOM = ("handler", "supervisor", "fim", "teammate", "dispatcher")
SENIOR = ("supervisor", "fim")
NOTHING = object()
"""What a command returns that found nothing to do: nobody sent it."""


@dataclass
class Walk:
    """Two incidents, a call and a written contact on a desk; who acts on which of them next, and all that was tried."""

    cast: Cast
    dice: random.Random
    reader: pytest.MonkeyPatch
    incidents: list[Incident] = field(default_factory=list)
    who: Staff = field(init=False)
    at: Incident = field(init=False)
    tried: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Open both; most of the room is on duty."""
        on_duty(self.cast.handler, self.cast.supervisor, self.cast.fim, self.cast.dispatcher)
        call = opened(self.cast.handler)
        graded(self.cast.handler, call, self.dice.choice(("immediate", "priority", "scheduled")))
        self.incidents = [call, receive(None, self.message(), desk=self.cast.handler.team).incident]

    def message(self) -> Arriving:
        """A written contact of one conversation."""
        return Arriving("online", str(key()), self.dice.choice(WORDS), conversation="one")

    @property
    def other(self) -> Incident:
        return next(one for one in self.incidents if one.pk != self.at.pk)

    def why(self) -> dict[str, Any]:
        return {"reasons": self.dice.choice(REASONS), "why": self.dice.choice(("", "Seen by her teacher."))}

    def rather(self, who: Staff | None) -> None:
        """Half the time let the one person act who may: dice alone hardly ever hit on them."""
        if who is not None and self.dice.random() < 0.5:
            self.who = who

    def somebody(self) -> Staff:
        return self.dice.choice(list(self.cast.everybody().values()))


@dataclass(frozen=True)
class Command:
    """One thing that people do: the code of the line it leaves on the timeline and the verb in the audit, several where it
    may be either; who does it mostly, and how often it is tried for one of the others."""

    do: Callable[[Walk], object]
    line: str = ""
    verb: str = ""
    by: Sequence[str] = ROOM
    likely: int = 1


def _say(walk: Walk) -> object:
    return contact.add_words(walk.who, walk.at.pk, key=key(), source="caller", text=walk.dice.choice(WORDS))


def _no_child(walk: Walk) -> object:
    answer = walk.dice.choice(("asked_none", "not_known"))
    return contact.answer_children(walk.who, walk.at.pk, key=key(), answer=answer, given=[])


def _child(walk: Walk) -> object:
    seen = walk.dice.choice(("seen", "not_seen", "not_known"))
    mia = ChildGiven(str(walk.at.pk), "Mia", 4, False, "upstairs", "", seen)
    return contact.answer_children(walk.who, walk.at.pk, key=key(), answer="named", given=[mia])


def _result(walk: Walk) -> object:
    """What an officer says there; now and then they record the child first."""
    if walk.dice.random() < 0.5:
        seen = ChildGiven(str(walk.at.pk), "Mia", 4, False, "upstairs", "", walk.dice.choice(("seen", "spoken_to")))
        contact.answer_children(walk.who, walk.at.pk, key=key(), answer="named", given=[seen])
    text = walk.dice.choice(("Seen her, spoken to alone, well.", "No answer at the door.", "He has a knife."))
    return contact.add_words(walk.who, walk.at.pk, key=key(), source="officer", text=text)


def _lower(walk: Walk) -> object:
    code = walk.dice.choice((*CODES, "scheduled", "resolution", "resolution"))
    return request_actions.ask_lower(walk.who, walk.at.pk, key=key(), code=code, **walk.why())


def _later(walk: Walk) -> object:
    due = database_now(connection) + timedelta(hours=walk.dice.choice((-1, 1, 9, 9999)))
    return request_actions.ask_later(walk.who, walk.at.pk, key=key(), due_at=due, **walk.why())


def _ask_close(walk: Walk) -> object:
    reason = walk.dice.choice(ENDINGS)
    return request_actions.ask_close(walk.who, walk.at.pk, key=key(), reason=reason, result="Told.")


def _close(walk: Walk) -> object:
    return response.close(walk.who, walk.at.pk, key=key(), reason=walk.dice.choice(ENDINGS), result="Told.")


def _threat(walk: Walk) -> object:
    return contact.add_words(walk.who, walk.at.pk, key=key(), source="caller", text="He has a knife.")


def _close_well(walk: Walk) -> object:
    """As the second person closes what was attended; refused where anything is open."""
    return response.close(walk.who, walk.at.pk, key=key(), reason="attended-resolved", result="Seen and well.")


def _decide(walk: Walk) -> object:
    request = ReviewRequest.objects.filter(incident=walk.at).order_by("-id").first()
    answer = walk.dice.choice(("approved", "approved", "refused"))
    return request_actions.decide(walk.who, request.pk, key=key(), answer=answer, words="No.") if request else NOTHING


def _approve(walk: Walk) -> object:
    request = ReviewRequest.objects.filter(incident=walk.at, decision=None).order_by("id").first()
    return request_actions.decide(walk.who, request.pk, key=key(), answer="approved") if request else NOTHING


def _withdraw(walk: Walk) -> object:
    """Mostly one's own."""
    request = ReviewRequest.objects.filter(incident=walk.at).order_by("-id").first()
    if request is None:
        return NOTHING
    walk.rather(request.by)
    return request_actions.withdraw(walk.who, request.pk, key=key())


def _send(walk: Walk) -> object:
    unit = walk.dice.choice((walk.cast.unit, walk.cast.far_unit))
    return response.allocate(walk.who, walk.at.pk, key=key(), unit_id=unit.pk)


def _arrive(walk: Walk) -> object:
    sent = Allocation.objects.filter(incident=walk.at, left_at=None).first()
    if sent is None:
        return NOTHING
    return response.record_arrival(walk.who, walk.at.pk, key=key(), allocation_id=sent.pk, source="officer")


def _leave(walk: Walk) -> object:
    sent = Allocation.objects.filter(incident=walk.at, left_at=None).first()
    return response.record_leaving(walk.who, walk.at.pk, key=key(), allocation_id=sent.pk) if sent else NOTHING


def _door(walk: Walk) -> object:
    """Whoever was sent there last says what they found: of each child on record, or that there is none."""
    sent = Allocation.objects.filter(incident=walk.at).order_by("-id").first()
    if sent is None:
        return NOTHING
    walk.rather(walk.cast.officer if sent.unit_id == walk.cast.unit.pk else None)
    known = set(ChildVersion.objects.filter(incident=walk.at).values_list("child", flat=True))
    children = [ChildAtDoor(str(one), seen="yes", alone="yes", showed="Well, and at ease.") for one in sorted(known)]
    whole = VisitAtDoor(home="Warm and tidy.") if known else VisitAtDoor(no_child="none", no_child_why="One room.")
    return door_actions.answer(walk.who, walk.at.pk, key=key(), visit=sent.pk, children=children, whole=whole)


def _unit(walk: Walk) -> object:
    unit, state = walk.dice.choice((walk.cast.unit, walk.cast.far_unit)), walk.dice.choice(("available", "off"))
    was = Unit.objects.get(pk=unit.pk).state
    unit_actions.set_state(walk.who, unit.pk, state=state)
    return NOTHING if was == state else None


def _ask_agency(walk: Walk) -> object:
    threshold = walk.dice.choice(("not_asked", "police", "not_police"))
    told = {"agency": walk.dice.choice(("Ambulance", " ")), "reached": "Control", "what": "Attend."}
    return transfer_actions.transfer(walk.who, walk.at.pk, key=key(), threshold=threshold, **told)


def _agency_answers(walk: Walk) -> object:
    every = Transfer.objects.filter(incident=walk.at)
    asked = every.filter(answer=None).first() or every.last()
    if asked is None:
        return NOTHING
    answer, words = walk.dice.choice(("accepted", "declined", "withdrawn")), walk.dice.choice(("", "Jo Peel, 4471."))
    return transfer_actions.answer(walk.who, walk.at.pk, asked.pk, key=key(), answer=answer, words=words)


def _call_back(walk: Walk) -> object:
    outcome, text = walk.dice.choice(CALL_BACKS)[0], walk.dice.choice(("", "", *WORDS))
    return caller_actions.log_call_back(walk.who, walk.at.pk, key=key(), outcome=outcome, text=text)


def _hand_to_desk(walk: Walk) -> object:
    return handoff_actions.hand_over(walk.who, walk.at.pk, key=key(), to_team=walk.somebody().team_id)


def _receive(walk: Walk) -> None:
    handoff = handoff_actions.open_handoffs(walk.at).first()
    if handoff is not None:
        desk = Staff.objects.filter(team=handoff.to_team, role__in=("call_handler", "dispatcher")).order_by("id")
        walk.rather(handoff.to or desk.first())


def _acknowledge(walk: Walk) -> object:
    _receive(walk)
    return handoff_actions.acknowledge(walk.who, walk.at.pk, key=key())


def _decline(walk: Walk) -> object:
    _receive(walk)
    words = walk.dice.choice(("", "On a call."))
    return handoff_actions.decline(walk.who, walk.at.pk, key=key(), words=words)


def _take_back(walk: Walk) -> object:
    handoff = handoff_actions.open_handoffs(walk.at).first()
    walk.rather(handoff and handoff.by)
    return handoff_actions.take_back(walk.who, walk.at.pk, key=key())


def _end_shift(walk: Walk) -> object:
    """To somebody's desk or to themselves; what is in their hands is on the timeline of each."""
    whoever = walk.somebody()
    to = walk.dice.choice(({"to": whoever.pk}, {"to_team": whoever.team_id}, {}))
    held = {one.pk for one in shift_actions.held_by(walk.who) if not one.is_offered}
    left = {one.incident for one in shift_actions.end_shift(walk.who, key=key(), **to)}
    for one in Incident.objects.filter(pk__in=held - left):
        assert one.is_offered, "it ended without a receiver for what was in hand"
        assert one.entries.filter(code="owner.offered", author=walk.who).exists()
    return NOTHING if left else None


def _call_supervisor(walk: Walk) -> object:
    stood = SupervisorCall.objects.filter(incident=walk.at, answer=None).exists()
    response.call_supervisor(walk.who, walk.at.pk, key=key())
    return NOTHING if stood else None


def _note(walk: Walk) -> object:
    if not critical_unanswered(walk.at):
        return NOTHING
    return answered(walk.who, walk.at)


def _explain(walk: Walk) -> object:
    reasons = [walk.dice.choice(("risk-first", "missed", "no-resources"))]
    return delay_actions.explain(walk.who, walk.at.pk, key=key(), reasons=reasons, why="Everybody was at a fire.")


def _wait(walk: Walk) -> object:
    later(timedelta(minutes=walk.dice.choice((1, 6, 20, 300))))
    watch()
    return NOTHING


def watch() -> None:
    """What the service does by itself every few seconds."""
    duty_actions.forget(database_now(connection))
    alarm_actions.find_orphans()
    alarm_actions.find_late()
    while alarm_actions.raise_due() + clock_actions.watch():
        pass


def _reader_down(walk: Walk) -> object:
    walk.reader.setattr(reading, "reader", reading.NoReader)
    return NOTHING


def _reader_back(walk: Walk) -> object:
    walk.reader.undo()
    return NOTHING


COMMANDS = {
    "say": Command(_say, "words", "entry.add"),
    "write again": Command(
        lambda walk: receive(None, walk.message(), desk=walk.cast.teammate.team), "contact.received", "contact.receive"
    ),
    "no child": Command(_no_child, "children.answered", "children.answer"),
    "child": Command(_child, "children.answered", "children.answer"),
    "result": Command(_result, "words", "entry.add", by=("officer",), likely=2),
    "assess": Command(
        lambda walk: assess(walk.who, walk.at, walk.dice.choice(("calm", "worse"))), "thrive.written", "thrive.write",
        likely=4,
    ),
    "review": Command(
        lambda walk: reassess_actions.review(walk.who, walk.at.pk, key=key()), "reviewed.nothing_new", "thrive.review"
    ),
    "grade": Command(
        lambda walk: response.choose_grade(walk.who, walk.at.pk, key=key(), code=walk.dice.choice(CODES)),
        "grade.chosen", "grade.choose", likely=2,
    ),
    "lower": Command(_lower, "grade.lowered request.made", "grade.lower request.make", likely=7),
    "later": Command(_later, "time.put_off request.made", "time.put_off request.make", likely=6),
    "ask close": Command(_ask_close, "request.made", "request.make", likely=5),
    "close": Command(_close, "incident.closed", "incident.close", likely=5),
    "threat": Command(_threat, "words", "entry.add", by=("handler",), likely=0),
    "close well": Command(_close_well, "incident.closed", "incident.close", by=("fim",), likely=0),
    "decide": Command(_decide, "request.approved request.refused", "request.decide", likely=6),
    "approve": Command(_approve, "request.approved", "request.decide", by=SENIOR, likely=0),
    "withdraw": Command(_withdraw, "request.withdrawn", "request.withdraw", likely=4),
    "send": Command(_send, "unit.allocated", "unit.allocate", likely=2, by=("dispatcher", "fim")),
    "arrive": Command(_arrive, "unit.arrived", "unit.arrive", likely=4, by=("dispatcher", "fim")),
    "leave": Command(_leave, "unit.left", "unit.leave", likely=2, by=("dispatcher", "fim")),
    "door": Command(_door, "door.child door.visit", "door.answer", by=("officer",), likely=4),
    "unit": Command(_unit, "", "unit.state", by=("dispatcher", "fim")),
    "take": Command(
        lambda walk: taken(walk.who, walk.at), "owner.taken contact.read", "owner.take"
    ),
    "hand": Command(
        lambda walk: handoff_actions.hand_over(walk.who, walk.at.pk, key=key(), to=walk.somebody().pk),
        "owner.offered", "owner.hand",
    ),
    "hand to a desk": Command(_hand_to_desk, "owner.offered", "owner.hand"),
    "acknowledge": Command(_acknowledge, "owner.acknowledged", "owner.acknowledge", likely=2),
    "decline": Command(_decline, "owner.declined", "owner.decline", likely=3),
    "take back": Command(_take_back, "owner.withdrawn", "owner.withdraw", likely=3),
    "end shift": Command(_end_shift, "", "duty.end"),
    "begin shift": Command(lambda walk: shift_actions.begin_shift(walk.who), "", "duty.begin"),
    "ask agency": Command(_ask_agency, "transfer.asked", "transfer.ask", likely=2),
    "agency answers": Command(
        _agency_answers, "transfer.accepted transfer.declined transfer.withdrawn", "transfer.answer", likely=3
    ),
    "link": Command(
        lambda walk: known_actions.link(walk.who, walk.at.pk, key=key(), other_id=walk.other.pk),
        "incident.linked", "incident.link",
    ),
    "unlink": Command(
        lambda walk: known_actions.unlink(walk.who, walk.at.pk, key=key(), other_id=walk.other.pk),
        "incident.unlinked", "incident.unlink",
    ),
    "line": Command(
        lambda walk: caller_actions.set_line(walk.who, walk.at.pk, key=key(), state=walk.dice.choice(LINE)[0]),
        "line.set", "line.set",
    ),
    "call back": Command(_call_back, "callback.logged", "callback.log"),
    "call supervisor": Command(_call_supervisor, "supervisor.called", "supervisor.call"),
    "come": Command(
        lambda walk: response.answer_supervisor(walk.who, walk.at.pk, key=key()),
        "supervisor.came", "supervisor.answer", by=SENIOR, likely=3,
    ),
    "note": Command(_note, "mark.answered", "mark.answer", likely=2),
    "explain": Command(_explain, "delay.explained", "delay.explain", likely=4),
    "wait": Command(_wait),
    "reader down": Command(_reader_down),
    "reader back": Command(_reader_back),
}  # fmt: skip
