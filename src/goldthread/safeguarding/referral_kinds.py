"""What leaves for each kind of partner, on what lawful basis and on which clocks: ``referral.toml``, whose head says what each means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from goldthread.config import dated

INSTEAD = {"education": "school"}
"""A kind that is told in place of another, where somebody of the other's staff is part of it."""


@dataclass(frozen=True)
class Field:
    """One thing that may leave; ``of`` is incident or child."""

    code: str
    name: str
    of: str


@dataclass(frozen=True)
class Basis:
    """A lawful basis, and the law or guidance it names."""

    code: str
    name: str
    source: str


@dataclass(frozen=True)
class Kind:
    """What a kind of partner gets and owes."""

    code: str
    child: str
    title: str
    fields: tuple[str, ...]
    bases: tuple[str, ...]
    clock: str
    begins: str
    stops: tuple[str, ...]
    owed: str
    outcome: str
    handling: str
    ages: tuple[int, int] | None = None
    cues: tuple[str, ...] = ()

    @property
    def lessons(self) -> bool:
        """Whether it must be told before a school's next lesson."""
        return self.begins == "incident"


@dataclass(frozen=True)
class Kinds:
    """One set of the file."""

    fields: dict[str, Field]
    bases: dict[str, Basis]
    kinds: dict[str, Kind]


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Kinds]]:
    return dated.sets("safeguarding", "referral.toml", _made)


def kinds_on(day: date) -> Kinds:
    """What stands on a day."""
    return dated.on(_sets(), day)


@lru_cache(maxsize=1)
def bases() -> dict[str, Basis]:
    """Every lawful basis of every set, for what left before."""
    return {code: one for _, held in _sets() for code, one in held.bases.items()}


def _made(row: dict[str, Any]) -> Kinds:
    fields = {one["code"]: Field(**one) for one in row["field"]}
    found = {one["code"]: Basis(**one) for one in row["basis"]}
    kinds = {}
    for given in row["kind"]:
        values: dict[str, Any] = {name: tuple(told) if isinstance(told, list) else told for name, told in given.items()}
        one = Kind(**values)
        if unknown := (set(one.fields) - set(fields)) | (set(one.bases) - set(found)):
            raise ValueError(f"referral.toml: {one.code} names {min(unknown)}, which there is not")
        kinds[one.code] = one
    return Kinds(fields, found, kinds)
