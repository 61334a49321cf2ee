"""The improvement plan by a program: what its pages do, by the same rules, and for nobody else."""

from __future__ import annotations

import base64
from datetime import timedelta

from goldthread.audit.models import AuditEvent
from goldthread.improvement.models import PlanAction
from tests.cast import Cast, key
from tests.improvement.scenes import CODE, NAME, board, confirming, gold, keeper, liaison, today, weeks
from tests.improvement.test_plan import FILE
from tests.integration.conftest import Program, Programs, problem
from tests.response.test_alarms import later

PDF = base64.b64encode(b"%PDF-1.7 the register").decode()


def made(client: Program, at: str, body: object = None) -> int:
    answer = client.post(at, body)
    assert answer.status_code == 201, answer.content
    number: int = answer.json()["id"]
    return number


def report(client: Program, number: int = 2) -> int:
    given = {"name": NAME, "source": "The inspectorate", "kind": "inspection", "published_on": today().isoformat()}
    return made(client, "/plan/reports", {**given, "recommendations": number})


def test_a_program_keeps_the_plan_and_another_signs(cast: Cast, program: Programs) -> None:
    weeks(90)
    keeps, owns, boards = program(keeper(cast)), program(gold(cast)), program(board(cast))
    of, same = report(keeps), key()
    twice = {keeps.post(f"/plan/reports/{of}/recommendations", {"number": 3}, key=same).status_code for _ in range(2)}
    assert twice == {201}
    assert problem(keeps.post(f"/plan/reports/{of}/recommendations", {"number": 3}), 422, "invalid")
    (shown,) = keeps.get("/plan").json()["reports"]
    number = shown["recommendations"][0]["id"]
    assert [each["text"] for each in shown["recommendations"]] == [None] * 3
    at, day = f"/plan/recommendations/{number}", today().isoformat()
    for command, given in (
        ("text", {"words": "Ask of every child."}), ("due", {"due_on": day}), ("owner", {"owner": gold(cast).pk}),
        ("figure", {"code": CODE, "target": 0.8, "good": "up", "held": 1, "periods": 1}),
        ("confirmation", {"round": confirming(cast).pk, "rate": "good"}),
    ):  # fmt: skip
        made(keeps, f"{at}/{command}", given)
    made(owns, f"{at}/view", {"rag": "green", "words": "It holds."})
    assert problem(boards.post(f"{at}/board"), 409, "refused")
    made(owns, f"{at}/signature")
    assert problem(owns.post(f"{at}/board"), 409, "refused")
    made(boards, f"{at}/board")
    made(keeps, f"{at}/submission", {"day": day})
    later(timedelta(days=7))
    weeks(50)
    found = keeps.get(at).json()
    assert (found["state"]["why"], found["state"]["share"], found["figure"]["values"][-1]["share"]) == (
        "fell_back",
        0.5,
        0.5,
    )
    assert [each["state"] for each in found["states"]] == ["progress", "believed", "submitted", "progress"]
    assert found["texts"][0]["words"] == "Ask of every child."
    assert problem(keeps.post(f"{at}/closing", {"day": day, "reference": " "}), 422, "invalid")
    made(keeps, f"{at}/closing", {"day": day, "reference": "AB/1"})
    made(keeps, f"{at}/reopening", {"words": "Too soon."})
    then = keeps.get("/plan", {"as_at": (today() - timedelta(days=7)).isoformat()}).json()
    assert (then["past"], then["reports"][0]["recommendations"][0]["state"]["state"]) == (True, "submitted")
    assert AuditEvent.objects.filter(verb="plan.see", duty="consultation", staff_id=keeper(cast).pk).exists()


