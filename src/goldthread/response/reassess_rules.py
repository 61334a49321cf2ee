"""When an incident is to be assessed anew, and why: values in, answer out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated

FALLBACK = timedelta(minutes=30)
"""For a grade that the set does not name, and for an incident without one *(ours)*."""


@dataclass(frozen=True)
class Line:
    """A line of the timeline, as triggers see it: ``what`` is ``words``, an event's code, or its code and kind (``alarm.raised:near``)."""

    seq: int
    what: str
    at: datetime


@dataclass(frozen=True)
class Reason:
    """Why an incident is to be assessed anew: the trigger's code, and the first and last line that set it off."""

    code: str
    first: int
    last: int
    at: datetime


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, Any]]]:
    return dated.sets("response", "reassess.toml", dict)


def _rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = dated.table("response", "reassess.toml")["trigger"]
    return found


@lru_cache(maxsize=1)
def triggers() -> dict[str, str]:
    """Every trigger's words by its code."""
    return {one["code"]: one["name"] for one in _rows()}


@lru_cache(maxsize=1)
def _by_line() -> dict[str, str]:
    return {line: one["code"] for one in _rows() for line in one["lines"]}


def watched() -> frozenset[str]:
    """The event codes that may be a trigger, without their kind."""
    return frozenset(line.partition(":")[0] for line in _by_line()) - {"words"}


def reasons(lines: Iterable[Line]) -> list[Reason]:
    """Why, from the lines since the last assessment; each trigger once, in the order in which they came."""
    found: dict[str, Reason] = {}
    for line in lines:
        code = _by_line().get(line.what)
        if code is None:
            continue
        before = found.get(code)
        found[code] = (
            Reason(code, before.first, line.seq, before.at) if before else Reason(code, line.seq, line.seq, line.at)
        )
    return sorted(found.values(), key=lambda one: one.first)


def every(grade: str, child: str, day: date) -> timedelta:
    """How long after an assessment the next is due while nobody has attended; tighter where a child is or may be involved."""
    row = dated.on(_sets(), day)["every"].get(grade)
    return FALLBACK if row is None else timedelta(minutes=row["otherwise" if child == "none" else "child"])


def first_within(day: date) -> timedelta:
    """How long after its opening an incident is owed its first THRIVE."""
    return timedelta(minutes=dated.on(_sets(), day)["first"])


def answer_within(grade: str, day: date) -> timedelta:
    """How long the owner has to answer, before the supervisor is told."""
    minutes = dated.on(_sets(), day)["answer_within"].get(grade)
    return FALLBACK if minutes is None else timedelta(minutes=minutes)
