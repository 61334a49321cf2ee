"""Grades and closing reasons in force on a day, read from ``grades.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated


@dataclass(frozen=True)
class Grade:
    """A grade: ``severity`` orders it (higher is more urgent), ``level`` is the reader's word for it.

    ``allocate`` and ``attend`` are the targets from the moment of grading; None where no unit is sent.
    """

    code: str
    name: str
    severity: int
    level: str
    allocate: timedelta | None
    attend: timedelta | None


@dataclass(frozen=True)
class ClosingReason:
    """Why an incident may close; ``attended`` reasons need an arrival on record, ``accepted`` ones that another agency said yes.

    ``nothing_here``: what it is about stands elsewhere or never was, so that no unit is owed for it; ``linked``: another
    incident must be linked as the same matter.
    """

    code: str
    name: str
    attended: bool
    accepted: bool = False
    nothing_here: bool = False
    linked: bool = False


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, Grade]]]:
    def minutes(row: dict[str, Any], name: str) -> timedelta | None:
        return timedelta(minutes=row[name]) if name in row else None

    def grades(one: dict[str, Any]) -> dict[str, Grade]:
        return {
            row["code"]: Grade(
                row["code"],
                row["name"],
                row["severity"],
                row["level"],
                minutes(row, "allocate"),
                minutes(row, "attend"),
            )
            for row in one["grades"]
        }

    return dated.sets("response", "grades.toml", grades)


def grades_on(day: date) -> dict[str, Grade]:
    """The grades in force on ``day`` by code, most urgent first; the earliest set for days before any."""
    return dated.on(_sets(), day)


def every_grade() -> list[str]:
    """The codes of all grades of all sets."""
    return list({code: None for _start, grades in _sets() for code in grades})


def grade(code: str) -> Grade:
    """The newest definition of a grade by its code. Raises ``KeyError`` for a code no set ever had."""
    for _start, grades in reversed(_sets()):
        if code in grades:
            return grades[code]
    raise KeyError(code)


def severity_of(level: str) -> int:
    """The severity of the newest grade that answers to a reader's level; 0 for none."""
    found = [one.severity for one in grades_on(date.max).values() if one.level == level]
    return max(found, default=0)


@lru_cache(maxsize=1)
def closing_reasons() -> dict[str, ClosingReason]:
    """Every reason for closing, by code."""
    return {row["code"]: ClosingReason(**row) for row in dated.table("response", "grades.toml")["closing"]}
