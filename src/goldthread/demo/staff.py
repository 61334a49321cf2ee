"""Who works for the invented force: teams, staff and units, the same at every start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class TeamPlan:
    """A team; ``area`` is empty where it serves the whole force."""

    name: str
    area: str


@dataclass(frozen=True)
class Person:
    """A member of staff; ``does`` is filled in for the demo users alone."""

    username: str
    role: str
    name: str
    team: str
    area: str
    does: str = ""


@dataclass(frozen=True)
class UnitPlan:
    """A unit and the usernames of its crew."""

    call_sign: str
    area: str
    skills: tuple[str, ...]
    crew: tuple[str, ...]


@dataclass(frozen=True)
class Force:
    """The whole establishment, in the order in which it is written down."""

    areas: tuple[str, ...]
    teams: tuple[TeamPlan, ...]
    people: tuple[Person, ...]
    units: tuple[UnitPlan, ...]

    def of(self, role: str, *, team: str = "", area: str = "") -> list[Person]:
        """Everybody of a role, within a team or an area where one is given."""
        return [
            one
            for one in self.people
            if one.role == role and (not team or one.team == team) and (not area or one.area == area)
        ]

    def units_of(self, area: str) -> list[UnitPlan]:
        """The units of an area."""
        return [one for one in self.units if one.area == area]


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("force.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def force() -> Force:
    """Amberford Constabulary as ``force.toml`` describes it."""
    given = _file()
    areas = tuple(given["areas"])
    teams = tuple(TeamPlan(row["name"], row.get("area", "")) for row in given["team"])
    area_of = {team.name: team.area for team in teams}
    demo = [
        Person(row["username"], row["role"], row["name"], row["team"], area_of[row["team"]], row["does"])
        for row in given["user"]
    ]
    people = (*demo, *_others(given, area_of))
    units = tuple(unit for area in areas for unit in _units(given, area, people))
    return Force(areas, teams, people, units)


def _others(given: dict[str, Any], area_of: dict[str, str]) -> Iterator[Person]:
    """The staff who are told only by number; collar numbers from 4101, names from the lists in a fixed order."""
    first, last = given["names"]["first"], given["names"]["last"]
    number = 0
    for team in given["team"]:
        for role, count in team.get("others", {}).items():
            for _ in range(count):
                name = f"{first[number % len(first)]} {last[number * 7 % len(last)]}"
                yield Person(str(4101 + number), role, name, team["name"], area_of[team["name"]])
                number += 1


def _units(given: dict[str, Any], area: str, people: tuple[Person, ...]) -> Iterator[UnitPlan]:
    sergeants = [one.username for one in people if one.role == "sergeant" and one.area == area]
    officers = [one.username for one in people if one.role == "officer" and one.area == area]
    for row in given["unit"]:
        crew = [officers.pop(0) for _ in range(row["crew"])] or sergeants
        yield UnitPlan(area[0] + row["sign"], area, tuple(row["skills"]), tuple(crew))


DEMO_PASSWORD: str = _file()["shared_password"]
"""One for every demo user; it opens an invented force and nothing else."""

DEMO_USERS: tuple[tuple[str, str, str, str], ...] = tuple(
    (one.username, one.role, one.name, one.does) for one in force().people if one.does
)
"""Username, role's code, invented name and what they do: one for every role, and strangers of another team or area."""
