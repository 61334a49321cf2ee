"""Who works for the invented force: teams, staff and units, the same at every start."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from goldthread.demo.shifts import Rota

Size = Literal["small", "full"]


@dataclass(frozen=True)
class TeamPlan:
    """A team; ``area`` is empty where it serves the whole force."""

    name: str
    area: str


@dataclass(frozen=True)
class Person:
    """A member of staff; ``does`` is filled in for the demo users alone. Without a ``relief`` they keep no shifts."""

    username: str
    role: str
    name: str
    team: str
    area: str
    does: str = ""
    relief: str = ""


@dataclass(frozen=True)
class UnitPlan:
    """A unit and the usernames of its crew, who work together in one relief, or in none."""

    call_sign: str
    area: str
    skills: tuple[str, ...]
    crew: tuple[str, ...]
    relief: str = ""


@dataclass(frozen=True)
class Force:
    """The whole establishment, in the order in which it is written down."""

    size: Size
    rota: Rota
    areas: tuple[str, ...]
    teams: tuple[TeamPlan, ...]
    people: tuple[Person, ...]
    units: tuple[UnitPlan, ...]


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("force.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=2)
def force(size: Size = "small") -> Force:
    """Amberford Constabulary as ``force.toml`` describes it, in one of its sizes."""
    given = _file()
    areas = tuple(given["areas"])
    rows = [row for row in given["team"] if row.get("only", size) == size]
    teams = tuple(TeamPlan(row["name"], row.get("area", "")) for row in rows)
    turn = _Reliefs(rows if size == "full" else (), tuple(given["rota"][size]["reliefs"]))
    area_of = {team.name: team.area for team in teams}
    demo = [
        Person(row["username"], row["role"], row["name"], row["team"], area_of[row["team"]], row["does"],
               turn.next(row["team"], row["role"]))
        for row in given["user"]
    ]  # fmt: skip
    people = (*demo, *_others(given, rows, size, turn))
    units = tuple(unit for area in areas for unit in _units(given, area, people, size))
    return Force(size, _rota(given, size), areas, teams, people, units)


class _Reliefs:
    """Deals the people of a team out to reliefs."""

    def __init__(self, rows: Iterable[dict[str, Any]], reliefs: tuple[str, ...]) -> None:
        self._fixed: dict[str, str] = {row["name"]: row.get("relief", "") for row in _file()["team"]}
        self._dealt = {row["name"] for row in rows if row.get("in_reliefs")}
        self._reliefs = reliefs
        self._count: Counter[tuple[str, str]] = Counter()

    def next(self, team: str, role: str) -> str:
        """The relief of the next person of a role in a team; empty where there is none."""
        if team not in self._dealt:
            return self._fixed[team]
        self._count[team, role] += 1
        return self._reliefs[(self._count[team, role] - 1) % len(self._reliefs)]


def _rota(given: dict[str, Any], size: Size) -> Rota:
    row = given["rota"][size]
    shifts = tuple((shift["name"], shift["starts"]) for shift in given["shift"])
    return Rota(shifts, tuple(row["pattern"]), row["reliefs"], row["turns"])


def _others(given: dict[str, Any], rows: list[dict[str, Any]], size: Size, turn: _Reliefs) -> Iterator[Person]:
    """The staff who are told only by number; collar numbers from 4101, names from the lists in a fixed order."""
    first, last = given["names"]["first"], given["names"]["last"]
    number, round_trip = 0, math.lcm(len(first), len(last))
    for team in rows:
        for role, count in team.get(size, {}).items():
            for _ in range(count):
                # Each time round the surnames stand one further on, so that nobody is named twice.
                name = f"{first[number % len(first)]} {last[(number * 7 + number // round_trip) % len(last)]}"
                relief = turn.next(team["name"], role)
                yield Person(str(4101 + number), role, name, team["name"], team.get("area", ""), relief=relief)
                number += 1


def _units(given: dict[str, Any], area: str, people: tuple[Person, ...], size: Size) -> Iterator[UnitPlan]:
    here = [one for one in people if one.area == area]
    for place, relief in enumerate(dict.fromkeys(one.relief for one in here if one.role == "officer")):
        sergeants = [one.username for one in here if one.role == "sergeant" and one.relief == relief]
        officers = [one.username for one in here if one.role == "officer" and one.relief == relief]
        for row in given["unit"]:
            if row.get("only", size) == size:
                crew = [officers.pop(0) for _ in range(row["crew"])] or sergeants
                sign = area[0] + row["sign"] + (relief if place else "")
                yield UnitPlan(sign, area, tuple(row["skills"]), tuple(crew), relief)


DEMO_PASSWORD: str = _file()["shared_password"]
"""One for every demo user; it opens an invented force and nothing else."""

DEMO_USERS: tuple[tuple[str, str, str, str], ...] = tuple(
    (one.username, one.role, one.name, one.does) for one in force().people if one.does
)
"""Username, role's code, invented name and what they do: one for every role, and strangers of another team or area."""
