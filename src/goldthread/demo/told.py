"""The force's last weeks told through the actions: ``told.toml`` step by step, with the clock of the demo turned back.

What a failure left behind (an alarm, a refusal, a second person's decision) is then what the service itself would have made of
it, to the letter and the second, and so it cannot be written down here wrongly.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from importlib import resources

from django.db import connection

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Duty, Staff
from goldthread.assessment.actions import answer_mark, write_thrive
from goldthread.assessment.models import ThriveVersion
from goldthread.assessment.queries import newest_thrive
from goldthread.assessment.rules import Draft
from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.actions import add_words, answer_children, open_incident
from goldthread.contact.caller_actions import log_call_back, set_safe_contact
from goldthread.contact.caller_rules import Reachable
from goldthread.contact.known_actions import link
from goldthread.contact.models import Incident
from goldthread.contact.rules import ChildGiven
from goldthread.demo.generate import Teller, Telling
from goldthread.demo.live import look_up
from goldthread.demo.storybook import CHILDREN, Template, tell, templates
from goldthread.response import actions as response
from goldthread.response.alarm_actions import find_orphans, raise_due
from goldthread.response.delay_actions import explain
from goldthread.response.handoff_actions import acknowledge, hand_over
from goldthread.response.models import Alarm, Allocation, ReviewRequest, Transfer, Unit
from goldthread.response.reassess_actions import review
from goldthread.response.request_actions import ask_close, ask_lower, decide
from goldthread.response.request_rules import SENIOR
from goldthread.response.shared_actions import critical_unanswered
from goldthread.response.transfer_actions import answer, transfer

ELEMENTS = ("threat", "harm", "risk", "investigation", "vulnerability", "engagement")
REPORTS = (
    "On scene. Everybody who lives there seen and spoken to, all well.",
    "Spoken to both apart. Calm. Children seen in their rooms, asleep, well.",
    "Account as given to the handler. Seen through the house, nothing of concern.",
)
SPACING = timedelta(hours=17, minutes=40)
"""Between two tellings of what happens several times, so that they fall on all hours' days."""


@dataclass(frozen=True)
class Told:
    """One story of the file."""

    name: str
    at: time
    steps: tuple[str, ...]
    days: int
    times: int
    band: str
    baby: bool

    @property
    def ordinary(self) -> bool:
        """Whether it begins with a call out of the storybook."""
        return any(step.split()[2] == "call" for step in self.steps)


@lru_cache(maxsize=1)
def stories() -> tuple[Told, ...]:
    """Every story in the file's order. Raises ``ValueError`` that names the story where a step cannot be read."""
    given = tomllib.loads(resources.files("goldthread.demo").joinpath("told.toml").read_text(encoding="utf-8"))
    found = []
    for row in given["story"]:
        for step in row["steps"]:
            head, _, _ = step.partition(" | ")
            if len(head.split()) < 3 or head.split()[2] not in VERBS:
                raise ValueError(f"{row['name']}: no step is read in {step!r}")
        found.append(
            Told(row["name"], time.fromisoformat(row["at"]), tuple(row["steps"]), row.get("days", 0),
                 row.get("times", 1), row.get("band", ""), row.get("baby", False))
        )  # fmt: skip
    return tuple(found)


def tell_weeks(teller: Teller, now: datetime) -> int:
    """Carry every story out, each at its day and hour of the last weeks; how many incidents came of it.

    For a database with the demo's staff and units, in the seed's one transaction: the clock that is turned back is turned on
    again at its end, and nobody else sees it meanwhile. Raises what the actions raise: a story that they refuse is told wrongly.
    """
    before = Incident.objects.count()
    with _clock_back() as past:
        for one, begins in _when(now):
            _Telling(teller, past, one, begins).run()
    return Incident.objects.count() - before


def _when(now: datetime) -> list[tuple[Told, datetime]]:
    """Each telling with when it begins, the earliest first; what happens several times is spread over four weeks."""
    found = []
    for place, one in enumerate(stories()):
        for turn in range(one.times):
            back = timedelta(days=one.days) if one.days else timedelta(days=3 + place % 3) + turn * 4 * SPACING
            day = (now - back).astimezone(LONDON).date()
            found.append((one, datetime.combine(day, one.at, LONDON) + timedelta(minutes=7 * turn)))
    return sorted(found, key=lambda pair: pair[1])


