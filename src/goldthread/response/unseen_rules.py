"""What counts as a risk in the words that people have not recognised, and what as recognised: values in, answer out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated


@dataclass(frozen=True)
class Rule:
    """One set of ``unseen.toml``: when a supervisor is told, of what, and what counts as recognised."""

    after: timedelta
    modes: frozenset[str]
    levels: frozenset[str]
    children: frozenset[str]
    grade: bool
    answers: frozenset[str]
    thrive: bool
    lines: frozenset[str]


@dataclass(frozen=True)
class Read:
    """What a reading says: how the reader stood as the words came, whether it read them, and what it found."""

    mode: str
    state: str
    at_risk: bool
    level: str
    child: str


@dataclass(frozen=True)
class Known:
    """What people did: severity of the grade held and of the reading's level, the children's answer, what their own THRIVE says of the
    words, and which lines the timeline has."""

    held: int
    level: int
    answer: str
    thrive: bool
    lines: Collection[str]


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Rule]]:
    return dated.sets("response", "unseen.toml", _rule)


def _rule(row: dict[str, Any]) -> Rule:
    by = row["recognised"]
    return Rule(
        timedelta(minutes=row["minutes"]), frozenset(row["modes"]), frozenset(row["levels"]), frozenset(row["children"]),
        by["grade"], frozenset(by["answers"]), by["thrive"], frozenset(by["lines"]),
    )  # fmt: skip


def on(day: date) -> Rule:
    """The rule in force on a day."""
    return dated.on(_sets(), day)


def wanted(rule: Rule, read: Read) -> bool:
    """Whether a supervisor is told of this reading unless somebody recognises the risk first."""
    return (
        read.state == "read"
        and read.at_risk
        and read.mode in rule.modes
        and read.level in rule.levels
        and read.child in rule.children
    )


def recognised(rule: Rule, known: Known) -> bool:
    """Whether somebody has recognised it."""
    return (
        (rule.grade and known.held >= known.level)
        or known.answer in rule.answers
        or (rule.thrive and known.thrive)
        or not rule.lines.isdisjoint(known.lines)
    )
