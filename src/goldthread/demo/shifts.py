"""Who is on duty when: shifts of the day, and reliefs that work them by a pattern of days. Pure; data in ``force.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from goldthread.clocks.local import LONDON

SETTLED_IN = timedelta(hours=1)
"""A rota is turned to the shift of an hour ago, so that just after a change of shifts its people have work begun."""


@dataclass(frozen=True)
class Rota:
    """``shifts`` are (name, hour at which it starts) in order, ``pattern`` a shift's name or *rest* for each day.

    ``reliefs`` gives each relief its place in the pattern on day 0; every relief is ``turn`` days further on. ``turns``
    says whether the rota is to be turned so that the first relief is at work at a given time.
    """

    shifts: tuple[tuple[str, int], ...]
    pattern: tuple[str, ...]
    reliefs: Mapping[str, int]
    turns: bool
    turn: int = 0
    _known: dict[tuple[int, str], str] = field(default_factory=dict, init=False, compare=False, repr=False)

    def shift(self, at: datetime) -> tuple[int, str]:
        """The day's number and the shift's name at ``at`` (aware); small hours belong to the night before."""
        first = self.shifts[0][1]
        local = at.astimezone(LONDON)
        hour = (local.hour - first) % 24
        name = next(name for name, starts in reversed(self.shifts) if hour >= (starts - first) % 24)
        return local.toordinal() - (local.hour < first), name

    def relief(self, at: datetime) -> str:
        """The relief on duty at ``at``. Raises ``StopIteration`` where the pattern leaves the shift empty."""
        day, name = self.shift(at)
        if (day, name) not in self._known:
            self._known[day, name] = next(
                relief for relief, place in self.reliefs.items() if self._works(place, day) == name
            )
        return self._known[day, name]

    def turned_to(self, now: datetime) -> Rota:
        """The rota in which the first relief works the shift of ``now``, and worked the same one the day before if any does."""
        if not self.turns:
            return self
        day, name = self.shift(now - SETTLED_IN)
        place = next(iter(self.reliefs.values()))
        fits = [turn for turn in range(len(self.pattern)) if replace(self, turn=turn)._works(place, day) == name]
        again = [turn for turn in fits if replace(self, turn=turn)._works(place, day - 1) == name]
        return replace(self, turn=(again or fits)[0])

    def _works(self, place: int, day: int) -> str:
        return self.pattern[(day + place + self.turn) % len(self.pattern)]
