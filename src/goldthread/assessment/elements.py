"""The set of THRIVE elements in force on a day, read from ``elements.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from goldthread.config import dated


@dataclass(frozen=True)
class Element:
    """One element of the assessment and what it asks."""

    code: str
    name: str
    asks: str


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, tuple[Element, ...]]]:
    return dated.sets("assessment", "elements.toml", lambda row: tuple(Element(**one) for one in row["elements"]))


def elements_on(day: date) -> tuple[Element, ...]:
    """The elements in force on ``day``; the earliest set for days before any."""
    return dated.on(_sets(), day)
