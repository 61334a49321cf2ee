"""What differs between forces, read from ``targets.toml`` and ``carried.toml``: days to decide, grade names, tags."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from goldthread.config import dated
from goldthread.lookback.choices import LEVELS
from goldthread.response.grades import every_grade, grades_on

OWED_AFTER = {"vast", "reopen"}
"""Decisions after which an outcome is owed on a clock."""


@dataclass(frozen=True)
class Targets:
    """Working days until an item of a level is decided, and until the outcome of a decision is recorded."""

    decide: dict[str, int]
    outcome: dict[str, int]


@dataclass(frozen=True)
class Names:
    """A force's own names: ``grades`` by plain name to the severity they stand for, tags that name a child, words for yes."""

    grades: dict[str, int]
    child_tags: frozenset[str]
    yes: frozenset[str]


def plain(text: str) -> str:
    """A name as names are compared: small letters, no signs, single spaces."""
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())


@lru_cache(maxsize=1)
def _targets() -> list[tuple[date, Targets]]:
    def targets(one: dict[str, Any]) -> Targets:
        if set(one["decide"]) != set(LEVELS) or set(one["outcome"]) != OWED_AFTER:
            raise ValueError(f"targets.toml: the set of {one['from']} must name every level and {sorted(OWED_AFTER)}")
        return Targets(one["decide"], one["outcome"])

    return dated.sets("lookback", "targets.toml", targets)


@lru_cache(maxsize=1)
def _names() -> list[tuple[date, Names]]:
    def names(one: dict[str, Any]) -> Names:
        held = grades_on(one["from"])
        named: dict[str, int] = {}
        for code, own in one["grades"].items():
            if code not in every_grade():
                raise ValueError(f"carried.toml: there is no grade {code}")
            for name in own:
                if named.setdefault(plain(name), held[code].severity) != held[code].severity:
                    raise ValueError(f"carried.toml: {name!r} stands for two grades")
        tags, yes = ({plain(name) for name in one[key]} for key in ("child_tags", "yes"))
        return Names(named, frozenset(tags), frozenset(yes))

    return dated.sets("lookback", "carried.toml", names)


def targets_on(day: date) -> Targets:
    """The targets in force on ``day``; the earliest set for days before any."""
    return dated.on(_targets(), day)


def names_on(day: date) -> Names:
    """The names in force on ``day``; the earliest set for days before any."""
    return dated.on(_names(), day)


def needed_on(day: date) -> dict[str, int]:
    """For each level of the reader the severity of the grade that carries it, by ``response/grades.toml``."""
    return {one.level: one.severity for one in grades_on(day).values()}
