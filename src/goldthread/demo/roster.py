"""Who is on duty and which unit is free. Deterministic: the same dice give the same duties."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta

from goldthread.demo.shape import LONDON
from goldthread.demo.staff import Force, Person, UnitPlan

CONTACT_TEAMS = ("Contact Team A", "Contact Team B", "Contact Team C")
LOOK_BACK = 40
"""How many of a unit's last jobs are looked at for an overlap: more than any unit has within two days."""


def contact_team(at: datetime) -> str:
    """The contact team on duty: early from 07:00, late from 15:00, night from 23:00, the three rotating daily."""
    local = at.astimezone(LONDON) - timedelta(hours=7)
    shift = min(local.hour // 8, 2)
    return CONTACT_TEAMS[(local.toordinal() + shift) % 3]


class Roster:
    """The force's people and units as calls come in."""

    def __init__(self, force: Force) -> None:
        self._force = force
        self._busy: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)

    def handler(self, rng: random.Random, team: str) -> Person:
        """A call handler of the team."""
        return rng.choice(self._force.of("call_handler", team=team))

    def second(self, team: str) -> Person:
        """The contact supervisor of the team, who neither opens nor owns what its handlers take."""
        return self._force.of("contact_supervisor", team=team)[0]

    def dispatcher(self, rng: random.Random, area: str) -> Person:
        """A dispatcher of the area."""
        return rng.choice(self._force.of("dispatcher", area=area))

    def unit(self, rng: random.Random, area: str, start: datetime, end: datetime) -> UnitPlan | None:
        """A unit of the area that is free from ``start`` to ``end``, now taken; None where all are busy."""
        for unit in rng.sample(units := self._force.units_of(area), len(units)):
            jobs = self._busy[unit.call_sign]
            if all(end < begun or start > done for begun, done in jobs[-LOOK_BACK:]):
                jobs.append((start, end))
                return unit
        return None
