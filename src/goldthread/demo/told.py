"""The force's last weeks told through the actions: ``told.toml`` step by step, with the clock of the demo turned back.

What a failure left behind (an alarm, a refusal, a second person's decision) is then what the service itself would have made of
it, to the letter and the second, and so it cannot be written down here wrongly.
"""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from importlib import resources

from django.db import connection

from goldthread.accounts import duty_actions
from goldthread.accounts.models import Duty, Staff
from goldthread.assessment.queries import newest_thrive
from goldthread.audit.actions import acting
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.contact.models import Incident
from goldthread.demo.generate import Teller, Telling
from goldthread.demo.people import Home
from goldthread.demo.storybook import CHILDREN, Template, tell, templates
from goldthread.demo.told_steps import VERBS, Step
from goldthread.response.alarm_actions import raise_due
from goldthread.response.models import Alarm, Allocation
from goldthread.response.request_rules import SENIOR
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.clock_models import Clock

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
    every: int = 0
    same: bool = False
    ago: int = 0

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
                 row.get("times", 1), row.get("band", ""), row.get("baby", False), row.get("every", 0), row.get("same", False),
                 row.get("ago", 0))
        )  # fmt: skip
    return tuple(found)


def tell_weeks(teller: Teller, now: datetime) -> int:
    """Carry every story out, each at its day and hour of the last weeks; how many incidents came of it.

    For a database with the demo's staff and units, in the seed's one transaction: the clock that is turned back is turned on
    again at its end, and nobody else sees it meanwhile. Raises what the actions raise: a story that they refuse is told wrongly.
    """
    before = Incident.objects.count()
    # With the clock turned back it would be raised at the hour of some story, before what its own timeline tells by now.
    while raise_due() + watch():
        pass
    with clock_back() as past:
        for one, begins in _when(now):
            Carried(teller, past, one, begins).run()
    return Incident.objects.count() - before


def _when(now: datetime) -> list[tuple[Told, datetime]]:
    """Each telling with when it begins, the earliest first; what happens several times is spread over four weeks, or as it says."""
    found = []
    for place, one in enumerate(stories()):
        if one.ago:
            found.append((one, now - timedelta(hours=one.ago)))
            continue
        for turn in range(one.times):
            back = (
                timedelta(days=one.days + turn * one.every)
                if one.days
                else timedelta(days=3 + place % 3) + turn * 4 * SPACING
            )
            day = (now - back).astimezone(LONDON).date()
            found.append((one, datetime.combine(day, one.at, LONDON) + timedelta(minutes=7 * turn)))
    return sorted(found, key=lambda pair: pair[1])


class Past:
    """The clock of the demo, turned to wherever a story is; and at whose home those are told that happen to the same people."""

    def __init__(self) -> None:
        self.incident: uuid.UUID | None = None
        self.homes: dict[str, Home] = {}

    def go(self, moment: datetime) -> None:
        """Turn to *moment*; what falls due in this story's incident until then is raised when it does."""
        while True:
            waiting = Alarm.objects.filter(
                incident=self.incident, raised_at__isnull=True, ended_at__isnull=True, due_at__lte=moment
            )
            steps = Clock.objects.filter(incident=self.incident, stopped_at__isnull=True, next_at__lte=moment)
            found = (waiting.order_by("due_at").values_list("due_at", flat=True).first(),
                     steps.order_by("next_at").values_list("next_at", flat=True).first())  # fmt: skip
            due = min((one for one in found if one is not None), default=None)
            if due is None:
                break
            self.turn(max(due, database_now(connection)))  # what was due before somebody opened it again is raised now
            raise_due()
            watch()
        self.turn(moment)

    def turn(self, moment: datetime) -> None:
        """Turn to *moment*, whatever falls due until then."""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE clock_offset SET shift = %s - statement_timestamp()", [moment])


@contextmanager
def clock_back() -> Iterator[Past]:
    """The clock of the demo to be turned; it is as it was afterwards."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shift FROM clock_offset")
        (shift,) = cursor.fetchone()
        yield Past()
        cursor.execute("UPDATE clock_offset SET shift = %s", [shift])


class Carried:
    """One story being carried out; the verbs of ``told_steps`` act on it."""

    def __init__(self, teller: Teller, past: Past, story: Told, begins: datetime) -> None:
        self.teller, self.past, self.story, self.at = teller, past, story, begins
        self.rng = teller.rng
        template, area = self.rng.choice([one for one in templates() if self._fits(one)]), self.rng.choice(teller.areas)
        band = story.band or template.band
        home = past.homes.get(story.name)
        area = home.area if home else area
        home = home or teller.town.draw(self.rng, area, band, begins.astimezone(LONDON).date(), baby=story.baby)
        if story.same:
            past.homes[story.name] = home
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
        if not self.story.ago and Incident.objects.open().filter(pk__in=self.contacts).exists():
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
            return self.staff(self.teller.roster.dispatcher(self.rng, self.telling.area, self.at).username)
        if name == "officer":
            sent = Allocation.objects.filter(incident=self.now_in).order_by("-id").select_related("unit").first()
            crew = sent.unit.crew.select_related("team").order_by("pk").first() if sent else None
            return crew or self.staff("fim")
        if name == "supervisor":
            return self._seniors()[0]
        if name in {"vast", "investigator", "investigation-supervisor"}:
            return self.staff(name)
        if name == "second":
            incident, thrive = self.incident(), newest_thrive(self.incident())
            hands = {incident.opened_by_id, incident.owner_id, thrive.author_id if thrive else None}
            return next(one for one in self._seniors() if one.pk not in hands)
        return self.staff("fim")

    def _seniors(self) -> list[Staff]:
        """The supervisors of the handlers' team, then every FIM."""
        found = Staff.objects.filter(role__in=SENIOR, is_active=True).select_related("team").order_by("role", "pk")
        return [one for one in found if one.role == "fim" or one.team_id == self.handlers[0].team_id]

    def staff(self, username: str) -> Staff:
        """The member of staff of that login."""
        return Staff.objects.select_related("team").get(username=username)

    def incident(self) -> Incident:
        """The incident in which the story is now."""
        return Incident.objects.get(pk=self.now_in)