class _Past:
    """The clock of the demo, turned to wherever a story is."""

    def __init__(self) -> None:
        self.incident: uuid.UUID | None = None

    def go(self, moment: datetime) -> None:
        """Turn to *moment*; what falls due in this story's incident until then is raised when it does."""
        while True:
            waiting = Alarm.objects.filter(
                incident=self.incident, raised_at__isnull=True, ended_at__isnull=True, due_at__lte=moment
            )
            due = waiting.order_by("due_at").values_list("due_at", flat=True).first()
            if due is None:
                break
            self._turn(max(due, database_now(connection)))  # what was due before somebody opened it again is raised now
            raise_due()
        self._turn(moment)

    def _turn(self, moment: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clock_offset SET shift = %s - statement_timestamp()", [moment])


@contextmanager
def _clock_back() -> Iterator[_Past]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT shift FROM clock_offset")
        (shift,) = cursor.fetchone()
        yield _Past()
        cursor.execute("UPDATE clock_offset SET shift = %s", [shift])


@dataclass(frozen=True)
class Step:
    """Who does it, which of its kind, and the words."""

    who: Staff
    rest: list[str]
    words: str


class _Telling:
    """One story being carried out."""

    def __init__(self, teller: Teller, past: _Past, story: Told, begins: datetime) -> None:
        self.teller, self.past, self.story, self.at = teller, past, story, begins
        self.rng = teller.rng
        template, area = self.rng.choice([one for one in templates() if self._fits(one)]), self.rng.choice(teller.areas)
        band = story.band or template.band
        home = teller.town.draw(self.rng, area, band, begins.astimezone(LONDON).date(), baby=story.baby)
        self.telling: Telling = teller.begin(template, begins, area=area, home=home)
        told = template.children if story.ordinary else CHILDREN
        self.slot = next(
            (one for one in told if story.ordinary or any(f"{{{one}}}" in step for step in story.steps)), ""
        )
        self.handlers = self._handlers()
        self.contacts: list[uuid.UUID] = []
        self.now_in: uuid.UUID = uuid.uuid4()
        self.child = str(uuid.uuid4())

    def _fits(self, template: Template) -> bool:
        """What is told at a home; for an ordinary story, a call of the grade that it begins with."""
        if template.place != "home" or template.has_baby:
            return False
        return not self.story.ordinary or (template.grade == "priority" and not template.at_risk)

    def run(self) -> None:
        """Every step in its time; the duties of those in it begin with it and end with it."""
        self.past.go(self.at)
        with acting(None) as act:
            for one in self.handlers:
                duty_actions.begin(one, act)
        for step in self.story.steps:
            head, _, words = tell(self.rng, step, self.telling.told).partition(" | ")
            minutes, who, verb, *rest = head.split()
            self.at += timedelta(minutes=float(minutes), seconds=self.rng.randrange(2, 40))
            self.past.go(self.at)
            VERBS[verb](self, Step(self._who(who), rest, words))
        with acting(None) as act:
            for one in self.handlers:
                duty_actions.end(one, act, "handover")
        if Incident.objects.open().filter(pk__in=self.contacts).exists():
            raise ValueError(f"{self.story.name}: something is left open at its end")

    def _handlers(self) -> list[Staff]:
        """Three of one team who own nothing now: nobody's real duty is touched by what is told of the past."""
        here = Duty.objects.filter(ended_at__isnull=True).values("staff")
        free = Staff.objects.filter(role="call_handler", is_active=True).exclude(pk__in=here).select_related("team")
        by_team: dict[int, list[Staff]] = {}
        for one in free.order_by("pk"):
            by_team.setdefault(one.team_id, []).append(one)
        return self.rng.sample(max(by_team.values(), key=len), 3)

    def _who(self, name: str) -> Staff:
        if name.startswith("handler"):
            return self.handlers[int(name.removeprefix("handler") or 1) - 1]
        if name == "dispatcher":
            return self._staff(self.teller.roster.dispatcher(self.rng, self.telling.area, self.at).username)
        if name == "officer":
            sent = Allocation.objects.filter(incident=self.now_in).order_by("-id").select_related("unit").first()
            crew = sent.unit.crew.select_related("team").order_by("pk").first() if sent else None
            return crew or self._staff("fim")
        if name == "supervisor":
            return self._seniors()[0]
        if name == "second":
            incident, thrive = self._incident(), newest_thrive(self._incident())
            hands = {incident.opened_by_id, incident.owner_id, thrive.author_id if thrive else None}
            return next(one for one in self._seniors() if one.pk not in hands)
        return self._staff("fim")

    def _seniors(self) -> list[Staff]:
        """The supervisors of the handlers' team, then every FIM."""
        found = Staff.objects.filter(role__in=SENIOR, is_active=True).select_related("team").order_by("role", "pk")
        return [one for one in found if one.role == "fim" or one.team_id == self.handlers[0].team_id]

    def _staff(self, username: str) -> Staff:
        return Staff.objects.select_related("team").get(username=username)

    def _incident(self) -> Incident:
        return Incident.objects.get(pk=self.now_in)


def _key() -> uuid.UUID:
    return uuid.uuid4()


def _open(self: _Telling, step: Step) -> None:
    """Open a contact by a channel: the story goes on in it. The second and later ones of a story are others' contacts."""
    self.now_in = uuid.uuid4()
    self.contacts.append(self.now_in)
    self.past.incident = self.now_in
    open_incident(step.who, incident_id=self.now_in, channel=step.rest[0], location=step.words, area=self.telling.area)


def _call(self: _Telling, step: Step) -> None:
    """A whole call out of the storybook, up to its grade."""
    template, told = self.telling.template, self.telling.told
    _open(self, Step(step.who, [self.telling.channel], told["address"]))
    for source, text in template.words:
        add_words(step.who, self.now_in, key=_key(), source=source, text=tell(self.rng, text, told))
    _children(self, Step(step.who, ["named" if template.children else "not_known"], "at home"))
    elements = {code: tell(self.rng, text, told) for code, text in template.thrive.items()}
    write_thrive(step.who, self.now_in, key=_key(), draft=Draft(elements, "", "", 0))
    response.choose_grade(step.who, self.now_in, key=_key(), code=step.rest[0], why=tell(self.rng, template.why, told))


def _say(self: _Telling, step: Step) -> None:
    add_words(step.who, self.now_in, key=_key(), source=step.rest[0], text=step.words)


def _report(self: _Telling, step: Step) -> None:
    """What the officer tells who found what was hoped for."""
    add_words(step.who, self.now_in, key=_key(), source="officer", text=self.rng.choice(REPORTS))


def _children(self: _Telling, step: Step) -> None:
    name = self.telling.told[self.slot] if self.slot else ""
    child = ChildGiven(self.child, name, self.telling.ages.get(self.slot), False, step.words, "", "not_known")
    answer_children(
        step.who, self.now_in, key=_key(), answer=step.rest[0], given=[child] if step.rest[0] == "named" else []
    )


def _thrive(self: _Telling, step: Step) -> None:
    version = ThriveVersion.objects.filter(incident=self.now_in).count()
    elements = {code: step.words if code in {"risk", "vulnerability"} else "As told." for code in ELEMENTS}
    write_thrive(step.who, self.now_in, key=_key(), draft=Draft(elements, "", "", version))


def _grade(self: _Telling, step: Step) -> None:
    response.choose_grade(step.who, self.now_in, key=_key(), code=step.rest[0], why=step.words)


def _home(_: _Telling, step: Step) -> None:
    """Go home and hand nothing over."""
    with acting(None) as act:
        duty_actions.end(step.who, act, "left")


def _orphans(*_: object) -> None:
    find_orphans()
    raise_due()


def _wait(*_: object) -> None:
    """Time passes, and what falls due is raised."""


def _take(self: _Telling, step: Step) -> None:
    response.take_over(step.who, self.now_in, key=_key())


def _hand(self: _Telling, step: Step) -> None:
    hand_over(step.who, self.now_in, key=_key(), to_team=step.who.team_id, note=step.words, at_shift_end=True)


def _acknowledge(self: _Telling, step: Step) -> None:
    acknowledge(step.who, self.now_in, key=_key())


def _send(self: _Telling, step: Step) -> None:
    """A unit of the area that was not elsewhere then; for want of one, another."""
    elsewhere = Allocation.objects.filter(at__lt=self.at + timedelta(hours=2), left_at__gt=self.at).values("unit")
    by = step.who
    here = Unit.objects.for_area(by).filter(state="available")
    unit = here.exclude(pk__in=elsewhere).order_by("pk").first() or here.order_by("pk").first()
    if unit is None:
        by = self._staff("fim")
        unit = Unit.objects.filter(state="available").exclude(pk__in=elsewhere).order_by("pk")[0]
    response.allocate(by, self.now_in, key=_key(), unit_id=unit.pk)


def _arrive(self: _Telling, step: Step) -> None:
    sent = Allocation.objects.filter(incident=self.now_in, left_at__isnull=True).latest("id")
    response.record_arrival(step.who, self.now_in, key=_key(), allocation_id=sent.pk, source="officer")


def _lower(self: _Telling, step: Step) -> None:
    ask_lower(step.who, self.now_in, key=_key(), code=step.rest[0], reasons=step.rest[1].split(","), why=step.words)


def _decide(self: _Telling, step: Step) -> None:
    _noted(self, step.who)
    asked = ReviewRequest.objects.filter(incident=self.now_in, decision__isnull=True).first()
    if asked is not None:  # none stands where no child is concerned and the grade fell at once
        decide(step.who, asked.pk, key=_key(), answer=step.rest[0], words=step.words)


def _explain(self: _Telling, step: Step) -> None:
    explain(step.who, self.now_in, key=_key(), reasons=step.rest[0].split(","), why=step.words)


def _told(self: _Telling, step: Step) -> None:
    if self._incident().safe_contact == "not_asked":
        set_safe_contact(step.who, self.now_in, key=_key(), reachable=Reachable("given", "call"))
    log_call_back(step.who, self.now_in, key=_key(), outcome="answered", text=step.words, new_risk=step.rest[0])


def _transfer(self: _Telling, step: Step) -> None:
    agency, reached, what = step.words.split("; ")
    transfer(step.who, self.now_in, key=_key(), agency=agency, reached=reached, what=what, threshold=step.rest[0])


def _confirm(self: _Telling, step: Step) -> None:
    asked = Transfer.objects.filter(incident=self.now_in, answer__isnull=True).latest("id")
    answer(step.who, self.now_in, asked.pk, key=_key(), answer="accepted", words=step.words)


def _review(self: _Telling, step: Step) -> None:
    review(step.who, self.now_in, key=_key())


def _known(self: _Telling, step: Step) -> None:
    look_up(step.who, self.now_in, "place", self.telling.told["address"], self.telling.area)


def _same(self: _Telling, step: Step) -> None:
    """The same matter as the story's first contact, which opens again if it was closed."""
    link(step.who, self.now_in, key=_key(), other_id=self.contacts[0])


def _back(self: _Telling, step: Step) -> None:
    """The story goes on in its first contact, or in the one of that number."""
    self.now_in = self.past.incident = self.contacts[int(step.rest[0]) - 1 if step.rest else 0]


def _ask_close(self: _Telling, step: Step) -> None:
    _noted(self, step.who)
    ask_close(step.who, self.now_in, key=_key(), reason=step.rest[0], result=step.words)


def _close(self: _Telling, step: Step) -> None:
    _noted(self, step.who)
    response.close(step.who, self.now_in, key=_key(), reason=step.rest[0], result=step.words)


def _noted(self: _Telling, who: Staff) -> None:
    """Note every mark of a threat to life, without which nothing closes."""
    for one in critical_unanswered(self._incident()):
        answer_mark(who, self.now_in, key=_key(), cue=one.cue, answer="noted", facts=sorted(one.facts))


Verb = Callable[[_Telling, Step], None]
VERBS: dict[str, Verb] = {
    "open": _open, "call": _call, "say": _say, "report": _report, "children": _children, "thrive": _thrive, "grade": _grade,
    "home": _home, "orphans": _orphans, "wait": _wait, "take": _take, "hand": _hand, "acknowledge": _acknowledge, "send": _send,
    "arrive": _arrive, "lower": _lower, "decide": _decide, "explain": _explain, "told": _told, "transfer": _transfer,
    "confirm": _confirm, "review": _review, "known": _known, "same": _same, "back": _back, "askclose": _ask_close,
    "close": _close,
}  # fmt: skip
