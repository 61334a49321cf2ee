"""Police protection and missing children by a program: the same records, rules and sentences as on the pages."""

from __future__ import annotations

import uuid
from typing import Any

from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.safeguarding.test_protection import EDEN, now, with_eden


def test_a_protection_is_recorded_added_to_met_about_and_ended(cast: Cast, program: Programs) -> None:
    incident, client = with_eden(cast), program(cast.vast)
    at, taking = f"/incidents/{incident.pk}/protections", {"child": str(EDEN), "taken_at": now().isoformat()}
    assert problem(client.post(at, {"child": str(EDEN)}), 422, "invalid")
    own = uuid.uuid4()
    first, again = (client.post(at, taking, key=own) for _ in range(2))
    assert first.status_code == 201
    assert again.json() == first.json()
    assert problem(client.post(at, taking), 409, "refused")
    here = f"/protections/{first.json()['id']}"
    assert client.post(f"{here}/facts", {"initiating": "officer"}).status_code == 204
    assert problem(client.post(f"{here}/facts", {"designated": "officer"}), 422, "invalid")
    meeting = {"kind": "strategy", "outcome": "enquiry", "who": "N. Hale", "held_at": now().isoformat()}
    assert client.post(f"/incidents/{incident.pk}/children/{EDEN}/meetings", meeting).status_code == 204
    read = client.get(here).json()
    assert (read["state"], read["texts"], len(read["owed"])) == ("running", {"initiating": "officer"}, 7)
    assert [one["outcome"] for one in read["meetings"]] == ["Section 47 enquiry"]
    assert client.post(f"{here}/ending", {"how": "order"}).status_code == 204
    (row,) = client.get("/protections").json()["rows"]
    assert row["state"] == "ended"
    for stranger in (cast.stranger, cast.pcc):
        assert program(stranger).get(here).status_code == 403
    assert problem(program(cast.far_supervisor).get(here), 404, "not-there")
    assert problem(program(cast.far_supervisor).post(f"{here}/facts", {"reason": "Alone."}), 404, "not-there")


def test_a_missing_child_is_recorded_seen_graded_agreed_back_and_interviewed(cast: Cast, program: Programs) -> None:
    incident, client = with_eden(cast), program(cast.supervisor)
    made = client.post(
        f"/incidents/{incident.pk}/missing", {"child": str(EDEN), "went_from": "care_home", "place": "The Beeches"}
    )
    assert made.status_code == 201
    here = f"/missing/{made.json()['id']}"

    def sent(part: str, status: int = 204, by: Any = client, **given: Any) -> None:
        assert by.post(f"{here}/{part}", given).status_code == status, part

    sent("sightings", seen_at=now().isoformat(), words="At the fair, by a friend.")
    (sighting,) = client.get(here).json()["sightings"]
    sent(f"sightings/{sighting['id']}/withdrawal", why="It was another child.")
    assert client.get(here).json()["sightings"] == [{**sighting, "withdrawn": "It was another child."}]
    sent("assessments", 422, risk="low", version=1)
    sent("assessments", 409, risk="high", version=2)
    sent("assessments", risk="low", version=1, words="Seen on a call with her sister.")
    assert client.get(here).json()["waits"] is True
    sent("agreement", 409, approve=True, version=2)
    sent("agreement", 409, by=program(cast.fim), approve=True, version=1)
    sent("agreement", by=program(cast.fim), approve=True, version=2)
    sent("interviews", 409, kind="return", outcome="offered", who="The council")
    sent("return", found_by="police", condition="Cold, unhurt.")
    sent("interviews", kind="return", outcome="offered", who="The council")
    sent("interviews", kind="prevention", outcome="done", how="face", who="4417", words="I was at the fair.")
    read = client.get(here).json()
    assert (read["risk"], len(read["assessments"]), len(read["interviews"]), read["others"]) == ("low", 3, 2, [])
    assert client.get("/missing").json()["rows"] == []
    (place,) = client.get("/missing/places").json()["rows"]
    assert (place["name"], place["care"], place["episodes"]) == ("The Beeches", True, 1)
    assert program(cast.pcc).get(here).status_code == 403
    assert problem(program(cast.far_supervisor).get(here), 404, "not-there")
