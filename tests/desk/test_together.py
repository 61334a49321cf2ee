"""What contacts of one place say together is told only of incidents the person may read, and in their own words."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import Staff
from goldthread.clocks.db import database_now
from goldthread.contact.actions import answer_children
from goldthread.contact.caller_actions import set_line
from goldthread.contact.models import ChildVersion, Incident
from goldthread.contact.rules import ChildGiven
from goldthread.desk.cumulative import together
from goldthread.desk.known import Known
from tests import known_world as world
from tests.cast import Cast, key, opened, say
from tests.integration.conftest import Program

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
    assert told["often"].say.startswith("Third contact about this place in 30 days")
    assert "in none is it said or recorded that anybody saw the child" in told["unseen"].say
    assert "physical" not in told["pattern"].say.split(":")[0]
    assert {one.reference for one in told["pattern"].quotes} == {three[0].reference, three[1].reference}
    assert all(one.quote in BRUISE for one in told["often"].quotes)
    page = browser(cast.handler).get(f"/incidents/{three[2].pk}/known/", headers=HX).text
    assert "Taken together" in page
    assert "Third contact about this place in 30 days" in page


@pytest.mark.parametrize("by", ["number", "person"])
def test_a_number_and_a_person_bring_contacts_together_as_a_place_does(cast: Cast, by: str) -> None:
    mum = world.person("Ines Calder", phone="07700 900123")
    made = []
    for _ in range(3):
        incident = opened(cast.handler)
        say(cast.handler, incident, BRUISE)
        if by == "number":
            world.from_number(cast.handler, incident, "07700 900123")
        else:
            world.settled_on(cast.handler, incident, mum)
        made.append(incident)
    told = {one.code: one for one in known(cast.handler, made[2]).together}
    assert told["often"].say.startswith(f"Third contact {'from this number ' if by == 'number' else ''}in 30 days")
    assert {one.incident for one in told["often"].quotes} == {made[0].pk, made[1].pk}


def test_a_child_recorded_as_seen_is_not_told_as_never_seen(cast: Cast, three: list[Incident]) -> None:
    def children(*seen: str) -> None:
        given = [
            ChildGiven(str(uuid.uuid4()), f"Child {at}", 7, age_estimated=True, where_now="", last_seen_by="", seen=one)
            for at, one in enumerate(seen)
        ]
        answer_children(cast.handler, three[1].pk, key=key(), answer="named", given=given)

    def codes() -> set[str]:
        return {one.code for one in known(cast.handler, three[2]).together}

    assert "unseen" in codes()
    children("seen", "not_known")
    assert "unseen" in codes(), "one of the two was not"
    for child in ChildVersion.objects.filter(incident=three[1], seen="not_known"):
        given = ChildGiven(
            str(child.child), "Child 1", 7, age_estimated=True, where_now="", last_seen_by="", seen="spoken_to"
        )
        answer_children(cast.handler, three[1].pk, key=key(), answer="named", given=[given])
    assert "unseen" not in codes()


def test_words_of_now_that_a_child_was_seen_end_it(cast: Cast, three: list[Incident]) -> None:
    def codes() -> set[str]:
        return {one.code for one in known(cast.handler, three[2]).together}

    assert "unseen" in codes()
    say(cast.handler, three[2], "PC 12 attended, spoke to the girls, both well", source="officer")
    assert "unseen" not in codes()


def test_a_program_reads_the_same(cast: Cast, three: list[Incident]) -> None:
    token, _ = issue_token(cast.handler.username)
    told = Program(token).get(f"/incidents/{three[2].pk}/known").json()["together"]
    assert [one["say"] for one in told] == [one.say for one in known(cast.handler, three[2]).together]
    assert {quote["reference"] for one in told for quote in one["quotes"]} == {three[0].reference, three[1].reference}


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
    pks, now = {one.pk: frozenset({"place"}) for one in three[:2]}, database_now(connection)
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        together(three[2], pks, now, frozenset(pks))


def test_three_silent_calls_from_one_number_are_told_together_though_nobody_spoke(cast: Cast, browser: Browser) -> None:
    made = []
    for _ in range(3):
        incident = opened(cast.handler, caller_phone="07700 900123")
        set_line(cast.handler, incident.pk, key=key(), state="silent")
        world.from_number(cast.handler, incident, "07700 900123")
        made.append(incident)
        told = known(cast.handler, incident)
        assert bool(told.together) == (len(made) == 3), "not before the third"
    assert [(one.code, one.say, one.quotes) for one in told.together] == [
        ("often", "Third contact from this number in 30 days.", ())
    ], "of a child and of harm nothing is said, so nothing is told of them"
    page = browser(cast.handler).get(f"/incidents/{made[2].pk}/known/", headers=HX).text
    assert "Third contact from this number in 30 days." in page
    token, _ = issue_token(cast.handler.username)
    answer = Program(token).get(f"/incidents/{made[2].pk}/known").json()
    assert [one["say"] for one in answer["together"]] == ["Third contact from this number in 30 days."]
    phone = next(one for one in answer["searched"] if one["kind"] == "phone")
    assert [card["repeat"]["often"] for card in phone["cards"]] == [True]


def test_a_wordless_call_before_one_with_words_counts_as_a_contact(cast: Cast) -> None:
    silent, spoken, here = (opened(cast.handler) for _ in range(3))
    for incident in (spoken, here):
        say(cast.handler, incident, BRUISE)
    for incident in (silent, spoken, here):
        world.from_number(cast.handler, incident, "07700 900123")
    told = {one.code: one for one in known(cast.handler, here).together}
    assert told["often"].say.startswith(
        "Third contact from this number in 30 days; a child at risk was read in one of the two"
    )
    assert told["unseen"].say.startswith("A child is spoken of in two contacts"), "of the silent one nobody knows"
