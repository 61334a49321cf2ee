"""The Known column: what was searched and what not, who lives there, the same matter, and who sees how much of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import actions as contact
from goldthread.contact import known_actions as known
from goldthread.contact.known import group_of, settled
from goldthread.contact.models import Incident
from goldthread.contact.people_models import Lookup, MatterLink, Person, Phone, Place, Residence
from goldthread.contact.rules import ChildGiven
from goldthread.desk.known import Known, state
from goldthread.desk.models import BoardRow
from tests import known_world as world
from tests.cast import Cast, ended, key, opened, say
from tests.desk.conftest import Home

Browser = Callable[[Staff | None], Client]
HX = {"HX-Request": "true"}


def shown(user: Staff, incident: Incident) -> Known:
    return Known(user, Incident.objects.get(pk=incident.pk), database_now(connection))


def consulted(user: Staff, verb: str) -> set[str]:
    events = AuditEvent.objects.filter(staff_id=user.pk, verb=verb)
    return {f"{kind} {number}" for event in events for kind, number in json.loads(event.subjects)}


def test_what_was_not_searched_says_so_and_never_none(cast: Cast, browser: Browser) -> None:
    incident = opened(cast.handler)
    found = shown(cast.handler, incident)
    assert [one.code for one in found.searched] == ["not_searched"] * 3
    page = browser(cast.handler).get(f"/incidents/{incident.pk}/known/", headers=HX).text
    assert page.count("not searched") == 3
    assert "no trace" not in page
    assert "No other" not in page


def test_each_outcome_is_on_record_with_time_and_person(cast: Cast, home: Home) -> None:
    incident = opened(cast.handler)
    known.search(cast.handler, incident.pk, key=key(), kind="place", typed="14 larch rd")
    known.search(cast.handler, incident.pk, key=key(), kind="person", typed="Nobody Whatsoever")
    known.search(cast.teammate, incident.pk, key=key(), kind="phone", typed="07700 900999")
    found = shown(cast.handler, incident)
    place, name, phone = (state(found, kind) for kind in ("place", "person", "phone"))
    assert (place.code, place.say, [one.name for one in place.choose]) == (
        "found", "searched: 1 found, none chosen", ["14 Larch Road"],
    )  # fmt: skip
    assert (name.code, name.typed, name.by) == ("none", "Nobody Whatsoever", cast.handler.initials)
    assert (phone.code, phone.by) == ("none", cast.teammate.initials)
    assert phone.cards[0].title == "07700 900999", "an unknown number stands on the record for the next contact from it"
    known.settle(cast.handler, incident.pk, key=key(), choice=place.choose[0].choice, typed="14 larch rd")
    assert state(shown(cast.handler, incident), "place").code == "settled"
    assert Lookup.objects.filter(incident=incident).count() == 4


def test_settling_makes_the_place_what_the_gazetteer_calls_it(cast: Cast, home: Home) -> None:
    incident = opened(cast.handler)
    contact.set_particular(cast.handler, incident.pk, key=key(), kind="location", text="14 lrach rd")
    world.settled_on(cast.handler, incident, home.place)
    incident.refresh_from_db()
    assert incident.location is not None
    assert incident.location.text == "14 Larch Road"


def test_the_card_says_who_lives_there_what_is_marked_and_as_of_when(cast: Cast, home: Home) -> None:
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place)
    (card,) = state(shown(cast.handler, incident), "place").cards
    assert [(one.name, one.age) for one in card.children] == [("Theo Fosberry", "3"), ("Mia Fosberry", "6")]
    assert {one.name for one in card.adults} == {"Shannon Fosberry", "Darren Thorogood"}
    assert [(one.name, one.about, one.overdue) for one in card.markers] == [
        ("Violence towards police", "Darren Thorogood", True),
        ("Dangerous dog", "", False),
    ]
    for one in [*card.children, *card.markers]:
        assert one.told.startswith(f"from {world.SOURCE}, as of ")
        assert one.told.endswith(", 20 days ago")


def test_a_person_of_unknown_age_counts_as_a_child_and_one_who_moved_out_does_not_count(cast: Cast) -> None:
    place = world.place(world.street("Larch Road"), "14")
    world.person("Sam Unknown", None, place)
    gone = world.person("Gone Girl", world.years_ago(9), place)
    Residence.objects.filter(person=gone).update(until=world.today() - timedelta(days=1))
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, place)
    (card,) = state(shown(cast.handler, incident), "place").cards
    assert [(one.name, one.age) for one in card.children] == [("Sam Unknown", "age not known")]


def test_repeat_contact_counts_twelve_months_and_tells_the_newest(cast: Cast, home: Home, browser: Browser) -> None:
    for _ in range(3):
        world.settled_on(cast.handler, ended(cast, opened(cast.handler)), home.place)
    incident = opened(cast.teammate)
    world.settled_on(cast.teammate, incident, home.place)
    (card,) = state(shown(cast.handler, incident), "place").cards
    assert card.repeat is not None
    assert (card.repeat.year, card.repeat.month, card.repeat.often) == (3, 3, True)
    newest = card.repeat.newest
    assert newest is not None
    assert (newest.grade, newest.open, newest.in_sight) == ("Priority", False, True)
    assert newest.result


def test_a_number_finds_earlier_contact_from_it_in_any_notation(cast: Cast) -> None:
    before = opened(cast.handler)
    world.from_number(cast.handler, before, "07700 900321")
    incident = opened(cast.handler)
    row = world.from_number(cast.handler, incident, "+44 (0)7700-900321")
    assert (row.outcome, row.found) == ("settled", 1)
    assert Phone.objects.filter(digits="+447700900321").count() == 1
    (card,) = state(shown(cast.handler, incident), "phone").cards
    assert card.repeat is not None
    assert card.repeat.year == 1
    assert card.repeat.open == 1
    assert card.repeat.newest is not None
    assert card.repeat.newest.id == before.pk


def test_asked_none_against_children_known_is_a_conflict_and_a_child_stays_possible(cast: Cast, home: Home) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "someone has parked across the drive")
    world.settled_on(cast.handler, incident, home.place)
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    incident.refresh_from_db()
    assert incident.child == "possible"
    conflict = shown(cast.handler, incident).conflict
    assert conflict is not None
    assert [one.name for one in conflict["children"]] == ["Theo Fosberry", "Mia Fosberry"]
    say(cast.handler, incident, "it is a blue van")
    incident.refresh_from_db()
    assert incident.child == "possible"


def test_an_answer_given_before_the_address_was_settled_is_weighed_again(cast: Cast, home: Home) -> None:
    incident = opened(cast.handler)
    say(cast.handler, incident, "someone has parked across the drive")
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    incident.refresh_from_db()
    assert incident.child == "none"
    world.settled_on(cast.handler, incident, home.place)
    incident.refresh_from_db()
    assert incident.child == "possible"
    known.withdraw(cast.handler, incident.pk, key=key(), choice=f"place-{home.place.pk}")
    incident.refresh_from_db()
    assert incident.child == "none"
    assert BoardRow.objects.get(incident=incident).child_rank == 2


def test_where_no_child_is_known_asked_none_is_no_conflict(cast: Cast) -> None:
    place = world.place(world.street("Larch Road"), "15")
    world.person("Old Tom", world.years_ago(71), place)
    incident = opened(cast.handler)
    say(cast.handler, incident, "someone has parked across the drive")
    world.settled_on(cast.handler, incident, place)
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    incident.refresh_from_db()
    assert incident.child == "none"
    assert shown(cast.handler, incident).conflict is None


def test_out_of_sight_incidents_show_date_grade_and_whose_and_no_word(cast: Cast, home: Home, browser: Browser) -> None:
    other = opened(cast.stranger)
    say(cast.stranger, other, "he has a machete and the girls are hiding")
    world.settled_on(cast.stranger, ended(cast, other), home.place)
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place)
    page = browser(cast.handler).get(f"/incidents/{incident.pk}/known/", headers=HX).text
    assert "another team" in page
    assert "Priority" in page
    for word in (other.reference, "machete", "attended"):
        assert word not in page
    assert f"incident {other.pk}" in consulted(cast.handler, "known.see"), "what was told of it is on record too"


def test_what_was_shown_and_what_was_settled_is_audited_by_identity_and_no_word_is(
    cast: Cast, home: Home, browser: Browser
) -> None:
    incident = opened(cast.handler)
    client = browser(cast.handler)
    for typed in ("lar", "larch", "shan"):
        client.post(f"/incidents/{incident.pk}/known/suggest", {"kind": "place", "typed": typed}, headers=HX)
    assert not AuditEvent.objects.filter(verb__startswith="known.").exists(), "what is typed on the way is not logged"
    answer = client.post(
        f"/incidents/{incident.pk}/known/settle", {"key": key(), "choice": f"place-{home.place.pk}"}, headers=HX
    )
    assert answer.status_code == 200
    assert f"place {home.place.pk}" in consulted(cast.handler, "known.settle")
    told = consulted(cast.handler, "known.see")
    people = {f"person {pk}" for pk in Person.objects.values_list("pk", flat=True)}
    assert told >= people | {f"place {home.place.pk}", f"incident {incident.pk}"}
    assert sum(one.startswith("marker ") for one in told) == 2
    log = " ".join(f"{one.subjects} {one.detail} {one.reason}" for one in AuditEvent.objects.all())
    for word in ("Larch", "Fosberry", "Mia", "07700", "chair"):
        assert word not in log


def test_one_of_three_addresses_is_chosen_from_the_column(cast: Cast, browser: Browser) -> None:
    for area in ("North", "East", "South"):
        world.place(world.street("Chapel Street", area), "7")
    incident = opened(cast.handler)
    client = browser(cast.handler)
    page = client.post(
        f"/incidents/{incident.pk}/known/search", {"key": key(), "kind": "place", "typed": "7 chapel st"}, headers=HX
    ).text
    assert "3 found" in page
    for area in ("North", "East", "South"):
        assert f"7 Chapel Street, {area}" in page
    south = Place.objects.get(street__area="South")
    client.post(f"/incidents/{incident.pk}/known/settle", {"key": key(), "choice": f"place-{south.pk}"}, headers=HX)
    incident.refresh_from_db()
    assert settled(incident).place == south


def test_same_matter_ranks_open_before_closed_and_says_why(cast: Cast, home: Home) -> None:
    done, still = ended(cast, opened(cast.handler)), opened(cast.handler)
    for one in (done, still):
        world.settled_on(cast.handler, one, home.place)
    world.from_number(cast.handler, still, "07700 900417")
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place, home.mother)
    world.from_number(cast.handler, incident, "07700 900417")
    first, second = shown(cast.handler, incident).matters
    assert (first.id, first.open, first.why) == (still.pk, True, "same place, same number")
    assert (second.id, second.open, second.why) == (done.pk, False, "same place")


def test_one_key_links_opens_a_closed_one_again_and_shares_the_risk(cast: Cast, home: Home, browser: Browser) -> None:
    done = opened(cast.stranger)
    say(cast.stranger, done, "kids crying upstairs then gone quiet, not seen mum since saturday")
    child = ChildGiven(str(uuid.uuid4()), "Mia", 6, False, "upstairs", "neighbour", "not_seen")
    contact.answer_children(cast.stranger, done.pk, key=key(), answer="named", given=[child])
    world.settled_on(cast.stranger, ended(cast, done), home.place)
    assert not Incident.objects.visible_to(cast.handler).filter(pk=done.pk).exists()
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place)
    sent = {"key": key(), "other": done.pk}
    page = browser(cast.handler).post(f"/incidents/{incident.pk}/known/link", sent, headers=HX).text
    done.refresh_from_db()
    assert done.is_open
    assert done.owner == cast.handler
    assert BoardRow.objects.filter(incident=done).exists()
    assert "Linked" in page
    assert "Mia, 6" in page
    assert "gone quiet" in page
    assert {f"incident {done.pk}", f"incident {incident.pk}"} <= consulted(cast.handler, "incident.link")
    assert AuditEvent.objects.get(verb="incident.link").duty == "combination"
    for one, other in ((incident, done), (done, incident)):
        assert one.entries.filter(code="incident.linked", data__incident=str(other.pk)).count() == 1
    again = browser(cast.handler).post(f"/incidents/{incident.pk}/known/link", sent, headers=HX)
    assert again.status_code == 200, "a retry acts once"
    assert MatterLink.objects.count() == 1


def test_links_reach_over_several_and_can_be_taken_back(cast: Cast) -> None:
    one, two, three = (opened(cast.handler) for _ in range(3))
    known.link(cast.handler, one.pk, key=key(), other_id=two.pk)
    known.link(cast.handler, three.pk, key=key(), other_id=two.pk)
    assert set(group_of(one)) == {two.pk, three.pk}
    with pytest.raises(Refused, match="linked already"):
        known.link(cast.handler, two.pk, key=key(), other_id=one.pk)
    known.unlink(cast.handler, two.pk, key=key(), other_id=one.pk)
    assert group_of(one) == []
    assert group_of(two) == [three.pk]
    assert MatterLink.objects.count() == 3
    known.link(cast.handler, one.pk, key=key(), other_id=two.pk)
    assert set(group_of(three)) == {one.pk, two.pk}


def test_an_incident_that_shares_nothing_and_is_out_of_sight_cannot_be_linked(cast: Cast, home: Home) -> None:
    done = ended(cast, opened(cast.stranger))
    incident = opened(cast.handler)
    for other in (done.pk, uuid.uuid4()):
        with pytest.raises(NotThere):
            known.link(cast.handler, incident.pk, key=key(), other_id=other)
    with pytest.raises(Invalid, match="same incident"):
        known.link(cast.handler, incident.pk, key=key(), other_id=incident.pk)
    done.refresh_from_db()
    assert not done.is_open


def test_a_new_person_is_found_the_next_time(cast: Cast, home: Home, browser: Browser) -> None:
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home.place)
    sent = {
        "key": key(),
        "person": "Orla Fenwick",
        "born": world.years_ago(12).strftime("%d/%m/%Y"),
        "lives_here": "on",
    }
    assert browser(cast.handler).post(f"/incidents/{incident.pk}/known/person", sent, headers=HX).status_code == 200
    found = shown(cast.handler, incident)
    assert [one.title for one in state(found, "person").cards] == ["Orla Fenwick"]
    assert "Orla Fenwick" in [one.name for one in state(found, "place").cards[0].children]
    assert state(found, "person").cards[0].told.startswith("recorded on a call, ")
    later = opened(cast.teammate)
    row = known.search(cast.teammate, later.pk, key=key(), kind="person", typed="orla fenwik")
    assert row.found == 1
