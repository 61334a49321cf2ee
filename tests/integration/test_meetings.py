"""Meetings by a program: the same list, rules and sentences as on the pages."""

from __future__ import annotations

import hashlib

from goldthread.meetings.models import Minutes
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.supervision.test_irmm import late_child, on_duty


def test_a_meeting_from_call_to_minutes(cast: Cast, program: Programs) -> None:
    on_duty(cast.fim, cast.supervisor)
    incident = late_child(cast)
    chair, room = program(cast.fim), program(cast.supervisor)
    made = chair.post("/meetings", {"kind": "irmm", "because": "start"})
    assert made.status_code == 201
    at = f"/meetings/{made.json()['id']}"
    assert problem(chair.post("/meetings", {"kind": "irmm", "because": "mid"}), 409, "refused")
    whole = chair.get(at).json()
    (line,) = whole["lines"]
    assert whole["rest"] == {"number": 0, "reasons": []}
    assert (line["subject"], line["decided"]) == (str(incident.pk), 0)
    assert "late_child" in [one["code"] for one in line["reasons"]]
    lines = f"{at}/lines/{line['id']}/decisions"
    given = {"code": "hold", "seen": 0, "words": "Aunt is with her.", "owner": f"staff:{cast.supervisor.pk}"}
    assert problem(chair.post(lines, {**given, "words": ""}), 422, "invalid")
    assert room.post(lines, given).status_code == 403
    assert chair.post(lines, given).status_code == 201
    assert problem(chair.post(lines, given), 409, "stale")
    assert problem(chair.get(f"{at}/minutes"), 409, "refused")
    assert [chair.post(f"{at}/end").status_code for _ in range(2)] == [204, 204]
    minutes = chair.get(f"{at}/minutes").json()
    assert minutes["content"]["lines"][0]["decision"]["words"] == "Aunt is with her."
    assert minutes["sha256"] == hashlib.sha256(Minutes.objects.get().text.text.encode()).hexdigest()
    (owed,) = room.get("/meetings/actions").json()["rows"]
    assert owed["title"] == incident.reference
    done = f"/meetings/actions/{owed['id']}/done"
    assert problem(program(cast.far_supervisor).post(done, {"words": "Seen."}), 404, "not-there")
    assert room.post(done, {"words": "Seen."}).status_code == 204
    assert room.post(done, {"words": "Seen."}).status_code == 204, "the same again, since its answer was lost"
    assert problem(room.post(done, {"words": "Seen twice."}), 409, "stale")


def test_what_is_out_of_sight_says_nothing(cast: Cast, program: Programs) -> None:
    on_duty(cast.fim)
    late_child(cast)
    made = program(cast.fim).post("/meetings", {"kind": "irmm", "because": "other"}).json()["id"]
    (line,) = program(cast.far_supervisor).get(f"/meetings/{made}").json()["lines"]
    assert (line["subject"], line["title"], line["words"], line["reasons"]) == (None, "outside your sight", "", [])
    assert program(cast.pcc).get(f"/meetings/{made}").status_code == 403
    for person in (cast.handler, cast.silver):
        assert problem(program(person).get(f"/meetings/{made}"), 404, "not-there")


def test_whoever_joins_is_told_and_the_chair_is_taken_over(cast: Cast, program: Programs) -> None:
    on_duty(cast.fim, cast.supervisor)
    late_child(cast)
    chair, room = program(cast.fim), program(cast.supervisor)
    at = f"/meetings/{chair.post('/meetings', {'kind': 'irmm', 'because': 'start'}).json()['id']}"
    assert [room.post(f"{at}/join").status_code for _ in range(2)] == [204, 204]
    present = [(one["name"], one["part"]) for one in room.get(at).json()["present"]]
    assert present == [(cast.fim.name, "chair"), (cast.supervisor.name, "member")]
    assert room.post(f"{at}/chair").status_code == 403
    assert chair.post(f"{at}/leave").status_code == 204
    assert [one["part"] for one in room.get(at).json()["present"]] == ["member"]
    assert chair.post(f"{at}/chair").status_code == 204
    assert [room.post(f"{at}/leave").status_code for _ in range(2)] == [204, 204]
    assert [one["part"] for one in room.get(at).json()["present"]] == ["chair"]
    assert chair.post(f"{at}/end").status_code == 204
    assert problem(room.post(f"{at}/join"), 409, "stale")
    assert problem(program(cast.handler).post(f"{at}/join"), 404, "not-there")
