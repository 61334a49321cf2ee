"""The verb of a table of staff: what it would do, and doing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from goldthread.accounts import oidc
from goldthread.accounts import staff_rules as rules
from goldthread.accounts.actions import end_access
from goldthread.accounts.models import SignOn, Staff, Team, initials
from goldthread.accounts.oidc_actions import tie_in
from goldthread.accounts.queries import last_keeper
from goldthread.accounts.roles import roles
from goldthread.audit.actions import Acting, acting
from goldthread.config.errors import Invalid, NotThere, Refused, Stale

TOGETHER = 100
"""People of one event on record, where the same was done to all of them."""


def look_over(user: Staff, text: str, *, whole: bool = False) -> rules.Plan:
    """What a table would do, without doing it. Raises ``Refused``, and ``Invalid`` for what is no such table."""
    may_keep(user)
    rows, wrong, beyond = rules.read(text)
    if not oidc.on() and any(row.subject for row in rows):
        raise Invalid(
            {"file": "No directory is set, so the column subject means nothing. Nothing was changed. Leave it out."}
        )
    keeping = frozenset(code for code, role in roles().items() if role.can("staff.keep"))
    made = rules.plan(
        rows, _standing(), roles={code: role.name for code, role in roles().items()}, keeping=keeping, by=user.username,
        unread=len(wrong) + sum(not row.login for row in rows), whole=whole,
    )  # fmt: skip
    made.wrong = sorted([*wrong, *made.wrong], key=lambda one: one.line)
    made.beyond = beyond
    return made


def put_staff(user: Staff, text: str, *, whole: bool = False, seen: str = "") -> rules.Plan:
    """Do what a table says, but for the lines that are wrong; returns what was done. The same table again does nothing.

    ``seen``: the digest of the plan that was looked at. Raises ``Refused``, ``Invalid``, and ``Stale`` where it would do something else.
    """
    may_keep(user)
    with acting(user) as act:
        list(
            Staff.objects.select_for_update().order_by("pk").values_list("pk", flat=True)
        )  # two tables at once take turns
        made = look_over(user, text, whole=whole)
        if seen and seen != made.digest:
            raise Stale("Staff were changed since you looked this table over. Nothing was changed; look it over again.")
        teams = _teams(made)
        _add(made, teams, act)
        _change(made, teams, act)
        leaving = list(Staff.objects.filter(pk__in=[one.pk for one in made.ends]))
        if leaving:
            end_access(leaving, act)
            _record(act, "staff.deactivate", (one.pk for one in leaving))
    return made


def end_staff(user: Staff, staff_id: int) -> Staff:
    """End somebody's access now, as one who keeps staff. Nobody's own, and not the last one's who keeps staff. Raises ``Refused``."""
    may_keep(user)
    with acting(user) as act:
        found = _person(staff_id)
        if found.pk == user.pk:
            raise Refused("Nobody ends their own access. Another who keeps staff does it. Nothing was changed.")
        if last_keeper(found):
            raise Refused(f"Nobody would be left who keeps staff without {found.name}. Nothing was changed.")
        if found.is_active:
            end_access([found], act)
            act.record("security", "staff.deactivate", [("staff", found.pk)])
    return found


def name_for_emergency(user: Staff, staff_id: int, may: bool) -> Staff:
    """Say whether somebody may sign in by a password kept here while others sign on by the directory. Raises ``Refused``."""
    may_keep(user)
    with acting(user) as act:
        found = _person(staff_id)
        if may and not found.is_active:
            raise Refused(f"{found.name} has no access any more. Nothing was changed.")
        if found.emergency != may:
            found.emergency = may
            found.save(update_fields=["emergency"])
            act.record("security", "staff.emergency", [("staff", found.pk)], may=may)
    return found


def _person(staff_id: int) -> Staff:
    found = Staff.objects.select_for_update().filter(pk=staff_id, is_service=False).first()
    if found is None:
        raise NotThere("There is nobody of this number on the staff.")
    return found


def may_keep(user: Staff) -> None:
    """Raise ``Refused`` for whom the matrix does not let keep staff."""
    if not user.can("staff.keep"):
        raise Refused(f"Your role, {user.seat.name}, does not keep staff. Nothing was changed.")


def _standing() -> list[rules.Standing]:
    tied = dict(SignOn.objects.filter(issuer=oidc.env().oidc_issuer).values_list("staff", "subject"))
    return [
        rules.Standing(
            one.pk, one.username, one.name, one.role, one.team.name, one.area, one.is_active, one.is_service, one.emergency,
            tied.get(one.pk, ""),
        )
        for one in Staff.objects.select_related("team").order_by("pk")
    ]  # fmt: skip


def _teams(made: rules.Plan) -> dict[str, Team]:
    Team.objects.bulk_create([Team(name=name) for name in made.teams], ignore_conflicts=True)
    named = {one.team for one in made.adds} | {one.now["team"] for one in made.changes if "team" in one.now}
    return {one.name: one for one in Team.objects.filter(name__in=named)}


def _add(made: rules.Plan, teams: dict[str, Team], act: Acting) -> None:
    people = []
    for row in made.adds:
        one = Staff(username=row.login, name=row.name, role=row.role, team=teams[row.team], area=row.area or "")
        one.set_unusable_password()
        one.initials = initials(row.name)
        people.append(one)
    Staff.objects.bulk_create(people, batch_size=1000)
    by_role = defaultdict(list)
    for one in people:
        by_role[one.role].append(one.pk)
    for role, keys in by_role.items():
        _record(act, "staff.add", keys, role=role, by="table")
    for row, one in zip(made.adds, people, strict=True):
        if row.subject:
            tie_in(act, one, row.subject)


def _change(made: rules.Plan, teams: dict[str, Team], act: Acting) -> None:
    here = Staff.objects.in_bulk([one.pk for one in made.changes])
    roles_of, teams_of, named, back = defaultdict(list), defaultdict(list), [], []
    for change in made.changes:
        one, now = here[change.pk], change.now
        one.name, one.area, one.role = now.get("name", one.name), now.get("area", one.area), now.get("role", one.role)
        one.is_active = True
        if "team" in now:
            one.team = teams[now["team"]]
            teams_of[one.team.pk].append(one.pk)
        if "role" in now:
            roles_of[(change.was["role"], now["role"])].append(one.pk)
        if {"name", "area"} & now.keys():
            named.append(one.pk)
        if change.returns:
            back.append(one.pk)
        if now.get("subject"):
            tie_in(act, one, now["subject"])
    Staff.objects.bulk_update(here.values(), ["name", "area", "role", "team", "is_active"], batch_size=1000)
    SignOn.objects.filter(staff__in=back).update(ended_at=None)
    for (was, role), keys in roles_of.items():
        _record(act, "staff.role", keys, was=was, role=role, by="table")
    for team, keys in teams_of.items():
        _record(act, "staff.team", keys, team=team, by="table")
    _record(act, "staff.named", named, by="table")
    _record(act, "staff.return", back, by="table")


def _record(act: Acting, verb: str, people: Iterable[int], **detail: Any) -> None:
    every = list(people)
    for begin in range(0, len(every), TOGETHER):
        act.record("security", verb, [("staff", one) for one in every[begin : begin + TOGETHER]], **detail)
