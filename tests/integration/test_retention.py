"""Retention by a program: the same list, rules and two people as on its pages."""

from __future__ import annotations

from goldthread.audit.models import AuditEvent, Payload
from goldthread.retention.models import RetentionDecision
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.retention.scenes import SAID, WHY, due, job, second, with_child, without_child, years


def test_a_program_of_the_auditor_lists_keeps_and_erases_with_another(cast: Cast, program: Programs) -> None:
    child, other = with_child(cast), without_child(cast)
    years(10)
    job()
    first, approver = program(cast.auditor), program(second(cast))
    rows = first.get("/retention").json()["reviews"]
    assert [one["incident"] for one in rows] == [str(other.pk), str(child.pk)]
    assert (rows[1]["group"], rows[0]["because"], rows[0]["late"]) == ("Public protection", [], True)
    at, held = f"/retention/{other.pk}", f"/retention/{child.pk}"
    refused = problem(first.post(f"{held}/erasures", {"rationale": WHY}), 409, "refused")["detail"]
    assert refused in " ".join(first.get(held).json()["against"])
    assert problem(first.post(f"{held}/keeping", {"rationale": WHY, "next_on": "2020-01-01"}), 422, "invalid")
    assert first.post(f"{held}/keeping", {"rationale": WHY}).status_code == 201
    made = first.post(f"{at}/erasures", {"rationale": "Nothing needs it any more."}).json()["id"]
    (row,) = approver.get("/retention", {"show": "proposed"}).json()["reviews"]
    assert row["state"] == "proposed"
    answer = f"{at}/erasures/{made}/answer"
    assert problem(first.post(answer, {"approve": True}), 409, "refused")
    assert problem(approver.post(answer, {"approve": False}), 422, "invalid")
    assert SAID in {one["text"] for one in approver.get(at).json()["said"]}
    assert approver.post(answer, {"approve": True}).status_code == 204
    assert problem(approver.post(answer, {"approve": True}), 409, "stale")
    told = approver.get(at).json()
    assert (told["state"], told["texts"], told["decisions"][0]["answer"]) == ("erased", 0, "approved")
    assert all("retention schedule" in one["text"] for one in told["said"])
    assert Payload.objects.filter(text=SAID).count() == 1, "the child's stays"
    assert AuditEvent.objects.filter(verb="retention.see", duty="consultation").exists()


def test_nobody_elses_program_reaches_it(cast: Cast, program: Programs) -> None:
    review = due(cast)
    for name, user in cast.everybody().items():
        client, at = program(user), f"/retention/{review.incident_id}"
        if name != "auditor":
            told = [client.get("/retention"), client.get(at), client.post(f"{at}/keeping", {"rationale": WHY})]
            assert {one.status_code for one in told} == {403}, name
    assert not RetentionDecision.objects.exists()
    assert problem(program(cast.auditor).get(f"/retention/{without_child(cast).pk}"), 404, "not-there")
