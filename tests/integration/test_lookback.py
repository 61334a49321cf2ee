"""Look-back by a program: the same items, rules and sentences as on its pages."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from goldthread.audit.models import AuditEvent
from goldthread.lookback.models import Decision, Item, Outcome
from goldthread.lookback.tie_actions import tie
from tests.cast import Cast
from tests.integration.conftest import Programs, problem
from tests.lookback.made import QUOTE, some_items
from tests.lookback.test_pages import SEE, released
from tests.lookback.test_ties import linked


@pytest.fixture
def items(cast: Cast, tmp_path: Path) -> list[Item]:
    return released(some_items(cast, tmp_path, 3))


def test_each_reaches_what_their_pages_show(cast: Cast, program: Programs, items: list[Item]) -> None:
    for name, one in cast.everybody().items():
        client = program(one)
        listed, read = client.get("/look-back"), client.get(f"/look-back/{items[0].pk}")
        if name in SEE:
            assert listed.status_code == 200, listed.content
            assert [row["id"] for row in listed.json()["items"]] == [str(item.pk) for item in items], name
            assert read.json()["quotes"][0]["quote"] == QUOTE, name
        elif name == "far_supervisor":
            assert listed.json()["items"] == []
            assert problem(read, 404, "not-there")
        else:
            assert {listed.status_code, read.status_code} == {403}, name


def test_an_item_is_taken_decided_undone_and_its_outcome_recorded(
    cast: Cast, program: Programs, items: list[Item], tmp_path: Path
) -> None:
    tie(linked(tmp_path, [(items[0].reference, "1"), (items[1].reference, "1")]), "person", "ref", "", cast.vast)
    client, at = program(cast.supervisor), f"/look-back/{items[0].pk}"
    shown = client.get(at).json()
    assert shown["suggests"] == "immediate"
    assert shown["why"] == ["grade_below", "child_not_named"]
    assert [(one["reference"], one["by"]) for one in shown["together"]] == [
        (items[1].reference, ["perhaps the same person"])
    ]
    assert client.post(f"{at}/owner", {"seen": shown["mark"]}).status_code == 204
    assert client.get(at).json()["owner"] == cast.supervisor.name
    assert problem(client.post(f"{at}/decision", {"kind": "safe", "seen": shown["mark"]}), 409, "stale")
    assert problem(client.post(f"{at}/decision", {"kind": "safe"}), 422, "invalid")
    assert not Decision.objects.exists()
    given = {"kind": "safe", "reason": "acted_on", "words": "The referral of that night covers it."}
    assert client.post(f"{at}/decision", given).status_code == 204
    assert problem(client.post(f"{at}/decision", given), 409, "stale")
    assert client.post(f"{at}/decision/undoing", {"words": "Another child."}).status_code == 204
    assert client.post(f"{at}/decision", {"kind": "reopen", "told": "Jo Peel, records"}).status_code == 204
    assert client.post(f"{at}/outcome", {"outcome": "safe_seen"}).status_code == 204
    assert problem(client.post(f"{at}/decision/undoing", {}), 409, "refused")
    told = client.get(at).json()
    assert [one["what"] for one in told["history"]] == [
        "Safe because", "Decision undone", "Re-open", "Outcome: child seen and safe",
    ]  # fmt: skip
    assert (told["decision"], told["outcome"]) == ("reopen", "safe_seen")
    assert AuditEvent.objects.filter(verb="lookback.decide", staff_id=cast.supervisor.pk).count() == 2


def test_a_retry_acts_once(cast: Cast, program: Programs, items: list[Item]) -> None:
    client, key = program(cast.vast), str(uuid.uuid4())
    given = {"kind": "safe", "reason": "past", "words": "Dealt with in March."}
    for _ in range(2):
        assert client.post(f"/look-back/{items[0].pk}/decision", given, key=key).status_code == 204
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("path", ["owner", "decision", "decision/undoing", "outcome"])
def test_nobody_decides_what_is_out_of_their_reach(cast: Cast, program: Programs, items: list[Item], path: str) -> None:
    given = {"decision": {"kind": "safe", "reason": "past", "words": "x"}, "outcome": {"outcome": "no_trace"}}
    for name, one in cast.everybody().items():
        if name in SEE:
            continue
        answer = program(one).post(f"/look-back/{items[0].pk}/{path}", given.get(path, {}))
        assert answer.status_code == (404 if name == "far_supervisor" else 403), name
    assert not Decision.objects.exists()
    assert not Outcome.objects.exists()


def test_lists_searches_and_what_is_no_list(cast: Cast, program: Programs, items: list[Item]) -> None:
    client = program(cast.vast)
    found = client.get("/look-back", {"reference": items[2].reference}).json()
    assert [one["id"] for one in found["items"]] == [str(items[2].pk)]
    assert client.get("/look-back", {"show": "decided"}).json()["total"] == 0
    assert client.get("/look-back", {"page": 9}).json()["items"] == []
    for wrong in ({"show": "none"}, {"page": 0}, {"reference": " "}, {"owner": "me"}, {"reference": "x" * 81}):
        assert problem(client.get("/look-back", wrong), 422, "not-as-described"), wrong
    assert problem(client.get(f"/look-back/{uuid.uuid4()}"), 404, "not-there")
    assert problem(
        client.post(f"/look-back/{items[0].pk}/decision", {"kind": "safe", "words": "x" * 4001}),
        422,
        "not-as-described",
    )
