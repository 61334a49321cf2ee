"""What a source of records gives to a look-back: its plan, light enough to rank, and then each hit whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from goldthread.clocks.local import LONDON
from goldthread.lookback import rules

Record = tuple[str, date | None]
"""What tells one record from another: its reference, and the day on which it came, since many a force counts anew each day."""
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
    def record(self) -> Record:
        """The record that this is a row of."""
        return record_of(self.reference, self.received_at)

    @property
    def rank(self) -> tuple[float, ...]:
        """Where it stands among others."""
        return rules.rank(self.severity, self.probability, self.received_at, self.row)


def record_of(reference: str, received_at: datetime | None) -> Record:
    """The record of that reference that came at that time."""
    return reference, received_at.astimezone(LONDON).date() if received_at else None


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
    not_sure: int = 0
    bad: int = 0
    repeated: int = 0
    known: int = 0
    grades_not_known: int = 0
    times_not_known: int = 0
    first_grade_not_known: int = 0


@dataclass
class Plan:
    """What would be made of a source: the hits chosen, highest risk first, of all that were not carried, and the counts behind them.

    ``read_by`` names the reader by ``READERS``. ``complaints`` are numbers of rows that could not be used, ``mended`` of those at risk
    in which something else stands for a cell that could not; with a reason each, never with words of the row.
    """

    kind: str
    source: str
    source_hash: str
    since: date | None = None
    read_by: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)
    lights: list[Light] = field(default_factory=list)
    chosen: list[Light] = field(default_factory=list)
    complaints: list[tuple[int, str]] = field(default_factory=list)
    mended: list[tuple[int, str]] = field(default_factory=list)


def one_or_several(seen: dict[str, set[str]]) -> dict[str, str]:
    """What names the reader of a source, from every value seen: the one there was, *several*, or nothing."""
    found = {name: sorted(values - {""}) for name, values in seen.items()}
    return {name: "several" if len(values) > 1 else "".join(values)[: READERS[name]] for name, values in found.items()}


class Source(Protocol):
    """Where hits come from."""

    @property
    def plan(self) -> Plan: ...
    def choose(self) -> None:
        """Choose anew, by the items that there are by now."""

    def found(self, rows: Collection[int]) -> Iterator[Found]: ...


def choose(plan: Plan, known: dict[Record, int]) -> None:
    """Put into the plan what becomes an item: one hit for each record, unless it has an item of that level already.

    ``known``: for records that have items the highest severity of those.
    """
    best = rules.once((one.record, one.rank) for one in plan.lights)
    kept = [one for one in plan.lights if best[one.record] == one.rank]
    plan.counts.not_carried = len(plan.lights)
    plan.counts.repeated = len(plan.lights) - len(kept)
    new = [one for one in kept if known.get(one.record, 0) < one.severity]
    plan.counts.known = len(kept) - len(new)
    plan.chosen = sorted(new, key=lambda one: one.rank)
