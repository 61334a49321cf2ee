"""The set of THRIVE elements in force on a day, read from ``elements.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True)
class Element:
    """One element of the assessment and what it asks."""

    code: str
    name: str
    asks: str


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, tuple[Element, ...]]]:
    text = resources.files("goldthread.assessment").joinpath("elements.toml").read_text(encoding="utf-8")
    found = [(row["from"], tuple(Element(**one) for one in row["elements"])) for row in tomllib.loads(text)["set"]]
    return sorted(found, key=lambda pair: pair[0])


def elements_on(day: date) -> tuple[Element, ...]:
    """The elements in force on ``day``; the earliest set for days before any."""
    held = [elements for start, elements in _sets() if start <= day]
    return held[-1] if held else _sets()[0][1]
