"""Who is on duty and which unit is free. Deterministic: the same dice give the same duties."""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import defaultdict
from datetime import datetime
from functools import cache

from goldthread.demo.staff import Force, Person, UnitPlan


class Roster:
    """The force's people and units as calls come in; ``now`` is when its rota is turned to, where it turns."""

    def __init__(self, force: Force, now: datetime) -> None:
        self.force = force
        self.rota = force.rota.turned_to(now)
        self.of = cache(self._of)
        self.person = {one.username: one for one in force.people}
        self._units: dict[tuple[str, str], list[UnitPlan]] = defaultdict(list)
        for unit in force.units:
            self._units[unit.area, unit.relief].append(unit)
        self._busy: dict[str, tuple[list[datetime], list[datetime]]] = defaultdict(lambda: ([], []))

    def on_duty(self, username: str, at: datetime) -> bool:
        """Whether somebody is at work; those without a relief always are."""
        relief = self.person[username].relief
        return relief in {"", self.rota.relief(at)}

    def handler(self, rng: random.Random, at: datetime) -> Person:
        """A call handler on duty."""
        return rng.choice(self.of("call_handler", relief=self.rota.relief(at)))

    def second(self, team: str, at: datetime) -> Person:
        """Who approves what a team's handlers do, and neither opens nor owns it: the contact supervisor, else the FIM."""
        supervisors = self.of("contact_supervisor", team=team)
        found = supervisors[self.rota.shift(at)[0] % len(supervisors)]
        if self.force.size == "small" or self.on_duty(found.username, at):
            return found
        return self.of("fim", relief=self.rota.relief(at))[0]

    def dispatcher(self, rng: random.Random, area: str, at: datetime) -> Person:
        """A dispatcher of the area on duty."""
        return rng.choice(self.of("dispatcher", area=area, relief=self.rota.relief(at)))

    def unit(self, rng: random.Random, area: str, start: datetime, end: datetime) -> UnitPlan | None:
        """A unit of the area on duty at ``start`` and free until ``end``, now taken; None where all are busy.

        A crew finishes what it began: ``end`` may lie after its shift.
        """
        units = self._units.get((area, self.rota.relief(start))) or self._units[area, ""]
        for unit in rng.sample(units, len(units)):
            begun, done = self._busy[unit.call_sign]
            place = bisect_left(begun, start)
            if (place == 0 or done[place - 1] < start) and (place == len(begun) or end < begun[place]):
                begun.insert(place, start)
                done.insert(place, end)
                return unit
        return None

    def _of(self, role: str, *, team: str = "", area: str = "", relief: str | None = None) -> list[Person]:
        """Everybody of a role, within a team, an area or a relief where one is given; those of no relief are in each."""
        return [
            one
            for one in self.force.people
            if one.role == role
            and team in {"", one.team}
            and area in {"", one.area}
            and (relief is None or one.relief in {"", relief})
        ]
