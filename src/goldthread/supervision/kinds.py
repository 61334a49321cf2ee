"""The kinds of thing that sweeps look for, from ``sweeps.toml``: values in, answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated


@dataclass(frozen=True)
class Kind:
    """One kind: see the file's head for what each value means."""

    code: str
    name: str
    why: str
    weight: float
    after: timedelta
    again: timedelta
    anew: bool
    share: float


@dataclass(frozen=True)
class Set:
    """What holds from a day on: every kind by code, and how much requests and calls weigh beside them."""

    kinds: dict[str, Kind]
    request_weight: float
    late_request_weight: float
    call_weight: float


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Set]]:
    return dated.sets("supervision", "sweeps.toml", _made)


def set_on(day: date) -> Set:
    """What holds on this day; before the first set, the first."""
    return dated.on(_sets(), day)


def _made(row: dict[str, Any]) -> Set:
    kinds = {
        one["code"]: Kind(
            one["code"],
            one["name"],
            one["why"],
            one["weight"],
            timedelta(minutes=one["after"]),
            timedelta(minutes=one["again"]),
            one["anew"],
            one.get("share", 1.0),
        )
        for one in row["kind"]
    }
    return Set(kinds, row["request_weight"], row["late_request_weight"], row["call_weight"])


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """What each kind is called, of every set."""
    return {code: kind.name for _, held in _sets() for code, kind in held.kinds.items()}
