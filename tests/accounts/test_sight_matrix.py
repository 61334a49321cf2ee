"""Every role, every verb, every kind of incident: what the matrix gives is what the queryset reaches."""

from __future__ import annotations

import pytest

from goldthread.accounts.roles import SCOPES, roles, verbs
from goldthread.contact.models import Incident
from tests.accounts.world import CLOSED, KINDS, OPEN, REACH, World


def _reached(world: World, role: str, verb: str) -> set[tuple[str, str]]:
    kinds = {pk: kind for kind, pk in world.incidents.items()}
    found = Incident.objects.reached_by(world.staff[role], verb).filter(pk__in=kinds)
    return {kinds[one.pk] for one in found}


def test_the_table_knows_every_scope() -> None:
    assert set(REACH) == set(SCOPES)


@pytest.mark.parametrize("role", roles())
def test_a_verb_reaches_what_its_scope_says(world: World, role: str) -> None:
    reached = {verb: _reached(world, role, verb) for verb in verbs()}
    assert reached == {verb: REACH[roles()[role].scope(verb)] for verb in verbs()}


@pytest.mark.parametrize("role", roles())
def test_what_one_may_see_is_what_the_matrix_calls_seeing(world: World, role: str) -> None:
    user = world.staff[role]
    assert set(Incident.objects.visible_to(user)) == set(Incident.objects.reached_by(user, "incident.see"))


@pytest.mark.parametrize("role", roles())
def test_nobody_acts_on_what_they_may_not_see(world: World, role: str) -> None:
    seen = _reached(world, role, "incident.see")
    acting = [
        verb for verb in verbs() if verb.split(".")[0] in {"entry", "children", "thrive", "grade", "owner", "unit"}
    ]
    for verb in [*acting, "incident.close"]:
        assert _reached(world, role, verb) <= seen, verb


@pytest.mark.parametrize("role", roles())
def test_an_inactive_account_reaches_nothing(world: World, role: str) -> None:
    user = world.staff[role]
    user.is_active = False
    try:
        for verb in verbs():
            assert not Incident.objects.reached_by(user, verb).exists()
            assert not user.can(verb)
    finally:
        user.is_active = True


def test_a_dispatcher_without_an_area_sees_every_open_incident(world: World) -> None:
    user = world.staff["dispatcher"]
    user.area = ""
    try:
        assert _reached(world, "dispatcher", "incident.see") == OPEN
    finally:
        user.area = "North"


def test_the_kinds_differ_in_what_scopes_reach() -> None:
    """A table in which two scopes reach the same could not tell them apart."""
    assert len({frozenset(kinds) for kinds in REACH.values()}) == len(REACH)
    assert len(OPEN) == len(CLOSED) == len(KINDS)


def test_an_unknown_verb_is_a_mistake_of_the_code() -> None:
    with pytest.raises(KeyError):
        roles()["fim"].scope("incident.burn")
