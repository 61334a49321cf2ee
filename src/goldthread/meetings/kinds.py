"""Kinds of meeting, from ``kinds.toml``: values in, answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated

DAY = 1440
"""Minutes ahead that an action may be due where the kind says nothing; by then another meeting has sat *(ours)*."""


@dataclass(frozen=True)
class Choice:
    """One decision that a kind knows: see the file's head."""

    code: str
    name: str
    key: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    due: timedelta
    say: str


@dataclass(frozen=True)
class Kind:
    """One kind of meeting: see the file's head for what each value means."""

    code: str
    name: str
    short: str
    call: frozenset[str]
    chair: frozenset[str]
    join: frozenset[str]
    owe: frozenset[str]
    accept: frozenset[str]
    length: timedelta
    lines: int
    named: int
    ends_after: timedelta
    reached_by: frozenset[str]
    look_within: timedelta
    propose_again: timedelta
    because: tuple[tuple[str, str], ...]
    longest: timedelta
    told_in: timedelta
    duty: bool
    every: timedelta | None
    decisions: dict[str, Choice]


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, Kind]]]:
    return dated.sets("meetings", "kinds.toml", lambda row: {one["code"]: _kind(one) for one in row["kind"]})


def kinds_on(day: date) -> dict[str, Kind]:
    """Every kind by code, as it is on this day; before the first set, the first."""
    return dated.on(_sets(), day)


def decision_names() -> dict[str, str]:
    """What each decision is called, of every kind and set."""
    every = [kind for _, kinds in _sets() for kind in kinds.values()]
    return {one.code: one.name for kind in every for one in kind.decisions.values()}


def _kind(row: dict[str, Any]) -> Kind:
    return Kind(
        code=row["code"],
        name=row["name"],
        short=row["short"],
        call=frozenset(row["call"]),
        chair=frozenset(row["chair"]),
        join=frozenset(row["join"]),
        owe=frozenset(row["owe"]),
        accept=frozenset(row["accept"]),
        length=timedelta(minutes=row["minutes"]),
        lines=row["lines"],
        named=row["named"],
        ends_after=timedelta(minutes=row["ends_after"]),
        reached_by=frozenset(row["reached_by"]),
        look_within=timedelta(minutes=row["look_within"]),
        propose_again=timedelta(minutes=row["propose_again"]),
        because=tuple((code, words) for code, words in row["because"]),
        longest=timedelta(minutes=row.get("longest", DAY)),
        told_in=timedelta(**{row.get("told_in", "minutes"): 1}),
        duty=row.get("duty", True),
        every=timedelta(days=row["every"]) if "every" in row else None,
        decisions={one["code"]: _choice(one) for one in row["decision"]},
    )


def _choice(row: dict[str, Any]) -> Choice:
    return Choice(
        row["code"],
        row["name"],
        row["key"],
        tuple(row["needs"]),
        tuple(row["may"]),
        timedelta(minutes=row["due"]),
        row["say"],
    )
