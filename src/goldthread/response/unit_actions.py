"""The verbs of units that nobody sent anywhere: which there are, and whether they are on duty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from goldthread.accounts.models import Staff
from goldthread.accounts.queries import areas
from goldthread.audit.actions import acting
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.response.models import Allocation, Unit

LONGEST_SIGN, LONGEST_SKILL = 20, 40
BY_HAND = {"available": "available", "off": "off duty"}
"""States that a person sets; the others follow from what a unit was sent to."""


def set_state(user: Staff, unit_id: int, *, state: str) -> Unit:
    """Set a unit available or off duty. Raises ``NotThere`` outside one's area, ``Refused`` while it is with an incident."""
    if state not in BY_HAND:
        raise Invalid({"state": "Choose: available or off duty."})
    if not user.can("unit.allocate"):
        raise NotThere("There is no such unit in your area.")
    with acting(user) as act:
        unit: Unit | None = Unit.objects.for_area(user).select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotThere("There is no such unit in your area.")
        if Allocation.objects.filter(unit=unit, left_at__isnull=True).exists():
            raise Refused(
                f"{unit.call_sign} is with an incident. Record that it left, then try again; nothing was changed."
            )
        if unit.state != state:
            unit.state, unit.committed_until = state, None
            unit.save(update_fields=["state", "committed_until"])
            act.record("alteration", "unit.state", [("unit", str(unit.pk))], state=state)
    return unit


def set_committed(user: Staff, unit_id: int, *, until: datetime | None) -> Unit:
    """Say until when a unit is held, or with None that nobody knows. Raises ``NotThere`` outside one's area, ``Refused`` off duty."""
    if not user.can("unit.allocate"):
        raise NotThere("There is no such unit in your area.")
    with acting(user) as act:
        unit: Unit | None = Unit.objects.for_area(user).select_for_update().filter(pk=unit_id).first()
        if unit is None:
            raise NotThere("There is no such unit in your area.")
        if unit.state == "off":
            raise Refused(f"{unit.call_sign} is off duty. Set it available first; nothing was changed.")
        if unit.committed_until != until:
            unit.committed_until = until
            unit.save(update_fields=["committed_until"])
            with_ = Allocation.objects.filter(unit=unit, left_at__isnull=True).values_list("incident_id", flat=True)
            subjects = [("unit", str(unit.pk)), *(("incident", str(incident)) for incident in with_)]
            act.record("alteration", "unit.commit", subjects, until=until.isoformat() if until else "")
    return unit


@dataclass(frozen=True)
class UnitGiven:
    """A unit as a force names it; ``crew`` are logins."""

    call_sign: str
    area: str
    skills: tuple[str, ...] = ()
    crew: tuple[str, ...] = ()


def put_units(given: Sequence[UnitGiven]) -> tuple[int, int]:
    """Make the units of a force, or bring them up to date, by call sign; returns how many are new and how many changed.

    Units that are not named stay as they are. All or nothing: raises ``Invalid`` with a sentence for each unit that cannot be
    made, by its place in ``given``.
    """
    faults: dict[str, str] = {}
    with acting(None) as act:
        known, logins = areas(), {login for one in given for login in one.crew}
        staff = {one.username: one for one in Staff.objects.filter(username__in=logins, is_active=True)}
        everybody = dict(Staff.objects.values_list("username", "pk"))
        away = set(Allocation.objects.filter(left_at__isnull=True).values_list("unit__call_sign", flat=True))
        there = {one.call_sign: one for one in Unit.objects.select_for_update().order_by("pk")}
        named: set[str] = set()
        new = changed = 0
        for at, one in enumerate(given):
            if fault := _fault(one, named, known, staff):
                faults[str(at)] = fault
                continue
            named.add(one.call_sign)
            unit = there.get(one.call_sign)
            was = (
                None
                if unit is None
                else (unit.area, tuple(unit.skills), set(unit.crew.values_list("username", flat=True)))
            )
            if was == (one.area, one.skills, set(one.crew)):
                continue
            if one.call_sign in away:
                faults[str(at)] = f"{one.call_sign} is with an incident; change it when it has left"
                continue
            if unit is None:
                unit, new = Unit(call_sign=one.call_sign, state="off"), new + 1
            else:
                changed += 1
            unit.area, unit.skills = one.area, list(one.skills)
            unit.save()
            unit.crew.set([staff[login] for login in one.crew])
            moved = set(one.crew) ^ (was[2] if was else set())
            subjects = [("unit", str(unit.pk)), *(("staff", str(everybody[login])) for login in sorted(moved))]
            act.record("alteration", "unit.put", subjects, new=was is None)
        if faults:
            raise Invalid(faults)
    return new, changed


def _fault(one: UnitGiven, named: set[str], known: Sequence[str], staff: Mapping[str, Staff]) -> str:
    """Why this unit cannot be made; empty where it can."""
    unknown = [login for login in one.crew if login not in staff]
    if not one.call_sign:
        return "it has no call sign"
    if len(one.call_sign) > LONGEST_SIGN or any(len(skill) > LONGEST_SKILL for skill in one.skills):
        return f"a call sign has at most {LONGEST_SIGN} characters, a skill {LONGEST_SKILL}"
    if one.call_sign in named:
        return f"{one.call_sign} stands there twice"
    if one.area not in known:
        return f"its area is none of {', '.join(known)}"
    if unknown:
        return f"nobody may sign in as {', '.join(unknown)}"
    return ""
