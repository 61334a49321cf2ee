"""Answering the reader's marks: recorded, shown, and changing nothing of what the reader found."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.assessment.models import MarkAnswer, Reading
from goldthread.assessment.reading import reader
from goldthread.audit.models import AuditEvent
from goldthread.contact import actions as contact
from goldthread.response.models import GradeReason, SupervisorCall
from tests.cast import key
from tests.desk.conftest import Room

SAID = "male nxt dr shouting at partner, kids crying upstairs then gone quiet, knife in his hand"


@pytest.fixture
def said(room: Room) -> Room:
    contact.add_words(room.cast.handler, room.incident.pk, key=key(), source="caller", text=SAID)
    return room


def facts(room: Room, cue: str) -> str:
    reading = Reading.objects.filter(incident=room.incident).order_by("-id")[0]
    return json.dumps([f"{one['rule']}|{one['assertion']}" for one in reading.findings if one["cue"] == cue])


def send(room: Room, cue: str, **given: Any) -> Any:
    body = {"key": key(), "cue": cue, "facts": facts(room, cue), "quote": "gone quiet", **given}
    return room.client.post(f"/incidents/{room.incident.pk}/mark", body, headers={"HX-Request": "true"})


def test_noted_is_recorded_and_asks_no_more(said: Room) -> None:
    before = said.client.get(f"/incidents/{said.incident.pk}/").text
    assert 'id="mark-da-child"' in before
    answer = send(said, "da-child", answer="noted", shown_ms="840")
    assert answer.status_code == 200
    assert 'id="mark-da-child"' not in answer.text
    kept = MarkAnswer.objects.get(incident=said.incident)
    assert (kept.answer, kept.reason, kept.shown_ms, kept.by) == ("noted", "", 840, said.cast.fim)
    assert kept.quote.text == "gone quiet"


def test_a_reason_alone_answers_not_so(said: Room) -> None:
    assert send(said, "da-child", reason="somebody_else").status_code == 200
    assert MarkAnswer.objects.get().answer == "not_so"


def test_not_so_lowers_nothing_that_was_read(said: Room) -> None:
    before = Reading.objects.filter(incident=said.incident).order_by("-id").values("level", "at_risk", "child")[0]
    for cue in ("da-child", "imminent", "background"):
        send(said, cue, reason="checked")
    after = Reading.objects.filter(incident=said.incident).order_by("-id").values("level", "at_risk", "child")[0]
    assert before == after
    said.incident.refresh_from_db()
    assert said.incident.child == "yes"


def test_a_new_fact_brings_it_back_and_says_so(said: Room) -> None:
    send(said, "da-child", answer="noted")
    contact.add_words(
        said.cast.handler, said.incident.pk, key=key(), source="caller", text="he hit her in front of the bairns"
    )
    page = said.client.get(f"/incidents/{said.incident.pk}/").text
    assert 'id="mark-da-child"' in page
    assert "new since your answer" in page


def test_unanswered_danger_to_life_comes_back_at_regrade_and_holds_nothing_up(said: Room) -> None:
    graded = said.client.post(
        f"/incidents/{said.incident.pk}/grade", {"key": key(), "grade": "priority"}, headers={"HX-Request": "true"}
    )
    assert graded.status_code == 200
    assert "Still unanswered" in graded.text
    for cue in (one.code for one in reader().cues if one.critical):
        send(said, cue, answer="noted")
    again = said.client.post(
        f"/incidents/{said.incident.pk}/grade", {"key": key(), "grade": "immediate"}, headers={"HX-Request": "true"}
    )
    assert "Still unanswered" not in again.text


def test_unanswered_danger_to_life_comes_back_to_who_may_take_it_over(
    said: Room, browser: Callable[[Staff | None], Client]
) -> None:
    def panel() -> str:
        page = browser(said.cast.teammate).get(f"/incidents/{said.incident.pk}/").text
        return page[page.index('id="panel-take"') :].split('id="panel-')[1]

    assert "Still unanswered" in panel()
    for cue in (one.code for one in reader().cues if one.critical):
        send(said, cue, answer="noted")
    assert "Still unanswered" not in panel()


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"answer": ""}, "noted, not so, or ask"),
        ({"answer": "not_so"}, "choose 1 to 5"),
        ({"answer": "noted", "facts": "{"}, "does not fit the mark"),
        ({"answer": "noted", "facts": "[1]"}, "does not fit the mark"),
        ({"answer": "noted", "key": "x"}, "out of date"),
    ],
)
def test_an_answer_that_cannot_be_kept_gets_a_sentence(said: Room, given: dict[str, str], say: str) -> None:
    answer = send(said, "da-child", **given)
    assert answer.status_code == 422
    assert say in answer.text
    assert not MarkAnswer.objects.exists()


def test_a_doubled_answer_is_one(said: Room) -> None:
    same = key()
    for _ in range(2):
        assert send(said, "da-child", answer="noted", key=same).status_code == 200
    assert MarkAnswer.objects.count() == 1


def test_the_audit_holds_the_answer_and_no_words(said: Room) -> None:
    send(said, "da-child", answer="noted")
    event = AuditEvent.objects.filter(verb="mark.answer").get()
    assert json.loads(event.detail) == {"answer": "noted", "cue": "da-child", "why": ""}


def test_a_reason_follows_the_grade_and_is_owed_until_then(room: Room) -> None:
    url = f"/incidents/{room.incident.pk}/grade"
    room.client.post(url, {"key": key(), "grade": "immediate"})
    assert "reason owed" in room.client.get(f"/incidents/{room.incident.pk}/").text
    refused = room.client.post(url, {"key": key(), "explain": "1", "why": " "}, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    room.client.post(url, {"key": key(), "explain": "1", "why": "Knife seen.", "why_not_above": ""})
    page = room.client.get(f"/incidents/{room.incident.pk}/").text
    assert "Knife seen." in page
    assert "reason owed" not in page
    assert GradeReason.objects.count() == 1


def test_a_supervisor_is_called_by_one_press_and_comes(room: Room, browser: Any) -> None:
    url = f"/incidents/{room.incident.pk}/supervisor"
    for _ in range(2):
        assert room.client.post(url, {"key": key()}, headers={"HX-Request": "true"}).status_code == 200
    assert SupervisorCall.objects.count() == 1
    team = browser(room.cast.supervisor)
    board = team.get("/board/").text
    assert "supervisor called" in board
    handler = browser(room.cast.handler)
    assert handler.post(f"{url}/came", {"key": key()}, headers={"HX-Request": "true"}).status_code == 403
    assert team.post(f"{url}/came", {"key": key()}, headers={"HX-Request": "true"}).status_code == 200
    assert "came" in room.client.get(f"/incidents/{room.incident.pk}/").text
    late = browser(room.cast.fim).post(f"{url}/came", {"key": key()}, headers={"HX-Request": "true"})
    assert late.status_code == 422
