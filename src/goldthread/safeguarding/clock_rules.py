"""The clocks of safeguarding from ``clocks.toml``: what each is, and whom its steps tell. Values in, answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.clocks.statutory import Calendar, Rule, Run, run
from goldthread.config import dated


@dataclass(frozen=True)
class ClockRule:
    """One clock, and after it has run out whom it tells when: see the file's head for what each value means."""

    rule: Rule
    to: str
    ladder: tuple[tuple[timedelta, str], ...]
    holds: bool

    @property
    def name(self) -> str:
        """What screens call it."""
        return self.rule.name


@dataclass(frozen=True)
class Step:
    """One moment at which a running clock tells a role: ``kind`` is warn, due or ladder."""

    at: datetime
    kind: str
    to: str


@dataclass(frozen=True)
class Plan:
    """When a clock runs out, its steps in order, and whether the school terms it rests on are known."""

    due_at: datetime
    steps: tuple[Step, ...]
    known: bool


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, ClockRule]]]:
    return dated.sets("safeguarding", "clocks.toml", _made)


def rule_on(code: str, day: date) -> ClockRule:
    """The clock as it stands on a day. Raises ``KeyError`` for a code that the set in force has not."""
    return dated.on(_sets(), day)[code]


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """What each clock is called, of every set."""
    return {code: one.name for _, held in _sets() for code, one in held.items()}


@lru_cache(maxsize=1)
def by_lessons() -> frozenset[str]:
    """The clocks, of every set, that run out when a school has lessons again."""
    return frozenset(code for _, held in _sets() for code, one in held.items() if one.rule.counts == "school_day")


def plan(rule: ClockRule, began: datetime, calendar: Calendar, due_at: datetime | None = None) -> Plan:
    """The steps of a clock that began at ``began``: its warnings, its end, which is ``due_at`` where given, then the ladder."""
    ran = run(rule.rule, began, calendar) if due_at is None else Run(due_at, ())
    steps = [Step(at, "warn", rule.to) for at in ran.warn_at]
    steps.append(Step(ran.due_at, "due", rule.to))
    steps += [Step(ran.due_at + after, "ladder", to) for after, to in rule.ladder]
    return Plan(ran.due_at, tuple(steps), ran.known)


def _made(row: dict[str, Any]) -> dict[str, ClockRule]:
    found = {}
    for one in row["clock"]:
        given = dict(one)
        to, holds = given.pop("to"), given.pop("holds", True)
        ladder = tuple((timedelta(minutes=step["after"]), step["to"]) for step in given.pop("ladder", ()))
        if list(ladder) != sorted(ladder, key=lambda step: step[0]):
            raise ValueError(f"{one['code']}: each step of the ladder comes no earlier than the one before")
        found[one["code"]] = ClockRule(Rule.read(given), to, ladder, holds)
    return found
