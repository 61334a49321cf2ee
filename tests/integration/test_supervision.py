"""Supervision by a program: the same queue, rules and sentences as on the desk's pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from goldthread.contact.models import Incident
from goldthread.supervision.models import ListeningNote, Review
from goldthread.supervision.queries import newest_find
from goldthread.supervision.sweep_actions import sweep
from tests.cast import Cast, say
from tests.integration.conftest import Programs, problem
from tests.response.test_alarms import later
from tests.response.test_requests import assess, lower, with_child


@pytest.fixture
def incident(cast: Cast) -> Incident:
    made = with_child(cast)
    assess(cast.handler, made)
    later(timedelta(minutes=25))
    sweep()
    made.refresh_from_db()
    return made


def test_each_reaches_what_their_desk_shows(cast: Cast, program: Programs, incident: Incident) -> None:
    for name, one in cast.everybody().items():
        client = program(one)
        listed, read = client.get("/supervision"), client.get(f"/supervision/{incident.pk}")
        if name in {"supervisor", "fim"}:
            (row,) = listed.json()["rows"]
            assert (row["incident"], "child" in row["found"], row["called"]) == (str(incident.pk), True, False)
            assert read.json()["seen"] == incident.last_seq
            assert read.json()["not_yours"] == ""
        elif name == "far_supervisor":
            assert listed.json()["rows"] == []
            assert problem(read, 404, "not-there")
        else:
            assert {listed.status_code, read.status_code} == {403}, name


def test_a_question_is_asked_and_answered(cast: Cast, program: Programs, incident: Incident) -> None:
    client, owner, at = program(cast.supervisor), program(cast.handler), f"/supervision/{incident.pk}"
    given = {"answer": "returned", "seen": incident.last_seq, "found": newest_find(incident)}
    assert problem(client.post(f"{at}/reviews", given), 422, "invalid")
    made = client.post(f"{at}/reviews", {**given, "words": "Who is with the girl now?"})
    assert (made.status_code, made.json()["answer"]) == (201, "returned")
    (asked,) = client.get(at).json()["questions"]
    assert (asked["words"], asked["to"]) == ("Who is with the girl now?", cast.handler.name)
    answer = f"{at}/questions/{asked['id']}/answer"
    assert program(cast.pcc).post(answer, {"words": "Her aunt."}).status_code == 403
    assert owner.post(answer, {"words": "Her aunt."}).status_code == 204
    assert problem(owner.post(answer, {"words": "Her uncle."}), 409, "stale")
    (row,) = client.get("/supervision").json()["rows"]
    assert row["found"] == ["answered"]


def test_each_answer_does_what_it_does_at_the_desk(cast: Cast, program: Programs, incident: Incident) -> None:
    client, at = program(cast.supervisor), f"/supervision/{incident.pk}/reviews"
    request = lower(cast, incident)
    assert request is not None

    def send(**given: object) -> Any:
        shown = client.get(f"/supervision/{incident.pk}").json()
        return client.post(at, {"seen": shown["seen"], "found": shown["found"], **given})

    assert problem(send(answer="agreed"), 409, "refused")
    assert problem(send(answer="decided"), 422, "invalid")
    assert send(answer="decided", request=request.pk, approve=False, words="Nobody has seen her.").status_code == 201
    assert problem(send(answer="delay", words="Aunt is there."), 422, "invalid")
    assert send(answer="delay", minutes=30, words="Aunt is there.").status_code == 201
    assert send(answer="raised", grade="immediate", words="Heard.").status_code == 201
    assert send(answer="agreed").status_code == 201
    assert [one.answer for one in Review.objects.order_by("id")] == ["decided", "delay", "raised", "agreed"]


def test_what_was_not_read_is_not_reviewed(cast: Cast, program: Programs, incident: Incident) -> None:
    say(cast.handler, incident, "he has come back")
    answer = program(cast.supervisor).post(
        f"/supervision/{incident.pk}/reviews",
        {"answer": "agreed", "seen": incident.last_seq, "found": newest_find(incident)},
    )
    assert problem(answer, 409, "stale")


def test_a_note_while_listening_is_kept(cast: Cast, program: Programs, incident: Incident) -> None:
    at = f"/supervision/{incident.pk}/listening-notes"
    assert program(cast.fim).post(at, {"words": "Asked well."}).status_code == 204
    assert program(cast.handler).post(at, {"words": "Asked well."}).status_code == 403
    assert problem(program(cast.fim).post(at, {"words": "  "}), 422, "not-as-described")
    assert ListeningNote.objects.count() == 1
