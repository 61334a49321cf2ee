"""Courses and who must hold them, until when an attendance counts, and what a need, a cohort and a register need: values in, answer out."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.accounts.roles import roles
from goldthread.config import dated
from goldthread.config.errors import Invalid
from goldthread.contact.rules import tidy

RESULTS = [("", "Not assessed"), ("passed", "Passed"), ("again", "Not passed yet")]
STATES = [("never", "Never held"), ("expired", "Ran out"), ("soon", "Runs out soon"), ("held", "Held")]
LONGEST, LONGEST_PLACE, MOST_PLACES, MOST_DAYS = 4_000, 120, 500, 60
"""Characters of a need and of a place; people in a cohort; days from its first to its last *(ours)*."""


@dataclass(frozen=True)
class Course:
    """A course: ``minutes`` long, held for ``months`` from its cohort's last day, owed by the roles in ``must``."""

    code: str
    name: str
    minutes: int
    months: int
    must: frozenset[str]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Courses:
    """What is in force on a day: the courses in their order, and how due and effect are told. See the head of ``learning.toml``."""

    courses: Mapping[str, Course]
    soon: int
    window: int
    fewest_people: int
    fewest_records: int

    def owed_by(self, role: str) -> list[Course]:
        """The courses that somebody of this role must hold."""
        return [one for one in self.courses.values() if role in one.must]


def made(row: Mapping[str, Any]) -> Courses:
    """A set of the file. Raises ``ValueError`` for a code given twice, or a role that there is not."""
    found: dict[str, Course] = {}
    for one in row["course"]:
        if one["code"] in found:
            raise ValueError(f"learning.toml: two courses are called {one['code']}")
        if unknown := set(one["must"]) - set(roles()):
            raise ValueError(f"learning.toml: {one['code']} names the unknown role {min(unknown)}")
        found[one["code"]] = Course(
            one["code"], one["name"], one["minutes"], one["months"], frozenset(one["must"]), tuple(one["measures"])
        )
    return Courses(found, row["soon"], row["window"], row["fewest"]["people"], row["fewest"]["records"])


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Courses]]:
    return dated.sets("learning", "learning.toml", made)


def courses_on(day: date) -> Courses:
    """The courses in force on a day."""
    return dated.on(_sets(), day)


def named(code: str) -> str:
    """A course's name, by the newest set that knows it; its code where none does any more."""
    return next((held.courses[code].name for _, held in reversed(_sets()) if code in held.courses), code)


def held_until(ended: date, months: int) -> date:
    """The last day on which a course counts that ended on ``ended``: the same day so many months on, or that month's last."""
    year, month = divmod(ended.month - 1 + months, 12)
    year, month = ended.year + year, month + 1
    return date(year, month, min(ended.day, calendar.monthrange(year, month)[1]))


def state(until: date | None, today: date, soon: int) -> str:
    """One of ``STATES``, of somebody who holds a course until a day, or never held it."""
    if until is None:
        return "never"
    if until < today:
        return "expired"
    return "soon" if until <= today + timedelta(days=soon) else "held"


def need(words: str, of: Collection[str], course: str, known: Courses) -> str:
    """A need's words as they will be kept. Raises ``Invalid`` for none, for nobody whose it is, and for a course there is not."""
    wrong: dict[str, str] = {}
    kept = said(words, "Write what has to be learned, and name nobody.", wrong)
    if not of:
        wrong["roles"] = "Say whose need it is: choose one role at least."
    elif unknown := set(of) - set(roles()):
        wrong["roles"] = f"There is no role {min(unknown)[:40]}. Nothing was saved."
    if course and course not in known.courses:
        wrong["course"] = "There is no such course. Nothing was saved; choose one of the list."
    if wrong:
        raise Invalid(wrong)
    return kept


def said(words: str, needed: str, wrong: dict[str, str], field: str = "words") -> str:
    """Words as they will be kept; what is wrong with them is put into ``wrong``."""
    kept = tidy(words.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not kept:
        wrong[field] = needed
    elif len(kept) > LONGEST:
        wrong[field] = f"That is longer than {LONGEST:,} characters. Nothing was saved; shorten it."
    return kept


def cohort(course: str, starts: date, ends: date, place: str, places: int, known: Courses) -> str:
    """A cohort's place as it will be kept. Raises ``Invalid``; a cohort of past days is taken, since it is entered when it is known."""
    wrong = {}
    if course not in known.courses:
        wrong["course"] = "There is no such course. Nothing was saved; choose one of the list."
    if ends < starts:
        wrong["ends"] = "It ends before it begins. Nothing was saved; give a later day."
    elif (ends - starts).days >= MOST_DAYS:
        wrong["ends"] = f"From its first day to its last are more than {MOST_DAYS} days. Nothing was saved."
    kept = " ".join(tidy(place).split())
    if not kept:
        wrong["place"] = "Say where it is held."
    elif len(kept) > LONGEST_PLACE:
        wrong["place"] = f"That is longer than {LONGEST_PLACE} characters. Nothing was saved; shorten it."
    if not 1 <= places <= MOST_PLACES:
        wrong["places"] = f"Give a number of places from 1 to {MOST_PLACES}."
    if wrong:
        raise Invalid(wrong)
    return kept


@dataclass(frozen=True)
class Was:
    """One line of a register: who (a collar number or login), whether they were there, and the result."""

    username: str
    attended: bool
    result: str = ""


def register(rows: Sequence[Was]) -> None:
    """Raise ``Invalid`` for a register that names nobody, somebody twice, or a result of who was not there."""
    names = [one.username.casefold() for one in rows]
    if not rows:
        raise Invalid({"rows": "The register names nobody. Nothing was saved."})
    if twice := {one for one in names if names.count(one) > 1}:
        raise Invalid({"rows": f"{min(twice)[:60]} is in it twice. Nothing was saved."})
    for one in rows:
        if one.result and not one.attended:
            raise Invalid({"rows": f"{one.username[:60]} was not there and has a result. Nothing was saved."})
        if one.result not in dict(RESULTS):
            raise Invalid({"rows": f"{one.username[:60]}: there is no result {one.result[:20]}. Nothing was saved."})


def divided(bookings: Sequence[int], places: int) -> tuple[list[int], list[int]]:
    """Who of those booked, in the order in which they came, has a place, and who waits."""
    return list(bookings[:places]), list(bookings[places:])
