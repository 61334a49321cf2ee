"""Themes and learning by a program: the same as on their pages, for the same people."""

from __future__ import annotations

from datetime import timedelta

from goldthread.learning.models import Cohort, LearningNeed
from goldthread.learning.views import today
from goldthread.quality.models import QualityTheme
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.learning.scenes import COURSE, handlers, held, trainer
from tests.learning.test_effects import scene
from tests.quality.scenes import lead
from tests.quality.test_themes import a_round


def test_a_theme_is_made_read_and_closed(cast: Cast, program: Programs) -> None:
    made, leads = a_round(cast), program(lead(cast))
    given = {"round": made.pk, "question": "voice", "title": "Where a child is", "why": "It is left out."}
    number = leads.post("/quality/themes", given).json()["id"]
    assert problem(leads.post("/quality/themes", {**given, "question": "critical"}), 422, "invalid")
    assert problem(leads.post("/quality/themes", {**given, "round": made.pk + 9}), 404, "not-there")
    (told,) = leads.get("/quality/themes").json()["themes"]
    assert (told["id"], told["records"], told["closed"]) == (number, 3, False)
    shown = program(cast.qa).get(f"/quality/themes/{number}").json()
    assert len(shown["seen"]) == 3
    shown = program(trainer(cast)).get(f"/quality/themes/{number}").json()
    assert (shown["seen"], shown["why"]) == ([], "It is left out.")
    assert shown["offered"] == [{"words": "Make it a learning need", "address": f"/learning/needs/new?theme={number}"}]
    assert leads.post(f"/quality/themes/{number}/end", {"words": "Done."}).status_code == 201
    assert problem(leads.post(f"/quality/themes/{number}/end", {"words": "Otherwise."}), 409, "stale")
    for user in (cast.handler, cast.pcc, cast.auditor):
        assert program(user).get("/quality/themes").status_code == 403
    for user in (cast.handler, cast.silver, trainer(cast)):
        assert program(user).post("/quality/themes", given).status_code == 403
    assert QualityTheme.objects.count() == 1


def test_a_program_of_a_trainer_goes_from_need_to_register(cast: Cast, program: Programs) -> None:
    client, people = program(trainer(cast)), handlers(3)
    assert client.get("/learning/courses").json()["courses"][0]["code"] == COURSE
    need = client.post("/learning/needs", {"words": "Ask.", "roles": ["call_handler"]}).json()["id"]
    assert client.post(f"/learning/needs/{need}/steps", {"course": COURSE}).status_code == 201
    assert problem(client.post(f"/learning/needs/{need}/steps", {}), 422, "invalid")
    (told,) = client.get("/learning/needs").json()["needs"]
    assert (told["course"], told["closed"]) == (COURSE, "")
    day = today().isoformat()
    given = {"course": COURSE, "starts": day, "ends": day, "place": "Room 2", "places": 2, "need": need}
    number = client.post("/learning/cohorts", given).json()["id"]
    assert problem(client.post("/learning/cohorts", {**given, "course": "none"}), 422, "invalid")
    at = f"/learning/cohorts/{number}"
    assert client.post(f"{at}/bookings", {"staff": [one.pk for one in people]}).json() == {"kept": 3}
    shown = client.get(at).json()
    assert [one["waits"] for one in shown["people"]] == [False, False, True]
    assert client.post(f"{at}/bookings/{people[0].pk}/back", {}).status_code == 204
    assert problem(client.post(f"{at}/bookings/{people[0].pk}/back", {}), 404, "not-there")
    rows = [{"username": people[1].username, "attended": True, "result": "passed"}]
    assert client.post(f"{at}/register", {"rows": rows}).json() == {"kept": 1}
    assert client.post(f"{at}/register", {"rows": rows}).json() == {"kept": 0}
    csv = f"collar,attended\n{people[2].username},no\n"
    assert client.post(f"{at}/file", {"csv": csv}).json() == {"kept": 1}
    assert problem(client.post(f"{at}/file", {"csv": csv}), 409, "stale")
    assert problem(client.post(f"{at}/file", {"csv": "collar,came\n"}), 422, "invalid")
    assert problem(client.post(f"{at}/call-off", {"words": "No."}), 409, "refused")
    assert {one["username"]: one["attended"] for one in client.get(at).json()["people"]} == {people[1].username: True, people[2].username: False}  # fmt: skip
    own = program(people[1]).get("/learning/mine").json()["courses"]
    assert {one["course"]: one["state"] for one in own}[COURSE] == "held"
    assert [one["registered"] for one in client.get("/learning/cohorts").json()["cohorts"]] == [2]


def test_who_is_due_and_effects_are_told_to_those_who_may_know(cast: Cast, program: Programs) -> None:
    held(cast, [cast.handler], days=-2)
    due = program(cast.supervisor).get("/learning/due", {"course": COURSE, "state": "due"}).json()["due"]
    assert {one["username"] for one in due} == {"teammate", "supervisor", "fim"}
    assert problem(program(cast.supervisor).get("/learning/due", {"state": "none"}), 422, "not-as-described")
    for user in (cast.handler, cast.silver, cast.pcc):
        assert program(user).get("/learning/due").status_code == 403
    waiting = program(cast.silver).get("/learning/effects").json()
    assert (waiting["effects"], waiting["waiting"]) == ([], 1)
    scene(cast, 0.55)
    told = program(cast.silver).get("/learning/effects").json()["effects"]
    by_start = {one["starts"]: one for one in told}
    newest = by_start[(today() - timedelta(days=2)).isoformat()]
    assert newest["trained"] is None, "one person: how many is not told"
    assert {one["verdict"] for one in newest["outcomes"]} == {"not_yet"}
    good = next(one for one in told[-1]["outcomes"] if one["code"] == "quality.good")
    assert (good["verdict"], good["effect"]["n"], good["why"]) == ("better", 160, "")
    for user in (cast.handler, cast.supervisor, cast.pcc):
        assert program(user).get("/learning/effects").status_code == 403


def test_nobody_elses_program_keeps_anything(cast: Cast, program: Programs) -> None:
    day = today().isoformat()
    cohort = {"course": COURSE, "starts": day, "ends": day, "place": "Room 2", "places": 2}
    for name, user in {**cast.everybody(), "lead": lead(cast)}.items():
        client = program(user)
        told = [
            client.post("/learning/needs", {"words": "Ask.", "roles": ["call_handler"]}),
            client.post("/learning/needs/1/steps", {"course": COURSE}),
            client.post("/learning/cohorts", cohort),
            client.get("/learning/cohorts"),
            client.get("/learning/cohorts/1"),
            client.post("/learning/cohorts/1/register", {"rows": []}),
            client.post("/learning/cohorts/1/file", {"csv": "collar,attended\n"}),
            client.post("/learning/cohorts/1/bookings", {"staff": [1]}),
        ]
        assert {one.status_code for one in told} == {403}, name
    assert not LearningNeed.objects.exists()
    assert not Cohort.objects.exists()
