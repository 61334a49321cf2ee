"""``goldthread receive``: an operator feeds the inbox from a file or a pipe."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import Cast

from goldthread.cli import main
from goldthread.contact.models import Entry, Incident

GOOD = [
    {"id": "a", "text": "my dad is hitting my brother", "name": "Kit", "area": "North"},
    {"id": "b", "text": "and he has locked us in", "conversation": "a", "received_at": "2026-11-23T02:07:00+00:00"},
]


def _run(
    lines: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[int, list[Any]]:
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    status = main(["receive", "online", "--team", "Team A"])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_lines_become_incidents_once(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, told = _run(GOOD, capsys, monkeypatch)
    assert (status, [one["again"] for one in told]) == (0, [False, False])
    incident = Incident.objects.get()
    assert {one["incident"] for one in told} == {incident.reference}
    assert incident.owner_team == cast.handler.team
    status, told = _run(GOOD, capsys, monkeypatch)
    assert (status, [one["again"] for one in told]) == (0, [True, True])
    assert Entry.objects.filter(kind="words").count() == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"not json", "not valid JSON"),
        (b"[1]", "not a JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        ({"text": "no id"}, "id must be a string"),
        ({"id": "", "text": "x"}, "Give the message its own id"),
        ({"id": 7, "text": "x"}, "id must be a string"),
        ({"id": "x", "text": ["a"]}, "text must be a string"),
        ({"id": "x", "text": "x", "colour": "red"}, "unknown fields colour"),
        ({"id": "x", "text": "x", "received_at": "yesterday"}, "a time with its zone"),
        ({"id": "x", "text": "x", "received_at": "2026-11-23T02:07:00"}, "a time with its zone"),
        ({"id": "x", "text": "x", "received_at": 5}, "a time with its zone"),
        ({"id": "x", "text": "y" * 3_000_000}, "can be taken in"),
    ],
)
def test_a_bad_line_is_told_and_the_rest_is_done(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: Any, said: str
) -> None:
    status, told = _run([GOOD[0], line, GOOD[1]], capsys, monkeypatch)
    assert status == 1
    assert "incident" in told[0]
    assert told[1]["error"].startswith("Line 2: ")
    assert said in told[1]["error"]
    assert "incident" in told[2]


def test_what_cannot_begin_says_why(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments, said in (
        (["999", "--team", "Team A"], "Contacts arrive by one of"),
        (["email", "--team", "Nobody"], "There is no team called Nobody. Teams: Detectives, Dispatch North"),
        (["email", str(tmp_path / "absent"), "--team", "Team A"], "No such file"),
    ):
        assert main(["receive", *arguments]) == 2
        assert said in capsys.readouterr().err
    assert not Incident.objects.exists()
