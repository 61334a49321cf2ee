"""When and how the officers of the year answer at the door: the dice decide, by the shares of ``door.toml``.

From the story's own identity, so that the dice of the telling are not touched. An officer answers before the unit leaves, or after it
while the clock waits, or, where the incident is closed with the unit still there, perhaps not at all.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from goldthread.accounts.models import Staff
from goldthread.config.dated import table
from goldthread.contact.known import force_day
from goldthread.demo import steps
from goldthread.demo.door_rows import Door, Visit
from goldthread.demo.people import years
from goldthread.safeguarding.door_rules import ChildAtDoor, VisitAtDoor

if TYPE_CHECKING:
    from goldthread.demo.desk_rows import Desk


class Officers:
    """Those who were sent to one incident; ``looked`` is told when they have said something, which the desk's rule reads."""

    def __init__(self, desk: Desk, story: steps.Story, looked: Callable[[datetime], None]) -> None:
        self.desk, self.record, self.story, self.looked = desk, desk.record, story, looked
        self.rng = random.Random(story.id.int + 3)  # noqa: S311 - a demo's dice
        self.door = Door(desk)
        self.visit: Visit | None = None
        self.who: Staff | None = None
        self.over = False

    def after(self, step: steps.Step) -> None:
        """What follows from a step of the story: an answer to come, or a clock that waits for it."""
        self.over = (
            step is self.story.steps[-1]
        )  # nobody answers in a closed incident, and what stands open is left as it is
        if isinstance(step, steps.Arrived):
            self.visit = self.door.arrive(self.record.sent[-1], step.unit)
            self.who = self.record.known.staff[self.rng.choice(self.record.known.crews[step.unit])]
            if self.rng.random() < _file()["at_once"]:
                self._within(step.at, self._next(step.at), self._answer)
        elif isinstance(step, steps.Left) and self.visit is not None:
            self.door.leave(step.at, self.visit)
            if self.door.owes(self.visit):
                self._within(step.at, self._next(step.at), self._answer)

    def let_close(self, at: datetime) -> None:
        """An incident does not close while the clock of the visit runs; the PPN may come later, but seldom does."""
        if self.desk.runs("visit"):
            self._answer(at)
        self._submit(at)

    def _next(self, at: datetime) -> datetime | None:
        """When the unit leaves next, or the incident is closed; where neither is told, the story's last step."""
        ahead = [one.at for one in self.story.steps if one.at > at]
        ends = [one.at for one in self.story.steps if one.at > at and isinstance(one, steps.Left | steps.Closed)]
        return min(ends, default=max(ahead, default=None))

    def _within(self, begin: datetime, end: datetime | None, do: Callable[[datetime], None]) -> None:
        if end is not None:
            low, high = _file()["within"]
            self.desk.later(
                begin + timedelta(seconds=int((end - begin).total_seconds() * self.rng.uniform(low, high))), do
            )

    def _answer(self, at: datetime) -> None:
        visit, who, incident = self.visit, self.who, self.record.incident
        if visit is None or who is None or visit.last is not None or self.over or incident["child"] == "none":
            return
        new = self._found(at)
        every = [(str(one.child), one.age) for one in (*self.record.named, *new)]
        children = [self._child(child, age) for child, age in every]
        self.door.answer(at, who, visit, children, self._home() if children else self._nobody(), new)
        self.looked(at)
        if visit.whole.ppn == "not_yet":
            self._within(at, self._next(at), self._submit)

    def _submit(self, at: datetime) -> None:
        """The PPN is in: before the incident closes, but for some of the last hours that are still owed."""
        visit, last = self.visit, self.desk.watch.now - timedelta(hours=_file()["owed_hours"])
        if visit is None or self.who is None or visit.whole.ppn != "not_yet" or self.over or at > last:
            return
        whole = VisitAtDoor(ppn="submitted", ppn_reference=self._reference())
        self.door.answer(at, self.who, visit, [], whole)

    def _found(self, at: datetime) -> tuple[steps.Child, ...]:
        """Children of the home of whom nobody had told: those whom a worrying story is about, or brothers and sisters."""
        record, day = self.record, force_day(at)
        home = record.known.homes.get((record.given["location"], record.incident["area"]))
        share = _file()["siblings" if record.named else "unnamed"]
        if home is None or not self.story.cues or self.rng.random() >= share:
            return ()
        known = {one.name for one in record.named}
        return tuple(
            steps.Child(
                UUID(int=self.rng.getrandbits(128), version=4), one.name, years(one.born, day), "at home", "officer", "not_known"
            )
            for one in home.children(day)
            if one.name not in known
        )  # fmt: skip

    def _child(self, child: str, age: int | None) -> ChildAtDoor:
        held, rng = _file(), self.rng
        if rng.random() < held["not_seen"]:
            return ChildAtDoor(child, "no", why_not_seen=self._say("why_not_seen"))
        if age is not None and age < held["young"]:
            return ChildAtDoor(child, "yes", alone="too_young", showed=self._say("showed_young"))
        if rng.random() < held["not_alone"]:
            return ChildAtDoor(child, "yes", alone="no", why_not_alone=self._say("why_not_alone"))
        return ChildAtDoor(child, "yes", alone="yes", showed=self._say("showed"))

    def _home(self) -> VisitAtDoor:
        held, rng = _file(), self.rng
        ppn = rng.choices(list(held["ppn"]), list(held["ppn"].values()))[0]
        return VisitAtDoor(
            home=self._say("home"), other=self._say("other") if rng.random() < held["other"] else "", ppn=ppn,
            ppn_reference=self._reference() if ppn == "submitted" else "",
            ppn_why=self._say("ppn_why") if ppn == "not_needed" else "",
        )  # fmt: skip

    def _nobody(self) -> VisitAtDoor:
        found = "not_known" if self.story.cues else "none"
        return VisitAtDoor(no_child=found, no_child_why=self._say(found))

    def _reference(self) -> str:
        return f"PPN {self.rng.randint(10_000, 99_999)}"

    def _say(self, of: str) -> str:
        return str(self.rng.choice(_file()["words"][of]))


def _file() -> dict[str, Any]:
    return table("demo", "door.toml")
