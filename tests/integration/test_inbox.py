"""Written contacts through the API: let in once, waiting in the order of the page, and read first by one person."""

from __future__ import annotations

import json
from typing import Any

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Entry, Incident
from tests.cast import Cast, attended, closed, graded, key, opened
from tests.integration.conftest import Programs, problem

RISKY = "he is strangling mum and the baby is in the cot, he has a knife"


def arrive(cast: Cast, text: str, name: str = "1") -> Incident:
    return receive(None, Arriving("online", name, text), desk=cast.handler.team).incident


def message(text: str = "help", **given: Any) -> dict[str, Any]:
    return {"channel": "email", "external_id": "<1@post.example>", "text": text, **given}


def test_a_message_opens_an_incident_and_waits(cast: Cast, program: Programs) -> None:
    asking = program(cast.handler)
    given = message(
        RISKY, subject="please help", sender="rowan@post.example", name="Rowan Hale", area="North",
        received_at="2026-01-02T04:04:05+01:00",
    )  # fmt: skip
    made = asking.post("/inbox", given)
    assert made.status_code == 201
    shown = asking.get(f"/incidents/{made.json()['id']}").json()
    assert (shown["channel"], shown["area"], shown["ribbon"]["owner"]) == ("email", "North", "Team A")
    assert shown["ribbon"]["next"]["what"] == "first_read"
    facts = {one["kind"]: one["text"] for one in shown["particulars"]}
    assert (facts["sender"], facts["caller_name"]) == ("rowan@post.example", "Rowan Hale")
    said = [one for one in asking.get(f"/incidents/{shown['id']}/timeline").json()["lines"] if one["kind"] == "words"]
    assert [(one["text"], one["occurred_at"]) for one in said] == [(f"please help\n\n{RISKY}", "2026-01-02T03:04:05Z")]
    (row,) = asking.get("/inbox").json()["rows"]
    assert (row["reference"], row["words_suggest"], row["channel"]) == (made.json()["reference"], "immediate", "email")


def test_the_same_message_again_adds_nothing_whatever_the_key(cast: Cast, program: Programs) -> None:
    asking = program(cast.handler)
    first, again = (asking.post("/inbox", message(), key=key()) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Incident.objects.count() == 1
    assert Entry.objects.filter(kind="words").count() == 1
    assert AuditEvent.objects.filter(verb="contact.receive", duty="collection").count() == 1


def test_the_same_id_with_other_words_loses_nothing(cast: Cast, program: Programs) -> None:
    asking = program(cast.handler)
    answers = [asking.post("/inbox", message(text)) for text in ("he is outside", "he is outside, he has a knife")]
    assert [one.status_code for one in answers] == [201, 201]
    assert Entry.objects.filter(kind="words").count() == 2


def test_a_conversation_is_one_incident_and_opens_it_again(cast: Cast, program: Programs) -> None:
    asking = program(cast.handler)
    first = asking.post("/inbox", message("hello")).json()
    incident = Incident.objects.get()
    Incident.objects.update(area="North")
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    second = asking.post("/inbox", message("he is back", external_id="2", conversation="<1@post.example>"))
    assert (second.status_code, second.json()) == (201, first)
    assert Incident.objects.get().is_open


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"channel": "999"}, "channel", "This is"),
        ({"external_id": " "}, "external_id", "blank"),
        ({"external_id": "x" * 999}, "external_id", "At most 998"),
        ({"phone": "0" * 41}, "phone", "At most 40"),
        ({"received_at": "yesterday"}, "received_at", "RFC 3339"),
        ({"recieved_at": None}, "recieved_at", "no such field"),
        ({"text": None}, "text", "This is text"),
    ],
)
def test_a_message_not_as_described(
    cast: Cast, program: Programs, given: dict[str, Any], field: str, says: str
) -> None:
    answer = problem(program(cast.handler).post("/inbox", message(**given)), 422, "not-as-described")
    assert says in answer["errors"][field]
    assert not Incident.objects.exists()


def test_an_empty_message_of_an_unknown_area_and_an_unlikely_time_is_kept(cast: Cast, program: Programs) -> None:
    asking = program(cast.handler)
    given = message("", area="Atlantis", received_at="2999-01-01T00:00:00Z")
    assert asking.post("/inbox", given).status_code == 201
    (row,) = asking.get("/inbox").json()["rows"]
    assert (row["what"], row["area"], row["child"]) == ("", "", "possible")


def test_the_inbox_stands_in_the_pages_order_and_says_what_changed(cast: Cast, program: Programs) -> None:
    asking = program(cast.handler)
    purse, empty, risky = (arrive(cast, text, name) for name, text in zip("123", ("a purse", "", RISKY), strict=True))
    inbox = asking.get("/inbox").json()
    assert [row["id"] for row in inbox["rows"]] == [str(one.pk) for one in (risky, empty, purse)]
    assert (inbox["total"], inbox["rows"][0]["owner"]) == (3, "Team A")
    assert asking.get("/inbox", {"mark": inbox["mark"]}).status_code == 204
    seen = AuditEvent.objects.filter(verb="inbox.see", duty="consultation", staff_id=cast.handler.pk)
    assert {tuple(one) for one in json.loads(seen.get().subjects)} == {
        ("incident", str(one.pk)) for one in (risky, empty, purse)
    }
    assert asking.post(f"/incidents/{risky.pk}/first-read").status_code == 204
    changed = asking.get("/inbox", {"mark": inbox["mark"]})
    assert [row["id"] for row in changed.json()["rows"]] == [str(empty.pk), str(purse.pk)]
    assert seen.count() == 2


def test_it_shows_to_each_what_they_reach(cast: Cast, program: Programs) -> None:
    incident = arrive(cast, "hello")
    for name, one in cast.everybody().items():
        answer = program(one).get("/inbox")
        if name in {"handler", "teammate", "stranger", "supervisor", "fim"}:
            assert [row["id"] for row in answer.json()["rows"]] == [str(incident.pk)], name
        elif name == "far_supervisor":
            assert (answer.json()["rows"], answer.json()["total"]) == ([], 0)
        else:
            problem(answer, 403, "not-permitted")


def test_one_person_reads_it_first(cast: Cast, program: Programs) -> None:
    incident, used = arrive(cast, "hello"), key()
    first = program(cast.handler)
    for _ in range(2):
        assert first.post(f"/incidents/{incident.pk}/first-read", key=used).status_code == 204
    assert AuditEvent.objects.filter(verb="contact.read").count() == 1
    late = problem(program(cast.stranger).post(f"/incidents/{incident.pk}/first-read"), 409, "refused")
    assert "Handler Amber has read this already" in late["detail"]
    incident.refresh_from_db()
    assert incident.owner == cast.handler
    problem(program(cast.far_dispatcher).post(f"/incidents/{opened(cast.handler).pk}/first-read"), 404, "not-there")
    for stranger in (cast.officer, cast.pcc):
        problem(program(stranger).post(f"/incidents/{incident.pk}/first-read"), 403, "not-permitted")


def test_what_is_closed_is_not_read_first(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    closed(cast, incident)
    problem(program(cast.handler).post(f"/incidents/{incident.pk}/first-read"), 409, "refused")
