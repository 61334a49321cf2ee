"""New calls for the demo: the staff of the invented force at work through the actions, so that the board moves.

Two streams. *Calls*: told from the templates, their words, children, THRIVE and grade entered bit by bit as a handler
would. *The room*: whatever open incident wants it is taken one step on (sent, arrived, told, closed), whoever opened it;
the fuller the board, the quicker, so that the number of open incidents stays about where it is.
"""

from __future__ import annotations

import heapq
import random
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from django.db import Error, connection

from goldthread.accounts.models import Staff
from goldthread.assessment.actions import write_thrive
from goldthread.assessment.rules import Draft
from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.config.logs import log
from goldthread.contact.actions import add_words, answer_children, open_incident
from goldthread.contact.known import force_day
from goldthread.contact.known_actions import search, settle
from goldthread.contact.models import Incident
from goldthread.contact.people_models import Lookup, Residence
from goldthread.contact.rules import ChildGiven
from goldthread.contact.search import find
from goldthread.demo import steps
from goldthread.demo.duties import change, handlers_here, swap
from goldthread.demo.generate import Teller, Telling
from goldthread.demo.handling import handle, timeline
from goldthread.demo.messages import arrive
from goldthread.demo.plan import recorded
from goldthread.demo.room import one_step_on
from goldthread.demo.shape import demand
from goldthread.response.actions import choose_grade

PER_HOUR = 120.0
"""Calls in a mean hour where no rate is given: with what follows from each, a command every three or four seconds."""
STEPS_A_CALL = 4.0
"""Steps that the room takes for each call: sent, arrived, told, closed."""
CALLS_A_MESSAGE = 6.0
"""Calls for each written contact that arrives *(ours)*."""
BUSY, BURST, BURSTS, AGAIN = 4.0, 8, 0.05, 0.25
"""A busy night: how many times a mean hour's calls, calls of one burst, the share of calls that are one, and of those who ring again."""
SHIFT = 600.0
"""Seconds between two changes of shifts in a busy night, so that who looks for ten minutes sees one."""
CHANGE_EVERY = 60.0
"""Seconds between two looks at who is on duty."""
STEADY = 36
"""Open incidents at which the room closes as many as come in."""
HURRY = 3.0
"""How much faster than life a handler of the demo types."""
AFTER_FAULT = 5.0
"""Seconds of rest after the database could not be reached."""
BY_HANDLER = {"opened", "said", "answered", "assessed", "graded"}


@dataclass(order=True)
class Due:
    """A step of a call in progress and the moment (monotonic seconds) at which it is taken."""

    at: float
    number: int
    incident_id: uuid.UUID = field(compare=False)
    step: steps.Step = field(compare=False)
    area: str = field(compare=False)
    channel: str = field(compare=False)


def run(stop: threading.Event, per_hour: float = 0.0, seed: int | None = None, *, busy: bool = False) -> None:
    """Let calls arrive until ``stop`` is set; ``per_hour`` in a mean hour (0: ``PER_HOUR``), more at busy times of day.

    ``busy``: a night of bursts, of callers who ring again, and of handlers who go home in the middle of it.

    Refused actions and a lost database are told in the log, and the work goes on.
    """
    calls = Calls(random.Random(seed), per_hour or PER_HOUR, busy=busy)  # noqa: S311 - a demo's dice
    while not stop.is_set():
        try:
            wait = calls.turn()
        except Error as error:
            log().warning("the demo's calls wait for the database", part="calls", error=type(error).__name__)
            with suppress(Error):
                connection.close()
            wait = AFTER_FAULT
        stop.wait(wait)
    connection.close()


