"""What cannot be read costs a sentence: it is kept, listed with what is wrong, read for a risk, and put right by being sent anew."""

from __future__ import annotations

import json
from typing import Any

import pytest

from goldthread.contact.models import Incident
from goldthread.integration import message_came_rules as came_rules
from goldthread.integration.message_models import Message
from tests.cast import Cast
from tests.integration.conftest import Program, Programs, problem
from tests.integration.messages_given import RISKY, account, became, give, integrator, told, words


@pytest.fixture
def sender(cast: Cast, program: Programs) -> Program:
    return program(account(cast))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"system": None}, "System: it is missing"),
    ({"system": "Night in gale"}, "a code of letters"),
    ({"system": "x" * 41}, "41 characters"),
    ({"id": 7}, "Id: it is to be text"),
    ({"id": " "}, "Id: it is missing"),
    ({"id": "x" * 201}, "at most 200"),
    ({"id": "a\u0000b"}, "a character that is none"),
    ({"incident": ["NG-1"]}, "Incident: it is to be text"),
    ({"number": 0}, "Number: it is to be a whole number from 1"),
    ({"number": "1"}, "Number:"),
    ({"number": True}, "Number:"),
    ({"number": 1.5}, "Number:"),
    ({"number": 10**400}, "Number:"),
    ({"at": "ten past two"}, "At: it is to be a time with its zone"),
    ({"at": "2026-11-23T02:07:00"}, "At:"),
    ({"at": "9999-99-99T02:07:00Z"}, "At:"),
    ({"at": 5}, "At:"),
    ({"kind": "moved"}, "Kind: there is no such kind"),
    ({"text": "  "}, "Text: it is missing"),
    ({"text": {"a": 1}}, "Text: it is to be text"),
    ({"text": "x" * 400_001}, "400,001 characters"),
    ({"kind": "grade", "grade": "purple"}, "Grade: there is no such grade here"),
    ({"kind": "dispatch", "unit": "NA21", "state": "lost"}, "State: it is to be sent, arrived or left"),
    ({"kind": "dispatch", "unit": "x" * 21, "state": "sent"}, "at most 20"),
    ({"kind": "particulars"}, "It tells none of location"),
    ({"kind": "particulars", "children": []}, "Children: it is to be an object"),
    ({"kind": "particulars", "children": {"answer": "none"}}, "Children.answer:"),
    ({"kind": "particulars", "children": {"named": [7]}}, "Children.named.0:"),
    ({"kind": "particulars", "children": {"named": [{}] * 61}}, "at most 60 children"),
    ({"kind": "linked"}, "To: it is missing"),
    ({f"field {at}": at for at in range(300)}, "at most 200 are taken"),
]


@pytest.mark.parametrize(("given", "says"), WRONG)
def test_what_is_wrong_is_said_and_where(given: dict[str, Any], says: str) -> None:
    base = {
        "system": "n",
        "id": "1",
        "incident": "N-1",
        "number": 1,
        "at": "2026-11-23T02:07:00Z",
        "kind": "words",
        "text": "x",
    }
    came = came_rules.came({**base, **given}, 100)
    assert came.told is None
    assert says in came.why, came.why
    assert came.why.endswith(".")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        (b'{"number": NaN}', "not JSON"),
        (b'{"id": "1", "id": "2"}', "given twice"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'"words alone"', "not an object"),
        (b"null", "not an object"),
        (b"{", "not JSON"),
        (b'{"text": "' + b"x" * 2_000_001 + b'"}', "at most 2,000,000"),
    ],
)
def test_a_bomb_costs_a_sentence(line: bytes, says: str) -> None:
    came = came_rules.came_text(line)
    assert came.told is None
    assert says in came.why
    assert len(came.raw) <= came_rules.KEPT


def test_bad_ones_are_kept_and_listed_and_hold_up_no_other(cast: Cast, sender: Program, program: Programs) -> None:
    deep: Any = "deep"
    for _ in range(200):
        deep = [deep]
    bad = [
        {"text": RISKY},
        {f"k{at}": "x" for at in range(1_000)},
        {"a": deep},
        None,
        {**told(2), "text": "\ud800\u0000"},
    ]
    acks = give(sender, told(1, "opened"), *bad, told(3, text="half \ud800 of \u0000 it"))
    assert became(acks) == ["taken", "unreadable", "unreadable", "unreadable", "unreadable", "taken", "taken"]
    assert words(Incident.objects.get()) == ["\ufffd\ufffd", "half \ufffd of \ufffd it"]
    listed = program(integrator()).get("/messages").json()
    assert listed["total"] == 4
    assert (listed["messages"][0]["at_risk"], listed["messages"][0]["level"]) == (True, "immediate"), (
        "a risk stands first"
    )
    one = program(cast.fim).get(f"/messages/{listed['messages'][0]['id']}").json()
    assert RISKY in one["content"]


def test_what_cannot_be_read_is_put_right_by_being_sent_anew(cast: Cast, sender: Program, program: Programs) -> None:
    give(sender, told(1, "opened"), told(2, at="ten past two", text=RISKY))
    asking = program(integrator())
    (row,) = asking.get("/messages").json()["messages"]
    assert (row["state"], row["number"], row["external_id"]) == ("unreadable", 2, "NG-1-2")
    assert became(give(sender, told(2, text=RISKY))) == ["taken"]
    assert asking.get("/messages").json()["total"] == 0
    assert words(Incident.objects.get()) == [RISKY]


def test_a_body_that_is_no_list_of_messages(cast: Cast, sender: Program) -> None:
    for body, status in (
        (b"not json", "unreadable"), (b"\xff", "unreadable"), (b"[" * 100_000, "unreadable"), (b'[{"number": NaN}]', "unreadable"),
        (b"7", "unreadable"),
    ):  # fmt: skip
        answer = sender.post("/messages", body)
        assert answer.status_code == 200, answer.content[:200]
        assert became(answer.json()["messages"]) == [status]
    assert sender.post("/messages", b"[]").json() == {"messages": []}
    many = problem(sender.post("/messages", [{}] * 501), 422, "invalid")
    assert "501 messages, and at most 500" in many["detail"]
    large = problem(sender.post("/messages", b'["' + b"x" * 2_000_010 + b'"]'), 422, "invalid")
    assert "at most 2,000,000" in large["detail"]
    assert sender.post("/messages", b"x" * 10_000_000).status_code == 413
    assert Message.objects.filter(became="unreadable").count() == 5


def test_words_that_have_no_counterpart_here_are_taken_as_the_most_careful(cast: Cast, sender: Program) -> None:
    acks = give(
        sender,
        told(
            1, "opened", channel="carrier pigeon", area="Atlantis", location="x" * 3_000, colour="red", **{"x" * 90: 1}
        ),
        told(2, text="hello", source="oracle"),
        told(3, "particulars", children={"named": [{"name": "y" * 500, "age": 212, "seen": "perhaps"}]}),
        told(4, "closed", reason="because", result="z" * 9_000),
    )
    assert became(acks) == ["taken"] * 4
    assert "'colour'" in acks[0]["why"]
    incident = Incident.objects.get()
    assert (incident.channel, incident.area, incident.child) == ("partner", "", "yes")
    child = incident.child_versions.get()
    assert (child.age, child.seen) == (None, "not_known")
    assert incident.location is not None
    assert len(incident.location.text) == 200
    assert len(json.loads(Message.objects.get(number=1).raw.text)["location"]) == 3_000  # type: ignore[union-attr]