def test_a_program_enters_actions_milestones_evidence_and_files(cast: Cast, program: Programs) -> None:
    keeps, owns, reads = program(keeper(cast)), program(gold(cast)), program(liaison(cast))
    of = report(keeps)
    number = keeps.get("/plan").json()["reports"][0]["recommendations"][0]["id"]
    at, day = f"/plan/recommendations/{number}", today().isoformat()
    action = made(keeps, f"{at}/actions", {"words": "Train every desk.", "owner": gold(cast).pk})
    other = made(keeps, f"{at}/actions", {"words": "Write the course."})
    made(keeps, f"/plan/actions/{action}/needs", {"other": "1.2"})
    assert problem(keeps.post(f"/plan/actions/{other}/needs", {"other": "1.1"}), 422, "invalid")
    step = made(keeps, f"/plan/actions/{action}/milestones", {"words": "Half.", "due_on": day})
    made(
        keeps,
        f"/plan/milestones/{step}/day",
        {"words": "The room was taken.", "due_on": (today() + timedelta(days=9)).isoformat()},
    )
    made(owns, f"/plan/milestones/{step}/reached", {})
    made(owns, f"/plan/actions/{action}/notes", {"words": "Forty are trained."})
    assert problem(owns.post(f"/plan/actions/{action}/mark", {"mark": "done"}), 409, "refused")
    made(owns, f"/plan/actions/{other}/mark", {"mark": "done"})
    made(keeps, f"/plan/actions/{other}/owner", {"owner": board(cast).pk})
    evidence = {"words": "The register.", "true_on": day, "received_on": day}
    assert problem(
        owns.post(f"{at}/evidence", {**evidence, "file": {"name": "a.pdf", "content": "no Base64!"}}), 422, "invalid"
    )
    proof = made(owns, f"{at}/evidence", {**evidence, "file": {"name": "a.pdf", "content": PDF}})
    made(owns, f"{at}/evidence", {**evidence, "replaces": proof})
    assert problem(owns.post(f"{at}/evidence", {**evidence, "replaces": proof}), 409, "stale")
    assert reads.get(f"/plan/evidence/{proof}/file").json()["content"] == PDF
    (shown,) = reads.get("/plan/register").json()["reports"]
    assert [each["version"] for each in shown["recommendations"][0]["evidence"]] == [2]
    wrong = keeps.post(f"/plan/reports/{of}/import", {"text": FILE.replace("2027-03-14", "14/03/27"), "enter": True})
    assert "Line 2" in problem(wrong, 422, "invalid")["detail"]
    there = FILE.replace("1.1", "1.9")
    assert keeps.post(f"/plan/reports/{of}/import", {"text": there}).json()["actions"] == 2
    assert PlanAction.objects.count() == 2, "a look enters nothing"
    for expected in ((2, 3, 0), (0, 0, 3)):
        told = keeps.post(f"/plan/reports/{of}/import", {"text": there, "enter": True}).json()
        assert (told["actions"], told["milestones"], told["same"]) == expected
    made(keeps, "/plan/contacts", {"staff": gold(cast).pk, "mail": "gold@amberford.example"})
    assert "gold@amberford.example" in keeps.get("/plan/contacts").text
    made(
        keeps,
        f"/plan/reports/{of}/correction",
        {"name": "Another", "source": "The inspectorate", "kind": "own", "published_on": day},
    )


def test_nobody_elses_program_reaches_it(cast: Cast, program: Programs) -> None:
    report(program(keeper(cast)))
    for user in (cast.pcc, cast.stranger, cast.qa, cast.auditor, liaison(cast), None):
        client, status = program(user), 401 if user is None else 403
        asked = [client.get("/plan"), client.get("/plan/recommendations/1"), client.get("/plan/contacts")]
        asked += [
            client.post(f"/plan/recommendations/1/{each}", {}) for each in ("text", "signature", "board", "evidence")
        ]
        if user != liaison(cast):
            asked += [client.get("/plan/register"), client.get("/plan/evidence/1/file")]
        assert {one.status_code for one in asked} == {status}, user
    reads = program(cast.silver)
    assert reads.get("/plan").status_code == 200
    assert reads.post("/plan/reports", {}).status_code == 403
    assert problem(reads.get("/plan/recommendations/999999"), 404, "not-there")
    assert problem(
        program(keeper(cast)).post("/plan/recommendations/999999/text", {"words": "Lost."}), 404, "not-there"
    )