class Calls:
    """The calls in progress and the dice that bring the next. ``turn`` does what is due and says how long to rest."""

    def __init__(
        self, rng: random.Random, per_hour: float, clock: Callable[[], float] = time.monotonic, *, busy: bool = False
    ) -> None:
        self.rng, self.per_hour, self._clock, self.busy = rng, per_hour, clock, busy
        self._half = 0
        self._told: list[Telling] = []  # whose callers may ring again
        plan = recorded()
        now = plan.now if plan else database_now(connection)
        self._teller = Teller(rng, now, *((plan.size, plan.count) if plan else ()))
        self._due: list[Due] = []
        self._number = 0
        self._next_call = clock()
        self._next_step = clock()
        self._next_message = clock() + 20
        self._next_change = clock()

    def turn(self) -> float:
        """Do everything that is due and return the seconds until the next thing is. Database errors propagate."""
        now = self._clock()
        if now >= self._next_call:
            pace = BUSY if self.busy else demand(database_now(connection))
            self._next_call = now + self.rng.expovariate(self.per_hour * pace / 3600)
            for _ in range(BURST if self.busy and self.rng.random() < BURSTS else 1):
                self._begin(now + self.rng.uniform(0, 20) * self.busy)
        if now >= self._next_message:
            self._next_message = now + self.rng.expovariate(self.per_hour / CALLS_A_MESSAGE / 3600)
            self._guarded(
                lambda: arrive(self.rng, self._teller.town, database_now(connection), rota=self._teller.roster.rota)
            )
        if now >= self._next_change:
            self._next_change = now + (SHIFT if self.busy else CHANGE_EVERY)
            if self.busy:
                self._half = 1 - self._half
                self._guarded(lambda: swap(self._half))
                self._pass_on()
            else:
                self._guarded(lambda: change(self._teller.roster, database_now(connection)))
        while self._due and self._due[0].at <= now:
            self._do(heapq.heappop(self._due))
        if now >= self._next_step:
            waiting = Incident.objects.open().count()
            pace = self.per_hour * STEPS_A_CALL / 3600 * max(waiting / STEADY, 0.1) ** 2
            self._next_step = now + self.rng.expovariate(pace)
            self._guarded(lambda: one_step_on(self.rng, {due.incident_id for due in self._due}))
        nearest = min(
            [
                self._next_call,
                self._next_step,
                self._next_message,
                self._next_change,
                *(due.at for due in self._due[:1]),
            ]
        )
        return max(0.0, nearest - self._clock())

    def _begin(self, now: float) -> None:
        """Lay out a call: its steps up to the grade come one by one as the handler enters them."""
        at = database_now(connection)
        again = self.rng.choice(self._told) if self.busy and self._told and self.rng.random() < AGAIN else None
        template = again.template if again else self._teller.choose(at)
        chosen = handle(self.rng, template)
        moments = [moment for moment in timeline(self.rng, template, chosen) if moment.what in BY_HANDLER]
        # One call in three is the demo handler's own.
        handler = "handler" if self.rng.random() < 0.33 else ""
        if self.busy:  # who went home takes no calls
            handler = self.rng.choice(handlers_here() or [handler])
        where = {"area": again.area, "home": again.home} if again else {}
        telling = self._teller.begin(template, at, handler=handler, **where)  # type: ignore[arg-type]
        self._told = [*self._told[-19:], telling]
        identity = uuid.uuid4()  # the dice may have given the story's own identity before, in an earlier run
        laid = self._teller.lay(telling, moments, chosen, at)
        for moment, step in zip(moments, laid, strict=True):
            self._number += 1
            heapq.heappush(
                self._due, Due(now + moment.offset / HURRY, self._number, identity, step, telling.area, telling.channel)
            )

    def _pass_on(self) -> None:
        """Calls that still ring are taken by others where those they were for went home."""
        here = handlers_here()
        ringing = {
            due.incident_id for due in self._due if isinstance(due.step, steps.Opened) and due.step.by not in here
        }
        if here:
            takes = {incident: self.rng.choice(here) for incident in sorted(ringing)}
            for due in self._due:
                if due.incident_id in takes:
                    due.step = replace(due.step, by=takes[due.incident_id])

    def _do(self, due: Due) -> None:
        self._guarded(lambda: enter(due.incident_id, due.step, area=due.area, channel=due.channel))

    def _guarded(self, act: Callable[[], object]) -> None:
        """Do it; what the rules refuse is theirs to refuse, and the next thing is tried."""
        try:
            act()
        except Refused as error:
            log().info("a step of the demo was refused", part="calls", error=type(error).__name__)


def enter(incident_id: uuid.UUID, step: steps.Step, *, area: str, channel: str) -> None:
    """Take one step of a call by its action, as the member of staff who takes it."""
    user = Staff.objects.select_related("team").get(username=step.by)
    key = uuid.uuid4()
    match step:
        case steps.Opened():
            open_incident(
                user, incident_id=incident_id, channel=channel, location=step.location,
                caller_name=step.caller_name, caller_phone=step.caller_phone, area=area,
            )  # fmt: skip
            given = {"phone": step.caller_phone, "place": step.location, "person": step.caller_name}
            for kind in step.searched:
                look_up(user, incident_id, kind, given[kind], area)
        case steps.Said():
            add_words(user, incident_id, key=key, source=step.source, text=step.text)
        case steps.Answered():
            children = [
                ChildGiven(str(one.child), one.name, one.age, False, one.where_now, one.last_seen_by, one.seen)
                for one in step.children
            ]
            answer_children(user, incident_id, key=key, answer=step.answer, given=children)
        case steps.Assessed():
            write_thrive(user, incident_id, key=key, draft=Draft(dict(step.elements), step.interim, step.advice, 0))
        case steps.Graded():
            choose_grade(user, incident_id, key=key, code=step.grade, why=step.why, why_not_above=step.why_not_above)


def look_up(user: Staff, incident_id: uuid.UUID, kind: str, typed: str, area: str) -> None:
    """Look one thing up as a handler does: settle on what is plainly meant, else leave the search on record."""
    key = uuid.uuid4()
    meant = ""
    if kind == "place":
        found = find(kind, typed, force_day(database_now(connection)), area)
        meant = next((one.choice for one in found if (one.name, one.area) == (typed, area)), "")
    elif kind == "person":
        at = Lookup.objects.filter(incident=incident_id, kind="place", place__isnull=False).values("place")
        lives = Residence.objects.filter(place__in=at, person__name=typed, until__isnull=True).order_by("id").first()
        if lives is None:
            return
        meant = f"person-{lives.person_id}"
    if meant:
        settle(user, incident_id, key=key, choice=meant, typed=typed)
    else:
        search(user, incident_id, key=key, kind=kind, typed=typed)
