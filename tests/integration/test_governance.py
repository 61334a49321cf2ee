"""Governance by a program: the same figures, notes and packs as on its pages."""

from __future__ import annotations

import hashlib

from django.db import connection

from goldthread.audit.canonical import canonical_json
from goldthread.clocks.db import database_now
from goldthread.clocks.local import LONDON
from goldthread.governance.models import Annotation, Pack
from tests.cast import Cast, key
from tests.governance.scenes import CODE, STEADY, gold, history, liaison
from tests.integration.conftest import Programs, problem
from tests.quality.scenes import lead

NO = "/figures/no-such"


def test_a_program_reads_figures_and_their_history_and_notes_on_one_once(cast: Cast, program: Programs) -> None:
    history([*STEADY, 40])
    silver = program(cast.silver)
    first = silver.get("/figures").json()["figures"][0]
    assert (first["code"], first["state"], first["now"]) == (
        CODE, "worse", [{"rule": "beyond", "word": "beyond", "side": "down", "way": "worse"}]
    )  # fmt: skip
    day = database_now(connection).astimezone(LONDON).date().isoformat()
    given, same = {"day": day, "words": "The question stands first now."}, key()
    at = f"/figures/{CODE}/notes"
    made = [silver.post(at, given, key=same).json() for _ in range(2)]
    assert made[0] == made[1] == {"id": Annotation.objects.get().pk}
    told = silver.get(f"/figures/{CODE}").json()
    assert [one["words"] for one in told["notes"]] == [given["words"]]
    assert (told["kind"], len(told["values"]), told["values"][-1]["met"]) == ("p", len(STEADY) + 1, 40)
    assert problem(silver.post(at, {**given, "day": "1999-01-01"}), 422, "invalid")
    assert problem(silver.post(at, {**given, "day": "soon"}), 422, "not-as-described")
    assert problem(silver.post(f"{NO}/notes", given), 404, "not-there")
    assert problem(silver.get(NO), 404, "not-there")
    assert program(lead(cast)).post(at, given).status_code == 201


def test_a_program_reads_the_draft_issues_it_once_and_reads_it_back_to_the_letter(
    cast: Cast, program: Programs
) -> None:
    history([*STEADY, 40])
    silver = program(cast.silver)
    draft = silver.get("/packs/drafts/silver").json()
    made = silver.post("/packs", {"board": "silver", "seen": draft["seen"]}).json()
    assert problem(silver.post("/packs", {"board": "silver", "seen": draft["seen"]}), 409, "stale")
    told = silver.get(f"/packs/{made['id']}").json()
    assert hashlib.sha256(canonical_json(told["content"]).encode()).hexdigest() == told["sha256"] == made["sha256"]
    assert {**told["content"], "pack": 0} == {**draft["content"], "pack": 0} | {
        "figures": told["content"]["figures"]
    }, "but for the moment, as the draft said"
    assert [one["id"] for one in program(liaison(cast)).get("/packs").json()["packs"]] == [made["id"]]
    assert problem(silver.get("/packs/drafts/gold"), 404, "not-there")
    assert problem(silver.get("/packs/999999"), 404, "not-there")
    assert problem(program(gold(cast)).post("/packs", {"board": "silver", "seen": 1}), 404, "not-there")


def test_nobody_elses_program_reaches_them(cast: Cast, program: Programs) -> None:
    history(STEADY)
    for name, user in cast.everybody().items():
        client = program(user)
        seen = {client.get(one).status_code for one in ("/figures", f"/figures/{CODE}")}
        assert seen == ({200} if user.role in {"silver", "fim"} else {403}), name
        told = [
            client.get("/packs"),
            client.get("/packs/drafts/silver"),
            client.post("/packs", {"board": "silver", "seen": 0}),
        ]
        assert {one.status_code for one in told} == ({200, 201} if user.role == "silver" else {403}), name
    assert Pack.objects.count() == 1
