"""Decisions of the look-back: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from goldthread.clocks.local import LONDON
from goldthread.clocks.working import working_day
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import tidy
from goldthread.lookback.choices import OUTCOMES, SAFE_BECAUSE

MOST_A_DAY = 10_000
FURTHEST = 2_600
"""Working days a plan may run on, about ten years *(ours)*: what lies further is no plan."""
LONGEST_WORDS = 4_000
LONGEST_TOLD = 200
NOT_THERE = "There is no such look-back item, or it is not one that you may see."


@dataclass(frozen=True)
class Carried:
    """What a record carried: the severity of its grade (None where none is known), and whether a tag or the THRIVE names a child."""

    severity: int | None
    child_tag: bool
    thrive_child: bool


def not_carried(level: str, given: Carried, needed: dict[str, int]) -> tuple[str, ...]:
    """Why a record at risk did not carry it, as codes of ``choices.WHY``; empty where it did.

    It did where its grade is at least what the level suggests and a tag or its THRIVE names a child. Nothing missing
    reads as carried *(ours)*.
    """
    why = []
    if given.severity is None:
        why.append("no_grade")
    elif given.severity < needed[level]:
        why.append("grade_below")
    if not given.child_tag and not given.thrive_child:
        why.append("child_not_named")
    return tuple(why)


def rank(severity: int, probability: float, received_at: datetime | None, row: int) -> tuple[float, ...]:
    """The order in which items are worked: highest level first, then the surest, then the oldest, then as read."""
    return (-severity, -probability, received_at.timestamp() if received_at else float("inf"), row)


def capacity(given: int) -> int:
    """The items a team can decide in a day, as agreed. Raises ``Invalid``."""
    if not 1 <= given <= MOST_A_DAY:
        raise Invalid({"capacity": f"The capacity is a number of items a working day, from 1 to {MOST_A_DAY:,}."})
    return given


def releases(count: int, a_day: int, today: date, taken: int, closed: Container[date]) -> list[date]:
    """The working day on which each of ``count`` items, in order of rank, is released: ``a_day`` of them each day.

    ``taken`` of the first day's are gone already. Raises ``Refused`` where the last lies further than ten years off.
    """
    if count > a_day * FURTHEST:
        raise Refused(
            f"At {a_day:,} items a day, {count:,} items take more than ten years. Agree a higher capacity; nothing was made."
        )
    found: list[date] = []
    day = working_day(today, 0, closed)
    free = max(a_day - taken, 0) if day == today else a_day
    while len(found) < count:
        found += [day] * min(free, count - len(found))
        day, free = working_day(day, 1, closed), a_day
    return found


def released_at(day: date, now: datetime) -> datetime:
    """When what is released on ``day`` may be worked: from its first minute, or at once where that has passed."""
    return max(datetime.combine(day, time(0), LONDON), now)


@dataclass(frozen=True)
class Given:
    """A decision as a person gave it: ``kind``, for *safe* a ``reason``, ``words``, and for a record elsewhere who was ``told``."""

    kind: str
    reason: str = ""
    words: str = ""
    told: str = ""


def decision(given: Given, *, ours: bool) -> Given:
    """The decision as it will be kept. ``ours``: whether it is about an incident of our own. Raises ``Invalid``."""
    words, told = tidy(given.words).strip(), " ".join(tidy(given.told).split())
    _fits("words", words, LONGEST_WORDS)
    _fits("told", told, LONGEST_TOLD)
    match given.kind:
        case "safe":
            if given.reason not in dict(SAFE_BECAUSE):
                raise Invalid({"reason": "Choose why this is safe."})
            if not words:
                raise Invalid({"words": "Write what this rests on: what you looked at, and what it showed."})
            return Given("safe", given.reason, words)
        case "vast":
            return Given("vast", "", words)
        case "reopen":
            if not ours and not told:
                raise Invalid({"told": "Write who was told to open it again: a name, and where they work."})
            return Given("reopen", "", words, "" if ours else told)
    raise Invalid({"kind": "Choose a decision: safe because, VAST, or re-open."})


def undoing(words: str) -> str:
    """Why a decision is undone, as it will be kept; it may be left out. Raises ``Invalid`` where it is too long."""
    kept = tidy(words).strip()
    _fits("words", kept, LONGEST_WORDS)
    return kept


def outcome(kind: str, words: str) -> str:
    """The words of an outcome as they will be kept. Raises ``Invalid``."""
    if kind not in dict(OUTCOMES):
        raise Invalid({"outcome": "Choose what came of it."})
    kept = tidy(words).strip()
    _fits("words", kept, LONGEST_WORDS)
    if kind in {"confirmed", "other"} and not kept:
        raise Invalid({"words": "Write what came of it, in a sentence: what was found and what was done."})
    return kept


def _fits(name: str, text: str, most: int) -> None:
    if len(text) > most:
        raise Invalid(
            {name: f"This is {len(text):,} characters and at most {most:,} fit here. Nothing was saved; shorten it."}
        )


NOT_SURE = "not_sure"
"""Why a record is looked at that was not read as at risk; a code of ``choices.WHY``."""
R = TypeVar("R")


def once(found: Iterable[tuple[R, tuple[float, ...]]]) -> dict[R, tuple[float, ...]]:
    """For each record its highest rank: a log that a file holds in several rows becomes one item."""
    best: dict[R, tuple[float, ...]] = {}
    for record, ranked in found:
        if record not in best or ranked < best[record]:
            best[record] = ranked
    return best
