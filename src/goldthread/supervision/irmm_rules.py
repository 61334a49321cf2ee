"""What belongs on the list of an Incident Risk Management Meeting, and in which order: values in, answer out."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated


@dataclass(frozen=True)
class Reason:
    """One reason for standing on the list: ``words`` as shown, in which ``{for}`` is a length of time, and ``name`` for a number of them."""

    code: str
    name: str
    words: str
    weight: float


@dataclass(frozen=True)
class Threshold:
    """How many open incidents with a reason call for a meeting."""

    code: str
    words: str
    least: int


@dataclass(frozen=True)
class Set:
    """What holds from a day on: see the file's head."""

    since: timedelta
    most: timedelta
    far: timedelta
    reasons: dict[str, Reason]
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True)
class Found:
    """One incident with the codes of its reasons, and since when each has been so where that is known."""

    incident: uuid.UUID
    reasons: Collection[str]
    since: Mapping[str, datetime]
    score: int


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Set]]:
    return dated.sets("supervision", "irmm.toml", _made)


def set_on(day: date) -> Set:
    """What holds on this day; before the first set, the first."""
    return dated.on(_sets(), day)


def _made(row: dict[str, Any]) -> Set:
    return Set(
        timedelta(hours=row["since_hours"]),
        timedelta(hours=row["most_hours"]),
        timedelta(minutes=row["far_minutes"]),
        {one["code"]: Reason(**one) for one in row["reason"]},
        tuple(Threshold(**one) for one in row["threshold"]),
    )


def points(found: Found, held: Set) -> float:
    """How much its reasons weigh together."""
    return sum(held.reasons[code].weight for code in found.reasons if code in held.reasons)


def ranked(some: Collection[Found], held: Set, now: datetime) -> list[Found]:
    """The list's order: most points first, then the place on the board, then what has been so the longest."""
    return sorted(
        (one for one in some if points(one, held)),
        key=lambda one: (-points(one, held), -one.score, min(one.since.values(), default=now), str(one.incident)),
    )


def said(found: Found, held: Set, now: datetime) -> tuple[tuple[str, str], ...]:
    """Its reasons as pairs of code and words, the weightiest first."""
    mine = sorted((held.reasons[code] for code in found.reasons if code in held.reasons), key=lambda one: -one.weight)
    return tuple((one.code, one.words.replace("{for}", _long(found.since.get(one.code), now))) for one in mine)


def named(numbers: Mapping[str, int], held: Set) -> tuple[tuple[str, str, int], ...]:
    """How many have each reason as code, name and number, in the order of the file."""
    return tuple((code, one.name, numbers[code]) for code, one in held.reasons.items() if numbers.get(code))


def broken(numbers: Mapping[str, int], held: Set) -> list[tuple[str, str]]:
    """The thresholds that are reached, as pairs of code and why."""
    return [
        (one.code, one.words.replace("{number}", str(numbers[one.code])).replace("{least}", str(one.least)))
        for one in held.thresholds
        if numbers.get(one.code, 0) >= one.least
    ]


def _long(since: datetime | None, now: datetime) -> str:
    if since is None:
        return "a time not known"
    minutes = max(int((now - since).total_seconds()) // 60, 0)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
