"""Quality by a program: the same draw, blind record and score as on its pages."""

from __future__ import annotations

from datetime import timedelta

from goldthread.audit.models import AuditEvent
from goldthread.quality.models import QualityRound, QualityScore
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.quality.rate_scenes import NO, YES, drawn
from tests.quality.scenes import SAID, all_of, day_of, lead, round_of, second
from tests.quality.test_feedback import scored
from tests.response.test_alarms import later
from tests.retention.scenes import without_child


def test_a_program_of_the_lead_draws_and_an_assessors_takes_reads_and_scores(cast: Cast, program: Programs) -> None:
    incident = without_child(cast)
    later(timedelta(days=2))
    leads, scores = program(lead(cast)), program(cast.qa)
    day = day_of(incident).isoformat()
    wrong = {"since": day, "until": day, "numbers": {"downgraded": 3}}
    assert problem(leads.post("/quality/rounds", wrong), 422, "invalid")
    assert leads.post("/quality/rounds", {**wrong, "numbers": {"asked_none": 3}}).status_code == 201
    (told,) = leads.get("/quality/rounds").json()["rounds"]
    assert (told["records"], told["tasks"], told["scored"]) == (1, 2, 0)
    assert {"code": "asked_none", "name": "Asked: none", "population": 1, "drawn": 1, "scored": 0} in told["strata"]
    number = scores.post("/quality/records", {}).json()["id"]
    at = f"/quality/records/{number}"
    shown = scores.get(at).json()
    assert SAID in {one["words"] for one in shown["lines"]}
    assert cast.handler.name not in str(shown)
    assert [one["code"] for one in shown["questions"]] == list(all_of("yes"))
    assert problem(scores.post(f"{at}/score", {"answers": {"voice": "yes"}}), 422, "invalid")
    assert scores.post(f"{at}/back", {}).status_code == 204
    number = scores.post("/quality/records", {}).json()["id"]
    at = f"/quality/records/{number}"
    assert scores.post(f"{at}/score", {"answers": all_of("yes")}).json()["result"] == "good"
    assert problem(scores.post(f"{at}/score", {"answers": all_of("no")}), 409, "stale")
    assert scores.get(at).json()["score"]["result"] == "good"
    (row,) = scores.get("/quality/records").json()["records"]
    assert (row["reference"], row["result"]) == (incident.reference, "good")
    assert problem(program(second(cast)).get(at), 404, "not-there")
    assert QualityScore.objects.count() == 1


def test_nobody_elses_program_reaches_it(cast: Cast, program: Programs) -> None:
    made = round_of(cast, [without_child(cast)])
    given = {"since": made.since.isoformat(), "until": made.until.isoformat(), "numbers": {"asked_none": 1}}
    for name, user in cast.everybody().items():
        client = program(user)
        told = [client.get("/quality/rounds"), client.post("/quality/rounds", given)]
        assert {one.status_code for one in told} == {403}, name
        if name != "qa":
            told = [
                client.get("/quality/records"),
                client.get("/quality/records/1"),
                client.post("/quality/records", {}),
            ]
            assert {one.status_code for one in told} == {403}, name
    assert QualityRound.objects.count() == 1


def test_rates_are_told_to_those_who_answer_for_them_and_to_nobody_outside(cast: Cast, program: Programs) -> None:
    made = drawn(cast, {"child": (9, [YES] * 4), "delayed": (10, [NO] * 5), "rest": (90, [YES] * 6)})
    at = f"/quality/rounds/{made.pk}/rates"
    told = program(cast.silver).get(at).json()
    rows = {one["code"]: one for one in told["rates"]}
    assert (told["scored"], told["agreement"], rows["good"]["strata"]["child"]) == (15, None, None)
    assert rows["good"]["whole"]["n"] == 15
    assert AuditEvent.objects.filter(verb="quality.rates", duty="consultation", staff_id=cast.silver.pk).exists()
    for user in (cast.pcc, cast.qa, cast.supervisor, cast.handler):
        assert program(user).get(at).status_code == 403
    assert problem(program(cast.silver).get(f"/quality/rounds/{made.pk + 1}/rates"), 404, "not-there")


def test_programs_answer_feedback_and_disputes(cast: Cast, program: Programs) -> None:
    found = scored(cast)
    handler, leads = program(cast.handler), program(lead(cast))
    (told,) = handler.get("/quality/feedback").json()["feedback"]
    assert (told["id"], told["reply"], told["score"]["result"]) == (found.pk, "", "inadequate")
    at = f"/quality/feedback/{found.pk}/reply"
    assert problem(handler.post(at, {"reply": "disputes"}), 422, "invalid")
    assert problem(program(cast.teammate).post(at, {"reply": "agrees"}), 404, "not-there")
    assert handler.post(at, {"reply": "disputes", "words": "Line 4."}).status_code == 201
    assert problem(handler.post(at, {"reply": "agrees"}), 409, "stale")
    (told,) = leads.get("/quality/disputes").json()["feedback"]
    assert (told["reply_words"], told["ruling"]) == ("Line 4.", "")
    ruling = f"/quality/disputes/{found.pk}/ruling"
    assert program(cast.silver).post(ruling, {"ruling": "stands", "words": "No."}).status_code == 403
    assert leads.post(ruling, {"ruling": "stands", "words": "It does not."}).status_code == 201
    assert handler.get("/quality/feedback").json()["feedback"][0]["ruling_words"] == "It does not."
