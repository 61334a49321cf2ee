"""How supervisors look at the year's stories: who gets to which, how soon, and what they make of it, by habits of their own.

From the story's own identity, so that the dice of the telling are not touched. Written down are reviews of sweeps while an incident
was open; requests, delays that were borne and what was closed are reviewed in the last weeks, by the actions.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any

from goldthread.demo import steps
from goldthread.demo.roster import Roster
from goldthread.demo.staff import Size, force
from goldthread.response.grades import grade

FIND = timedelta(minutes=20)
"""After which a sweep finds that nobody senior has looked at a child's incident: see ``supervision/sweeps.toml``."""
REPLY = (120, 800)
"""Seconds within which an owner answers a question *(ours)*."""
ROOM = timedelta(minutes=45)
"""A question is asked where so much of the story is still to come, so that its answer is read before anybody closes."""
HANDS = (steps.Opened, steps.Taken, steps.Sent, steps.Assessed, steps.Answered, steps.Closed)
"""Steps that give whoever takes them a hand in the incident."""


@dataclass(frozen=True)
class Habit:
    """How one supervisor works: see the head of ``reviewing.toml``."""

    name: str
    minutes: tuple[float, float]
    reads: tuple[int, int]
    looks: float
    asks: float
    raises: float
    says: float


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("reviewing.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def habits() -> tuple[Habit, ...]:
    """Every habit in the file's order."""
    return tuple(
        Habit(**{**row, "minutes": tuple(row["minutes"]), "reads": tuple(row["reads"])}) for row in _file()["habit"]
    )


@lru_cache(maxsize=2)
def habits_of(size: Size) -> dict[str, Habit]:
    """Who has which habit: dealt in turn to the force's supervisors and FIMs."""
    people = force(size).people
    senior = [one.username for role in ("contact_supervisor", "fim") for one in people if one.role == role]
    return {username: habits()[place % len(habits())] for place, username in enumerate(senior)}


def reviewed(made: list[steps.Step], identity: int, team: str, roster: Roster, rightly: str) -> list[steps.Step]:
    """The steps of a closed story with a senior person's looks put in where they come; ``rightly`` is the grade it should have."""
    rng = random.Random(identity + 1)  # noqa: S311 - a demo's dice
    opened, closed = made[0].at, made[-1].at
    answer = next((one.answer for one in made if isinstance(one, steps.Answered)), "")
    found = opened + FIND
    if answer == "asked_none" or closed <= found:
        return made
    who = roster.second(team, found).username
    habit = habits_of(roster.force.size)[who]
    at = found + timedelta(seconds=round(rng.uniform(*habit.minutes) * 60))
    before = [one for one in made if one.at <= at]
    if rng.random() >= habit.looks or at + timedelta(minutes=2) >= closed or _has_hand(who, before):
        return made
    looks = _looks(rng, habit, who, at, before, made[len(before) :], rightly)
    return sorted([*made, *looks], key=lambda one: one.at)


def _looks(
    rng: random.Random,
    habit: Habit,
    who: str,
    at: datetime,
    before: list[steps.Step],
    after: list[steps.Step],
    rightly: str,
) -> list[steps.Step]:
    words = _file()["words"]

    def look(at: datetime, answer: str, text: str) -> steps.Reviewed:
        return steps.Reviewed(at, who, answer, text, at - timedelta(seconds=rng.randint(*habit.reads)))

    held = next((one.grade for one in reversed(before) if isinstance(one, steps.Graded)), "")
    later = any(isinstance(one, steps.Graded) for one in after)
    too_low = held and grade(held).severity < grade(rightly).severity
    sent = any(isinstance(one, steps.Sent) for one in (*before, *after))
    gone = any(isinstance(one, steps.Left) for one in before)
    if too_low and sent and not gone and not later and rng.random() < habit.raises:
        why = rng.choice(words["raised"])
        return [steps.Graded(at, who, rightly, why, ""), look(at, "raised", "")]
    if later and rng.random() < habit.raises:
        return []  # who is strict raises it, as the story tells
    if after[-1].at - at > ROOM and not later and rng.random() < habit.asks:
        replied = at + timedelta(seconds=rng.randint(*REPLY))
        owner = next(one.by for one in reversed(before) if isinstance(one, steps.Opened | steps.Taken | steps.Sent))
        again = replied + timedelta(seconds=rng.randint(60, 600))
        mine = [one for one in after if one.at <= again]
        found: list[steps.Step] = [
            look(at, "returned", rng.choice(words["questions"])),
            steps.Replied(replied, owner, rng.choice(words["replies"])),
        ]
        return found if _has_hand(who, mine) else [*found, look(again, "agreed", "")]
    return [look(at, "agreed", rng.choice(words["agreed"]) if rng.random() < habit.says else "")]


def _has_hand(who: str, made: list[steps.Step]) -> bool:
    return any(one.by == who for one in made if isinstance(one, HANDS))
