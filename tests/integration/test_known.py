"""What is known, through the API: told with its source, never *none* where nobody looked, and sight as on the page."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.contact import actions as contact
from goldthread.contact import known_actions
from goldthread.contact.models import Incident
from goldthread.contact.people_models import Lookup, Place
from tests import known_world as world
from tests.cast import Cast, attended, closed, graded, key, opened, say
from tests.integration.conftest import Program, Programs, problem


@pytest.fixture
def home(cast: Cast) -> Place:
    place = world.place(world.street("Larch Road"), "14")
    world.person("Mia Fosberry", world.years_ago(6), place)
    world.person("Sam Fosberry", None, place)
    adult = world.person("Darren Thorogood", world.years_ago(34), place, "07700 900123")
    world.marker(adult, "violence-to-police", "Threatened officers.", review_in=-10)
    return place


def known(asking: Program, incident: Incident) -> dict[str, Any]:
    answer = asking.get(f"/incidents/{incident.pk}/known")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return {**found, **{one["kind"]: one for one in found["searched"]}}


def ended(cast: Cast, incident: Incident) -> Incident:
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    return incident


def test_not_searched_is_told_apart_from_none(cast: Cast, program: Programs, home: Place) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    before = known(asking, incident)
    assert [before[kind]["state"] for kind in ("place", "phone", "person")] == ["not_searched"] * 3
    assert (before["place"]["at"], before["compared"], before["matters"]) == (None, False, [])
    made = asking.post(f"/incidents/{incident.pk}/known/searches", {"kind": "person", "typed": "Zebedee Quill"})
    assert (made.status_code, made.json()) == (201, {"kind": "person", "state": "none", "found": 0})
    after = known(asking, incident)
    assert (after["person"]["state"], after["person"]["typed"]) == ("none", "Zebedee Quill")
    assert after["person"]["at"]
    assert after["place"]["state"] == "not_searched"


def test_what_is_found_is_offered_and_a_number_stands_at_once(cast: Cast, program: Programs, home: Place) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    at = f"/incidents/{incident.pk}/known/searches"
    assert asking.post(at, {"kind": "place", "typed": "14 lrach rd"}).json()["state"] == "found"
    assert asking.post(at, {"kind": "phone", "typed": "07700 900 123"}).json()["state"] == "settled"
    found = known(asking, incident)
    assert [(one["choice"], one["name"]) for one in found["place"]["choose"]] == [(f"place-{home.pk}", "14 Larch Road")]
    assert found["place"]["choose"][0]["source"] == world.SOURCE
    (card,) = found["phone"]["cards"]
    assert (card["title"], card["lives"], [one["name"] for one in card["adults"]]) == (
        "07700 900123", False, ["Darren Thorogood"],
    )  # fmt: skip
    assert found["compared"] is True


def test_each_item_has_its_source_and_as_of_when(cast: Cast, program: Programs, home: Place) -> None:
    incident, asking = opened(cast.handler), program(cast.handler)
    contact.answer_children(cast.handler, incident.pk, key=key(), answer="asked_none", given=[])
    world.settled_on(cast.handler, incident, home)
    found = known(asking, incident)
    (card,) = found["place"]["cards"]
    assert {(one["name"], one["age"], one["child"]) for one in [*card["children"], *card["adults"]]} == {
        ("Mia Fosberry", 6, True), ("Sam Fosberry", None, True), ("Darren Thorogood", 34, False),
    }  # fmt: skip
    (marker,) = card["markers"]
    assert (marker["about"], marker["words"], marker["overdue"]) == ("Darren Thorogood", "Threatened officers.", True)
    assert marker["review_on"] < world.today().isoformat()
    for one in (card, marker, *card["children"], *card["adults"]):
        assert one["source"] == world.SOURCE
        assert datetime.fromisoformat(one["as_of"]).date() == home.as_of.date()
    assert found["conflict"]["answer"] == "asked_none"
    assert {one["name"] for one in found["conflict"]["children"]} == {"Mia Fosberry", "Sam Fosberry"}


def test_an_incident_out_of_sight_tells_when_grade_and_whose_and_no_word(
    cast: Cast, program: Programs, home: Place
) -> None:
    other = opened(cast.stranger)
    say(cast.stranger, other, "he took the keys again")
    world.settled_on(cast.stranger, other, home)
    ended(cast, other)
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home)
    hidden = known(program(cast.supervisor), incident)
    (matter,) = hidden["matters"]
    assert (matter["in_sight"], matter["grade"], matter["open"]) == (False, "Priority", False)
    assert matter["whose"] == "another team"
    assert (matter["id"], matter["reference"], matter["child"], matter["words"]) == (None, None, None, "")
    assert "keys" not in json.dumps(hidden)
    assert other.reference not in json.dumps(hidden)
    assert hidden["place"]["cards"][0]["repeat"]["newest"]["reference"] is None


def test_a_linked_incident_brings_its_children_and_its_words(cast: Cast, program: Programs) -> None:
    incident, other, asking = opened(cast.handler), opened(cast.teammate), program(cast.handler)
    say(cast.teammate, other, "shouting next door, kids crying, he has a knife")
    child = {"name": "Mia", "age": 4, "age_estimated": True, "seen": "not_seen", "last_seen_when": "since sat"}
    asking.post(f"/incidents/{other.pk}/children", {"answer": "named", "children": [child]})
    known_actions.link(cast.handler, incident.pk, key=key(), other_id=other.pk)
    (linked,) = known(asking, incident)["linked"]
    assert linked["incident"]["reference"] == other.reference
    assert [(one["name"], one["age"], one["seen"]) for one in linked["children"]] == [("Mia", "about 4", "not_seen")]
    assert linked["children"][0]["last_seen_by"] == "since sat"
    assert "has a knife" in {one["quote"] for one in linked["quotes"]}


def test_what_is_shown_is_on_record(cast: Cast, program: Programs, home: Place) -> None:
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, home)
    known(program(cast.handler), incident)
    event = AuditEvent.objects.get(verb="known.see")
    assert (event.duty, event.staff_id) == ("consultation", cast.handler.pk)
    subjects = {tuple(map(str, one)) for one in json.loads(event.subjects)}
    assert {("incident", str(incident.pk)), ("place", str(home.pk))} <= subjects
    assert {sort for sort, _ in subjects} == {"incident", "place", "person", "marker"}


def test_a_search_sent_twice_is_one(cast: Cast, program: Programs, home: Place) -> None:
    incident, asking, used = opened(cast.handler), program(cast.handler), key()
    body = {"kind": "place", "typed": "14 Larch Road"}
    first, again = (asking.post(f"/incidents/{incident.pk}/known/searches", body, key=used) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert Lookup.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "code", "field", "says"),
    [
        ({"kind": "vehicle"}, "not-as-described", "kind", "This is"),
        ({"typed": "ab"}, "invalid", "typed", "at least three"),
        ({"kind": "phone", "typed": "no digits"}, "invalid", "typed", "no telephone number"),
        ({"kind": "person", "typed": "x" * 150}, "invalid", "typed", "at most 120"),
        ({"typed": "x" * 201}, "not-as-described", "typed", "At most 200"),
        ({"typed": "\x00\x00\x00\x00"}, "invalid", "typed", "at least three"),
    ],
)
def test_a_search_that_cannot_be_made(
    cast: Cast, program: Programs, given: dict[str, Any], code: str, field: str, says: str
) -> None:
    at = f"/incidents/{opened(cast.handler).pk}/known/searches"
    body = {"kind": "place", "typed": "14 Larch Road", **given}
    assert says in problem(program(cast.handler).post(at, body), 422, code)["errors"][field]
    assert not Lookup.objects.exists()


def test_strangers_see_and_search_nothing(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    at, body = f"/incidents/{incident.pk}/known", {"kind": "place", "typed": "14 Larch Road"}
    for one in (cast.far_dispatcher, cast.far_supervisor):
        problem(program(one).get(at), 404, "not-there")
        problem(program(one).post(f"{at}/searches", body), 404, "not-there")
    problem(program(cast.officer).get(at), 404, "not-there")
    problem(program(cast.officer).post(f"{at}/searches", body), 403, "not-permitted")
    problem(program(cast.pcc).get(at), 403, "not-permitted")
    ended(cast, incident)
    assert program(cast.officer).get(at).status_code == 200
    problem(program(cast.stranger).get(at), 404, "not-there")
    assert not Lookup.objects.exists()
