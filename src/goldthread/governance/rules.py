"""What may be said of a figure, and what a pack holds: values in, answer or refusal out. Tables: ``charts.toml``, ``packs.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, TypeVar

from goldthread.config import dated
from goldthread.config.errors import Invalid
from goldthread.figures.charts import Rule, Side

SEE, NOTE = "governance.see", "governance.annotate"
READ, ISSUE = "pack.see", "pack.issue"
LONGEST = 2_000
NO_SERIES = "There is no such figure."
NO_PACK = "There is no such pack, or it is not one that you may read."
BETTER = {("up", "up"): "better", ("down", "down"): "better", ("up", "down"): "worse", ("down", "up"): "worse"}

T = TypeVar("T")


@dataclass(frozen=True)
class PackPart:
    """One section of a pack. ``kind``: see the head of ``packs.toml``; ``series`` are patterns of codes."""

    kind: str
    heading: str
    says: str
    series: tuple[str, ...]


@dataclass(frozen=True)
class PackKind:
    """A board's pack: who issues and who reads it, and its sections in their order."""

    board: str
    name: str
    issue: frozenset[str]
    read: frozenset[str]
    parts: tuple[PackPart, ...]


@lru_cache(maxsize=1)
def chart_rules() -> tuple[Rule, ...]:
    """The rules of control charts, in the file's order."""
    return tuple(Rule(**row) for row in dated.table("governance", "charts.toml")["rule"])


@lru_cache(maxsize=1)
def packs() -> dict[str, PackKind]:
    """Every board's pack by the board."""
    return {row["board"]: _pack(row) for row in dated.table("governance", "packs.toml")["pack"]}


def _pack(row: dict[str, Any]) -> PackKind:
    parts = tuple(
        PackPart(one["kind"], one["heading"], one["says"], tuple(one.get("series", ()))) for one in row["section"]
    )
    return PackKind(row["board"], row["name"], frozenset(row["issue"]), frozenset(row["read"]), parts)


def chosen(codes: Iterable[str], patterns: Sequence[str]) -> list[str]:
    """Of these codes those that a pattern names, in the patterns' order, each once."""
    every = list(codes)
    return list(dict.fromkeys(one for pattern in patterns for one in every if fnmatchcase(one, pattern)))


def way(good: str, side: Side) -> str:
    """What a change to one ``side`` is where ``good`` is better: better, worse, or changed where neither is."""
    return BETTER.get((good, side), "changed")


def state(now: Sequence[tuple[str, Side]], good: str, *, told: bool) -> str:
    """How a figure stands at its end: worse, changed, better, steady, or ``unknown`` where no limits are told yet."""
    if not told:
        return "unknown"
    ways = {way(good, side) for _, side in now}
    return next((one for one in ("worse", "changed", "better") if one in ways), "steady")


def note(words: str, day: date, first: date | None, today: date) -> str:
    """An annotation's words as they will be kept. Raises ``Invalid`` for none, too many, or a day outside the figure's history."""
    kept = words.replace("\x00", "").strip()
    wrong = {}
    if not kept:
        wrong["words"] = "Write in a sentence what happened or changed. Nothing was saved."
    if len(kept) > LONGEST:
        wrong["words"] = f"That is longer than {LONGEST:,} characters. Shorten it; it is still here."
    if first is None:
        wrong["day"] = "This figure has no history yet, so there is nothing to note on it."
    elif not first <= day <= today:
        wrong["day"] = f"Give a day from {_told(first)} to today: the figure's history begins then."
    if wrong:
        raise Invalid(wrong)
    return kept


def apart(known: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether a value differs from the one that was issued for the same time."""
    return any(known.get(name) != before.get(name) for name in ("share", "n", "met"))


def due(newest: date | None, every: timedelta, today: date) -> bool:
    """Whether a board that sat last on a day is to sit again. One that never sat has not begun, and is not asked for."""
    return newest is not None and newest + every <= today


def _told(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
