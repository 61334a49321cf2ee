"""Who holds what they must, as groups: of each course by role and team how many are due, and when the next runs out. Nobody's name.

Roles of which fewer than five people must hold a course are counted as one with the next smallest, and so are the teams of a role, so that no
number and no difference of two is of fewer than five people; a course of fewer than five is told without numbers *(ours)*.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from goldthread.accounts.models import Staff
from goldthread.learning import queries, rules
from goldthread.learning.models import Cohort
from goldthread.learning.queries import Due
from goldthread.measures.registry import SMALL

SMALLER = "smaller teams together"


@dataclass(frozen=True)
class Counted:
    """Some people who must hold a course: how many there are, never held it, held it till it ran out, will see it run out soon; ``booked``
    are those due who have a booking, ``first`` the day on which the next of those who hold it holds it no more.
    """

    people: int
    never: int
    expired: int
    soon: int
    booked: int
    first: date | None

    @property
    def lacking(self) -> int:
        """How many do not hold it."""
        return self.never + self.expired

    @property
    def due(self) -> int:
        """How many do not hold it, or will not soon."""
        return self.lacking + self.soon


@dataclass(frozen=True)
class Group:
    """Those of some roles, mostly of one, who are of one team, or of all where ``team`` is empty."""

    roles: tuple[str, ...]
    team: str
    counted: Counted


@dataclass(frozen=True)
class Standing:
    """One course with all who must hold it, by role and then by team; ``counted`` is None for fewer than five people. ``next`` is the first
    day of its next cohort.
    """

    course: rules.Course
    counted: Counted | None
    groups: list[Group]
    next: date | None


def standing(today: date) -> list[Standing]:
    """How every course stands on a day, in their order; without those that nobody must hold."""
    people: dict[str, list[Due]] = {}
    for one in queries.owed(Staff.objects.filter(is_active=True).select_related("team"), today):
        people.setdefault(one.course.code, []).append(one)
    planned = Cohort.objects.filter(starts__gte=today, called_off_at__isnull=True).order_by("-starts")
    ahead = dict(planned.values_list("course", "starts"))
    return [
        Standing(course, _told(people[code]), _groups(people[code]), ahead.get(code))
        for code, course in rules.courses_on(today).courses.items()
        if code in people
    ]


def together(sizes: Mapping[str, int], fewest: int = SMALL) -> frozenset[str]:
    """Of groups by name those that are counted as one: the ones of fewer than ``fewest``, and the next smallest until they are as many."""
    found: set[str] = set()
    number = 0
    for name, size in sorted(sizes.items(), key=lambda one: (one[1], one[0])):
        if size >= fewest and (not found or number >= fewest):
            break
        found.add(name)
        number += size
    return frozenset(found)


def _groups(people: Sequence[Due]) -> list[Group]:
    found = []
    for roles, some in _parted(people, lambda one: one.staff.role):
        found.append(Group(roles, "", _counted(some)))
        teams = _parted(some, lambda one: one.staff.team.name) if len(roles) == 1 else []
        if len(teams) > 1:
            found += [Group(roles, names[0] if len(names) == 1 else SMALLER, _counted(each)) for names, each in teams]
    return found


def _parted(people: Sequence[Due], by: Callable[[Due], str]) -> list[tuple[tuple[str, ...], list[Due]]]:
    """People by what ``by`` tells of each, in its order, those that are counted as one last."""
    if len(people) < SMALL:
        return []
    small = together(Counter(by(one) for one in people))
    parts: dict[tuple[str, ...], list[Due]] = {}
    for one in people:
        parts.setdefault(tuple(sorted(small)) if by(one) in small else (by(one),), []).append(one)
    return sorted(parts.items(), key=lambda pair: (len(pair[0]) > 1, pair[0]))


def _told(people: Sequence[Due]) -> Counted | None:
    return _counted(people) if len(people) >= SMALL else None


def _counted(people: Sequence[Due]) -> Counted:
    states = Counter(one.state for one in people)
    ahead = [one.until for one in people if one.until is not None and one.state in {"soon", "held"}]
    booked = sum(one.booked is not None and one.state != "held" for one in people)
    return Counted(len(people), states["never"], states["expired"], states["soon"], booked, min(ahead, default=None))
