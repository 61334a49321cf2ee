"""What a source of records gives to a look-back: its plan, light enough to rank, and then each hit whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from goldthread.lookback import rules

READERS = {"engine": 20, "path": 8, "lexicon": 80, "model": 80}
"""What names a reader, with how many characters are kept; see ``models.Run``."""


@dataclass(frozen=True)
class Light:
    """What ranks one hit; ``row`` tells it from every other of its source."""

    row: int
    reference: str
    severity: int
    probability: float
    received_at: datetime | None

    @property
    def rank(self) -> tuple[float, ...]:
        """Where it stands among others."""
        return rules.rank(self.severity, self.probability, self.received_at, self.row)


@dataclass(frozen=True)
class Found:
    """One hit that was not carried, with everything kept of it; see ``models.Hit``. ``said`` holds words, the rest none."""

    light: Light
    level: str
    adult_vulnerability: bool
    findings: list[dict[str, Any]]
    carried: dict[str, Any]
    why: tuple[str, ...]
    said: dict[str, Any] | None = None
    incident_id: Any = None
    reading_id: int | None = None


@dataclass
class Counts:
    """What a run came to, in rows; see ``models.Run``."""

    rows: int = 0
    hits: int = 0
    not_carried: int = 0
    unread: int = 0
    bad: int = 0
    repeated: int = 0
    known: int = 0
    grades_not_known: int = 0
    times_not_known: int = 0
    first_grade_not_known: int = 0


@dataclass
class Plan:
    """What would be made of a source: the hits chosen, highest risk first, and the counts behind them.

    ``read_by`` names the reader by ``READERS``. ``complaints`` are row numbers with a reason each, never with words of the row.
    """

    kind: str
    source: str
    source_hash: str
    since: date | None = None
    read_by: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    chosen: list[Light] = field(default_factory=list)
    complaints: list[tuple[int, str]] = field(default_factory=list)


def one_or_several(seen: dict[str, set[str]]) -> dict[str, str]:
    """What names the reader of a source, from every value seen: the one there was, *several*, or nothing."""
    found = {name: sorted(values - {""}) for name, values in seen.items()}
    return {name: "several" if len(values) > 1 else "".join(values)[: READERS[name]] for name, values in found.items()}


class Source(Protocol):
    """Where hits come from."""

    @property
    def plan(self) -> Plan: ...
    def found(self, rows: Collection[int]) -> Iterator[Found]: ...


def choose(plan: Plan, lights: list[Light], known: dict[str, int]) -> None:
    """Put into the plan what becomes an item: one hit for each reference, unless it has an item of that level already.

    ``known``: for references that have items the highest severity of those.
    """
    best = rules.once((one.reference, one.rank) for one in lights)
    kept = [one for one in lights if best[one.reference] == one.rank]
    plan.counts.repeated = len(lights) - len(kept)
    new = [one for one in kept if known.get(one.reference, 0) < one.severity]
    plan.counts.known = len(kept) - len(new)
    plan.chosen = sorted(new, key=lambda one: one.rank)
