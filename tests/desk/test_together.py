"""What contacts of one place say together is told only of incidents the person may read, and in their own words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.desk.cumulative import together
from goldthread.desk.known import Known
from tests import known_world as world
from tests.cast import Cast, opened, say

Browser = Callable[[Staff | None], Client]
HX = {"HX-Request": "true"}
BRUISE = "School: girl 7 has a bruise on her arm, says dad grabbed her."


@pytest.fixture
def three(cast: Cast) -> list[Incident]:
    """Three contacts about one address, the newest last."""
    place = world.place(world.street("Larch Road"), "14")
    found = []
    for _ in range(3):
        incident = opened(cast.handler)
        say(cast.handler, incident, BRUISE)
        world.settled_on(cast.handler, incident, place)
        found.append(incident)
    return found


def known(user: Staff, incident: Incident) -> Known:
    return Known(user, Incident.objects.get(pk=incident.pk), database_now(connection))


def test_the_third_contact_says_what_the_three_say_together(
    cast: Cast, three: list[Incident], browser: Browser
) -> None:
    told = {one.code: one for one in known(cast.handler, three[2]).together}
    assert told["often"].say.startswith("Third contact in 30 days")
    assert "in none do the words say that anybody saw the child" in told["unseen"].say
    assert "physical" not in told["pattern"].say.split(":")[0]
    assert {one.reference for one in told["pattern"].quotes} == {three[0].reference, three[1].reference}
    assert all(one.quote in BRUISE for one in told["often"].quotes)
    page = browser(cast.handler).get(f"/incidents/{three[2].pk}/known/", headers=HX).text
    assert "Taken together" in page
    assert "Third contact in 30 days" in page


def test_one_contact_says_nothing_together(cast: Cast) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, BRUISE)
    assert known(cast.handler, incident).together == []


def test_contacts_out_of_sight_add_no_sentence_and_no_word(cast: Cast, three: list[Incident]) -> None:
    for user in cast.everybody().values():
        visible = set(Incident.objects.visible_to(user).values_list("pk", flat=True))
        told = known(user, three[2]).together
        quoted = {one.incident for each in told for one in each.quotes}
        assert quoted <= visible, user.username
        if not visible & {three[0].pk, three[1].pk}:
            assert told == [], user.username
    assert known(cast.pcc, three[2]).together == []


def test_it_costs_the_same_however_many_there_are(
    cast: Cast, three: list[Incident], django_assert_max_num_queries: Callable[..., object]
) -> None:
    pks, now = {one.pk for one in three[:2]}, database_now(connection)
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        together(three[2], pks, now)
