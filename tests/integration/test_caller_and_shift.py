"""About the caller, links, shifts and units by a program: the same rules and sentences as on the pages."""

from __future__ import annotations

import uuid

import pytest

from goldthread.accounts.models import Duty
from goldthread.contact.caller_models import CallBack
from goldthread.contact.models import Incident
from goldthread.contact.people_models import MatterLink
from goldthread.response.models import Unit
from tests import known_world as world
from tests.cast import Cast, attended, closed, graded, opened, say
from tests.integration.conftest import Programs, problem

TOLD = "Told it takes longer; she says he has gone."


def test_the_caller_is_told_asked_and_read(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    client, at = program(cast.handler), f"/incidents/{incident.pk}"
    unasked = client.get(f"{at}/caller").json()
    assert (unasked["on_line"]["who"], unasked["safe_contact"]["answer"]) == ("not_asked", "not_asked")
    assert client.post(f"{at}/line", {"state": "dropped"}).status_code == 204
    assert client.post(f"{at}/online", {"who": "child", "cannot_speak": True}).status_code == 204
    safe = {
        "answer": "given",
        "method": "text",
        "voicemail": "not_safe",
        "number": "07700 900321",
        "code_word": "parcel",
    }
    assert client.post(f"{at}/safe-contact", safe).status_code == 204
    told = client.get(f"{at}/caller").json()
    assert told["line"] == "dropped"
    assert told["unanswered"] is True
    assert told["on_line"] == {**told["on_line"], "who": "child", "cannot_speak": True}
    assert (told["safe_contact"]["number"], told["safe_contact"]["code_word"]) == ("07700 900321", "parcel")
    assert told["questions"], "what to ask a child who calls"
    key = uuid.uuid4()
    given = {"outcome": "answered", "text": TOLD, "new_risk": "nothing", "number": "07700 900321"}
    made = [client.post(f"{at}/call-backs", given, key=key).json() for _ in range(2)]
    assert made[0] == made[1]
    assert CallBack.objects.count() == 1
    after = client.get(f"{at}/caller").json()
    assert after["unanswered"] is False
    assert [(one["outcome"], one["answered"]) for one in after["attempts"]] == [("Answered", True)]
    assert TOLD in client.get(f"{at}/timeline").text
    incident.refresh_from_db()
    assert incident.child == "yes"


def test_what_is_no_call_back_is_a_sentence(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    client, at = program(cast.handler), f"/incidents/{incident.pk}"
    assert problem(client.post(f"{at}/call-backs", {"outcome": "nobody"}), 422, "not-as-described")
    ahead = {"outcome": "no_answer", "occurred_at": "2999-01-01T00:00:00Z"}
    assert "occurred_at" in problem(client.post(f"{at}/call-backs", ahead), 422, "invalid")["errors"]
    assert problem(client.post(f"{at}/safe-contact", {"answer": "not_asked"}), 422, "not-as-described")
    assert problem(client.post(f"{at}/online", {"who": "adult", "language": "x" * 121}), 422, "not-as-described")
    assert not CallBack.objects.exists()


@pytest.mark.parametrize("path", ["caller", "line", "safe-contact", "call-backs", "links", "review"])
def test_out_of_sight_is_not_there(cast: Cast, program: Programs, path: str) -> None:
    incident = opened(cast.handler, area="North")
    bodies = {
        "line": {"state": "silent"}, "safe-contact": {"answer": "not_safe"}, "call-backs": {"outcome": "no_answer"},
        "links": {"other": str(uuid.uuid4())},
    }  # fmt: skip
    for user in (cast.far_supervisor, cast.pcc):
        client = program(user)
        at = f"/incidents/{incident.pk}/{path}"
        answer = client.get(at) if path == "caller" else client.post(at, bodies.get(path))
        assert answer.status_code in {403, 404}, (path, user.username)
    assert not CallBack.objects.exists()


def test_two_incidents_are_linked_and_a_closed_one_opens(cast: Cast, program: Programs) -> None:
    home = world.place(world.street("Larch Road"), "14")
    first, second = opened(cast.handler), opened(cast.handler)
    say(cast.handler, first, "Shouting next door.")
    for one in (first, second):
        world.settled_on(cast.handler, one, home)
    graded(cast.handler, first)
    attended(cast, first)
    closed(cast, first)
    client, at = program(cast.handler), f"/incidents/{second.pk}/links"
    assert client.post(at, {"other": str(first.pk)}).status_code == 204
    first.refresh_from_db()
    assert first.is_open
    assert client.post(at, {"other": str(first.pk), "linked": False}).status_code == 204
    assert list(MatterLink.objects.order_by("id").values_list("linked", flat=True)) == [True, False]
    assert problem(client.post(at, {"other": str(second.pk)}), 422, "invalid")
    assert problem(client.post(at, {"other": str(uuid.uuid4())}), 404, "not-there")
    assert problem(client.post(at, {"other": "here"}), 422, "not-as-described")


def test_a_shift_begins_hands_everything_over_and_ends(cast: Cast, program: Programs) -> None:
    client = program(cast.handler)
    Duty.objects.filter(staff=cast.handler).delete()
    assert client.post("/my/shift").status_code == 204
    assert client.post("/my/shift").status_code == 204, "it runs once"
    assert Duty.objects.filter(staff=cast.handler, ended_at=None).count() == 1
    incident = opened(cast.handler)
    graded(cast.handler, incident, "resolution")
    told = client.post("/my/shift/end", {}).json()
    assert told["ended"] is False
    assert [(one["incident"], one["why"]) for one in told["left"]] == [
        (str(incident.pk), "Choose one person or one desk.")
    ]
    assert Duty.objects.filter(staff=cast.handler, ended_at=None).exists()
    ended = client.post("/my/shift/end", {"to_team": cast.handler.team_id, "note": "He may ring again."}).json()
    assert ended == {"ended": True, "left": []}
    assert list(Duty.objects.filter(staff=cast.handler).values_list("ended_by", flat=True)) == ["handover"]
    incident = Incident.objects.get(pk=incident.pk)
    assert incident.is_offered
    assert incident.owner_id == cast.handler.pk


def test_nothing_new_is_said_by_the_rule(cast: Cast, program: Programs) -> None:
    incident = opened(cast.handler)
    refused = problem(program(cast.handler).post(f"/incidents/{incident.pk}/review"), 409, "refused")
    assert "no THRIVE yet" in refused["detail"]


def test_a_unit_is_set_off_duty_by_its_own_dispatcher_alone(cast: Cast, program: Programs) -> None:
    at = f"/units/{cast.unit.pk}/state"
    assert problem(program(cast.far_dispatcher).post(at, {"state": "off"}), 404, "not-there")
    assert program(cast.handler).post(at, {"state": "off"}).status_code == 403
    assert problem(program(cast.dispatcher).post(at, {"state": "sent"}), 422, "not-as-described")
    assert program(cast.dispatcher).post(at, {"state": "off"}).status_code == 204
    assert Unit.objects.get(pk=cast.unit.pk).state == "off"
    Unit.objects.filter(pk=cast.unit.pk).update(state="available")
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    assert (
        "is with an incident" in problem(program(cast.dispatcher).post(at, {"state": "off"}), 409, "refused")["detail"]
    )


def test_until_when_a_unit_is_held_is_said_and_listed(cast: Cast, program: Programs) -> None:
    incident, dispatcher = opened(cast.handler), program(cast.dispatcher)
    given = {"unit": cast.unit.pk, "committed_until": "2031-11-23T04:00:00Z"}
    assert dispatcher.post(f"/incidents/{incident.pk}/allocations", given).status_code == 201
    (unit,) = dispatcher.get("/units").json()["units"]
    assert unit["committed_until"] == "2031-11-23T04:00:00Z"
    at = f"/units/{cast.unit.pk}/committed"
    assert problem(program(cast.far_dispatcher).post(at, {"until": None}), 404, "not-there")
    assert dispatcher.post(at, {"until": None}).status_code == 204
    assert dispatcher.get("/units").json()["units"][0]["committed_until"] is None


def test_what_the_caller_was_told_is_no_words_of_theirs(cast: Cast, program: Programs) -> None:
    incident, handler = opened(cast.handler), program(cast.handler)
    given = {"outcome": "answered", "told": "No children there, I am told."}
    assert handler.post(f"/incidents/{incident.pk}/call-backs", given).status_code == 201
    lines = handler.get(f"/incidents/{incident.pk}/timeline").json()["lines"]
    assert [one["kind"] for one in lines if "No children there" in one["text"]] == ["event"]
