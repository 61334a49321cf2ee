"""One incident of every kind that sight tells apart, and what each scope of the matrix reaches, written out by hand."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from goldthread.accounts.models import Staff, Team
from goldthread.accounts.roles import roles
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident, Involvement, SightReason
from goldthread.response.models import Allocation, GradePeriod, Unit

# kind: (team, area, child, owned by, my part); each stands once open and once closed.
KINDS = {
    "own": ("B", "North", "none", "stranger", "author"),
    "teammate's": ("A", "North", "none", "teammate", None),
    "taken over by a teammate": ("B", "South", "none", "teammate", None),
    "on my team's desk": ("B", "South", "none", "desk A", None),
    "stranger's": ("B", "North", "none", "stranger", None),
    "other area's": ("B", "South", "none", "stranger", None),
    "area not known": ("B", "", "none", "stranger", None),
    "attending": ("B", "South", "none", "stranger", "attending"),
    "my team's unit sent": ("B", "South", "none", "stranger", "teammate"),
    "child involved": ("B", "South", "yes", "stranger", None),
    "child possible": ("B", "South", "possible", "stranger", None),
    "asked: none": ("B", "South", "none", "stranger", None),
    "opened for a reason": ("B", "South", "none", "stranger", "reason"),
}
OPEN = {(kind, "open") for kind in KINDS}
CLOSED = {(kind, "closed") for kind in KINDS}


def _both(*kinds: str) -> set[tuple[str, str]]:
    return {(kind, state) for kind in kinds for state in ("open", "closed")}


REACH: dict[str, set[tuple[str, str]]] = {
    "none": set(),
    "all": OPEN | CLOSED,
    "open": OPEN,
    "live": OPEN | {("own", "closed"), ("attending", "closed")},
    "own": _both("own", "attending"),
    "attending": _both("attending"),
    "crew": _both("attending", "my team's unit sent"),
    "area": {(kind, "open") for kind in ("own", "teammate's", "stranger's", "area not known")},
    "team": _both("teammate's", "taken over by a teammate", "on my team's desk"),
    "child": _both("child involved", "child possible"),
    "reasoned": _both("opened for a reason"),
}
"""Which kinds a person of Team A, whose area is North, reaches by each scope."""


def to_try(tried: list[tuple[str, str]], role: str, verb: str, *, every: bool) -> list[tuple[str, str]]:
    """The kinds with which a role tries a verb: all of ``tried`` for one role of each scope, which ``every`` makes all roles.

    For the other roles of that scope, whom the same query serves, one kind that they reach and one that they do not.
    """
    scope = roles()[role].scope(verb)
    if every or role == next(code for code, one in roles().items() if one.scope(verb) == scope):
        return tried
    within, beyond = ([kind for kind in tried if (kind in REACH[scope]) is so] for so in (True, False))
    return [*within[:1], *beyond[:1]]


@dataclass(frozen=True)
class World:
    """A member of staff for every role, and the incidents by kind and state, each with a unit of its own at scene."""

    staff: dict[str, Staff]
    incidents: dict[tuple[str, str], uuid.UUID]


def make_world() -> World:
    """Create it in the database at hand, by rows: sight must hold whatever way a row came to be."""
    now = database_now(connection)
    teams = {name: Team.objects.create(name=f"Team {name}", area="") for name in "AB"}
    Team.objects.create(name="Desk South", area="South")
    Team.objects.create(name="Desk North", area="North")
    people = {
        "teammate": _person("teammate", "call_handler", teams["A"]),
        "stranger": _person("stranger", "call_handler", teams["B"]),
    }
    staff = {code: _person(f"the-{code}", code, teams["A"], "North") for code in roles()}
    incidents: dict[tuple[str, str], uuid.UUID] = {}
    for number, (kind, (team, area, child, owner, part)) in enumerate(KINDS.items()):
        for state in ("open", "closed"):
            made = Incident.objects.create(
                reference=f"T-{number}-{state}",
                opened_at=now,
                channel="999",
                area=area,
                team=teams[team],
                opened_by=people["stranger" if team == "B" else "teammate"],
                child=child,
                owner=None if owner == "desk A" else people[owner],
                owner_team=teams["A"] if owner == "desk A" else None,
                next_action="assess",
                next_action_at=now + timedelta(minutes=3),
                closed_at=now if state == "closed" else None,
            )
            if part == "teammate":
                Involvement.objects.bulk_create(
                    [Involvement(incident=made, staff=people["teammate"], part="attending")]
                )
            elif part == "reason":
                SightReason.objects.bulk_create(
                    SightReason(incident=made, staff=one, reason="review") for one in staff.values()
                )
            elif part:
                Involvement.objects.bulk_create(
                    Involvement(incident=made, staff=one, part=part) for one in staff.values()
                )
            GradePeriod.objects.create(incident=made, seq=1, grade="scheduled", severity=2)
            unit = Unit.objects.create(call_sign=f"T{number}{state[0]}", area=area or "North", state="at_scene")
            Allocation.objects.create(
                incident=made,
                unit=unit,
                arrived_at=now,
                arrival_source="officer",
                left_at=now if state == "closed" else None,
            )
            incidents[(kind, state)] = made.pk
    return World(staff, incidents)


def _person(username: str, role: str, team: Team, area: str = "") -> Staff:
    made = Staff(username=username, name=username.title(), role=role, team=team, area=area)
    made.set_unusable_password()
    made.save()
    return made
