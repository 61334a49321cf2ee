"""The reader's marks through the API: how each cue stands, and answering it as on the page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from goldthread.assessment.models import MarkAnswer, Reading
from goldthread.audit.models import AuditEvent
from goldthread.contact.models import Incident
from tests.cast import Cast, key, opened, say
from tests.integration.conftest import Program, Programs, problem

SAID = "male nxt dr shouting at partner, kids crying upstairs then gone quiet, knife in his hand"


@pytest.fixture
def said(cast: Cast) -> Incident:
    incident = opened(cast.handler)
    say(cast.handler, incident, SAID)
    return incident


def cue(asking: Program, incident: Incident, code: str = "da-child") -> dict[str, Any]:
    cues = asking.get(f"/incidents/{incident.pk}").json()["noticed"]["cues"]
    found: dict[str, Any] = next(one for one in cues if one["cue"] == code)
    return found


def test_each_cue_says_how_it_stands(cast: Cast, program: Programs, said: Incident) -> None:
    noticed = program(cast.handler).get(f"/incidents/{said.pk}").json()["noticed"]
    assert {one["cue"] for one in noticed["cues"]} == {one["cue"] for one in noticed["marks"]}
    assert noticed["cues"][0]["critical"]
    for one in noticed["cues"]:
        assert one["label"]
        assert all(quote in SAID for quote in one["quotes"])
        assert (one["answered"], one["revived"]) == (None, False)
        assert all("|" in fact for fact in one["facts"])


def test_an_answer_holds_until_a_new_fact_comes(cast: Cast, program: Programs, said: Incident) -> None:
    asking = program(cast.handler)
    before = Reading.objects.filter(incident=said).values_list("findings", flat=True).latest("id")
    stood = cue(asking, said)
    assert stood["wants"]
    given = {"cue": "da-child", "answer": "not_so", "reason": "checked", "facts": stood["facts"],
             "quote": stood["quotes"][0], "shown_ms": 840}  # fmt: skip
    assert asking.post(f"/incidents/{said.pk}/marks", given).status_code == 204
    after = cue(asking, said)
    assert (after["wants"], after["answered"]["answer"], after["answered"]["reason"]) == (False, "not_so", "checked")
    assert after["answered"]["at"]
    kept = MarkAnswer.objects.get()
    assert (kept.shown_ms, kept.quote.text if kept.quote else "") == (840, stood["quotes"][0])
    assert Reading.objects.filter(incident=said).values_list("findings", flat=True).latest("id") == before
    say(cast.handler, said, "the children saw it all")
    again = cue(asking, said)
    assert (again["wants"], again["revived"]) == (True, True)
    event = AuditEvent.objects.get(verb="mark.answer")
    assert (event.duty, json.loads(event.detail)["why"]) == ("collection", "checked")


def test_without_its_facts_an_answer_settles_nothing(cast: Cast, program: Programs, said: Incident) -> None:
    asking = program(cast.handler)
    assert asking.post(f"/incidents/{said.pk}/marks", {"cue": "da-child", "answer": "noted"}).status_code == 204
    assert cue(asking, said)["wants"]


@pytest.mark.parametrize(
    ("given", "code", "field", "says"),
    [
        ({"cue": "no-such-cue"}, "invalid", "cue", "no such mark"),
        ({"answer": "not_so"}, "invalid", "reason", "Say why it is not so"),
        ({"answer": "perhaps"}, "not-as-described", "answer", "This is"),
        ({"reason": "because"}, "not-as-described", "reason", "This is"),
        ({"facts": ["a\x00b"]}, "invalid", "facts", "does not fit the mark"),
        ({"facts": ["x" * 401]}, "not-as-described", "facts.0", "At most 400"),
        ({"quote": "x" * 2_001}, "not-as-described", "quote", "At most 2000"),
        ({"shown_ms": -1}, "not-as-described", "shown_ms", "0 or more"),
    ],
)
def test_an_answer_that_cannot_be_kept(
    cast: Cast, program: Programs, said: Incident, given: dict[str, Any], code: str, field: str, says: str
) -> None:
    body = {"cue": "da-child", "answer": "noted", **given}
    answer = problem(program(cast.handler).post(f"/incidents/{said.pk}/marks", body), 422, code)
    assert says in answer["errors"][field]
    assert not MarkAnswer.objects.exists()


def test_strangers_answer_nothing(cast: Cast, program: Programs, said: Incident) -> None:
    body = {"cue": "da-child", "answer": "noted"}
    at = f"/incidents/{said.pk}/marks"
    problem(program(cast.far_dispatcher).post(at, body), 404, "not-there")
    problem(program(cast.far_supervisor).post(at, body), 404, "not-there")
    for one in (cast.officer, cast.vast, cast.pcc, cast.auditor):
        problem(program(one).post(at, body), 403, "not-permitted")
    assert not MarkAnswer.objects.exists()
    # Any handler takes any live call, as on the page.
    assert program(cast.stranger).post(at, body, key=key()).status_code == 204
