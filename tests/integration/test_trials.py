"""The reader's modes, kill switch and trials by a program: the same as on their pages, for the same people."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from goldthread.assessment import modes
from goldthread.assessment.models import ModeChange
from goldthread.clocks.db import database_now
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.trials.scenes import after_minutes, danger, gold, owner, set_mode

WHY = "It marks what nobody said."


def test_the_kill_switch_by_a_program(cast: Cast, program: Programs) -> None:
    theirs = program(gold(cast))
    assert problem(theirs.post("/reader/switch", {"off": True, "why": WHY}), 422, "not-as-described"), "not confirmed"
    assert problem(theirs.post("/reader/switch", {"off": True, "confirm": False, "why": WHY}), 422, "not-as-described")
    assert not ModeChange.objects.exists()
    assert theirs.post("/reader/switch", {"off": True, "confirm": True, "why": WHY}).status_code == 201
    danger(cast)
    told = theirs.get("/reader").json()
    assert (told["thrown"]["why"], told["thrown"]["by"], told["owed"]) == (WHY, "Gold Amber", 1)
    assert {one["mode"] for one in told["teams"]} == {"off"}
    assert theirs.post("/reader/switch", {"off": False, "confirm": True, "why": "Mended."}).status_code == 201
    assert theirs.get("/reader").json()["thrown"] is None
    for user in (cast.handler, cast.silver, cast.pcc, cast.supervisor):
        assert program(user).post("/reader/switch", {"off": True, "confirm": True, "why": WHY}).status_code == 403
    for user in (cast.handler, cast.pcc, cast.supervisor):
        assert program(user).get("/reader").status_code == 403


def test_modes_by_a_program(cast: Cast, program: Programs) -> None:
    theirs, team = program(owner(cast)), cast.handler.team_id
    soon = (database_now(connection) + timedelta(days=1)).isoformat()
    number = theirs.post("/reader/modes", {"team": team, "mode": "silent", "since": soon, "why": WHY}).json()["id"]
    assert [one["id"] for one in theirs.get("/reader").json()["ahead"]] == [number]
    assert theirs.post(f"/reader/changes/{number}/withdraw", {}).status_code == 204
    assert problem(theirs.post(f"/reader/changes/{number}/withdraw", {}), 409, "stale")
    assert theirs.post("/reader/modes", {"team": team, "mode": "silent", "why": WHY}).status_code == 201
    assert modes.of_team(team).mode == "silent"
    assert problem(theirs.post("/reader/modes", {"mode": "loud", "why": WHY}), 422, "not-as-described")
    assert problem(theirs.post("/reader/modes", {"team": 10**9, "mode": "off", "why": WHY}), 404, "not-there")
    past = "2020-01-01T00:00:00Z"
    assert problem(theirs.post("/reader/modes", {"mode": "off", "since": past, "why": WHY}), 422, "invalid")
    for user in (gold(cast), cast.handler):
        assert program(user).post("/reader/modes", {"mode": "off", "why": WHY}).status_code == 403


def test_trials_by_a_program(cast: Cast, program: Programs) -> None:
    theirs = program(owner(cast))
    teams = [cast.handler.team_id, cast.stranger.team_id]
    first = (database_now(connection) + timedelta(minutes=1)).isoformat()
    given = {
        "name": "By program",
        "asks": "Does it help?",
        "mode": "silent",
        "teams": teams,
        "first": first,
        "every_days": 7,
        "seed": 3,
    }
    number = theirs.post("/trials", given).json()["id"]
    assert problem(theirs.post("/trials", {**given, "name": "Again"}), 422, "invalid")
    told = program(cast.silver).get(f"/trials/{number}").json()
    assert (told["seed"], told["ended"], [one["place"] for one in told["starts"]]) == (3, None, [1, 2])
    assert len(told["engines"]) == 1
    set_mode(cast, "silent", cast.handler)
    after_minutes(2)
    danger(cast)
    after_minutes(6)
    counted = theirs.get("/reader").json()["counted"]
    assert counted == [{"of": ["silent"], "misses": 1, "rescues": 0}]
    assert theirs.post(f"/trials/{number}/end", {"after": "open", "why": "Enough."}).status_code == 204
    assert problem(theirs.post(f"/trials/{number}/end", {"after": "open", "why": "Enough."}), 409, "stale")
    (brief,) = theirs.get("/trials").json()["trials"]
    assert brief["ended"] is not None
    assert problem(theirs.get("/trials/999999"), 404, "not-there")
    for user in (cast.handler, cast.pcc):
        assert program(user).get("/trials").status_code == 403
    starts = [{"team": teams[0], "at": (database_now(connection) + timedelta(days=1)).isoformat()}]
    entered = theirs.post("/trials", {"name": "Entered", "asks": "Why?", "mode": "silent", "starts": starts}).json()[
        "id"
    ]
    assert theirs.get(f"/trials/{entered}").json()["seed"] is None
