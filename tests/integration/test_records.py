"""Extracts through the API: loaded, read back, refused; and restricted warnings."""

from __future__ import annotations

from typing import Any

import pytest

from goldthread.accounts.models import Staff
from goldthread.contact.people_models import Marker, Person
from tests import known_world as world
from tests.cast import Cast, opened
from tests.integration.conftest import Programs, problem

pytestmark = pytest.mark.django_db


@pytest.fixture
def integrator(cast: Cast) -> Staff:
    made = Staff(username="integrator", name="Ines Amber", role="integrator", team=cast.handler.team, password="x")
    made.save()
    return made


def given(**other: Any) -> dict[str, Any]:
    csv = "key,name,born\nN1,Orla Fenwick,2014-05-02\nN2,,\n"
    return {"csv": csv, "kind": "people", "source": "RMS", "as_of": "2025-11-03T14:02:00Z", **other}


def test_an_extract_is_loaded_read_back_and_sent_again_without_harm(integrator: Staff, program: Programs) -> None:
    asking = program(integrator)
    made = asking.post("/records/loads", given())
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["added"], told["refused"], told["outcome"], told["by"], told["name"]) == (
        1,
        1,
        "done",
        "Ines Amber",
        "extract.csv",
    )
    again = asking.post("/records/loads", given()).json()
    assert (again["added"], again["same"], Person.objects.count()) == (0, 1, 1)
    read = asking.get(f"/records/loads/{told['id']}").json()
    assert read["refusals"] == [{"line": 3, "why": "It has no name."}]
    listed = asking.get("/records/loads").json()
    assert (listed["total"], [one["id"] for one in listed["loads"]]) == (2, [again["id"], told["id"]])


def test_what_cannot_be_loaded_is_refused_with_a_sentence(integrator: Staff, program: Programs) -> None:
    asking = program(integrator)
    refused = problem(asking.post("/records/loads", given(csv="key,born\nN1,2014-05-02\n")), 409, "refused")
    assert refused["detail"].startswith("There is no column name.")
    wrong = problem(asking.post("/records/loads", given(source="<b>")), 422, "invalid")
    assert set(wrong["errors"]) == {"source"}
    problem(asking.post("/records/loads", given(kind="cats")), 422, "not-as-described")
    problem(asking.post("/records/loads", given(as_of="2025-11-03T14:02:00")), 422, "not-as-described")
    problem(asking.get("/records/loads/999999"), 404, "not-there")
    assert not Person.objects.exists()


def test_others_are_refused(cast: Cast, integrator: Staff, program: Programs) -> None:
    for user in (cast.handler, cast.stranger, cast.pcc, cast.fim):
        assert program(user).post("/records/loads", given()).status_code == 403
        assert program(user).get("/records/loads").status_code == 403
    for user in (cast.handler, cast.supervisor, cast.pcc, integrator):
        assert program(user).get("/records/restricted").status_code == 403
    assert program(None).get("/records/loads").status_code == 401
    assert not Person.objects.exists()


def test_a_restricted_warning_is_told_in_full_to_some_and_unworded_to_others(cast: Cast, program: Programs) -> None:
    place = world.place(world.street("Larch Road"), "14")
    Marker.objects.filter(pk=world.marker(place, "weapon", "Keeps a crossbow.", review_in=9).pk).update(restricted=True)
    (listed,) = program(cast.fim).get("/records/restricted").json()["markers"]
    assert (listed["words"], listed["on"], listed["sort"], listed["old"]) == (
        "Keeps a crossbow.",
        "14 Larch Road",
        "marker",
        False,
    )
    incident = opened(cast.handler)
    world.settled_on(cast.handler, incident, place)
    cards = {}
    for user in (cast.handler, cast.fim):
        found = program(user).get(f"/incidents/{incident.pk}/known").json()
        cards[user.role] = next(one for one in found["searched"] if one["kind"] == "place")["cards"][0]
    assert (cards["call_handler"]["markers"], "Ring the intelligence desk" in cards["call_handler"]["warning"]) == (
        [],
        True,
    )
    assert (cards["fim"]["markers"][0]["words"], cards["fim"]["warning"]) == ("Keeps a crossbow.", "")
    assert (cards["fim"]["source"], cards["fim"]["old"], cards["fim"]["ended_at"]) == (world.SOURCE, False, None)
