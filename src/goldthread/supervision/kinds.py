"""The kinds of thing that sweeps look for, from ``sweeps.toml``: values in, answer out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any


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
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.supervision").joinpath("sweeps.toml").read_text(encoding="utf-8"))


def set_on(day: date) -> Set:
    """What holds on this day; before the first set, the first."""
    begins = sorted(one["from"] for one in _file()["set"])
    return _set(([one for one in begins if one <= day] or begins[:1])[-1])


@lru_cache(maxsize=8)
def _set(begins: date) -> Set:
    held = next(one for one in _file()["set"] if one["from"] == begins)
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
        for one in held["kind"]
    }
    return Set(kinds, held["request_weight"], held["late_request_weight"], held["call_weight"])


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """What each kind is called, of every set."""
    return {one["code"]: one["name"] for held in _file()["set"] for one in held["kind"]}
