"""``goldthread import``: an operator takes in what another incident system wrote to a file, or pipes it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.cast import Cast
from tests.integration.messages_given import told, words

from goldthread.cli import main
from goldthread.contact.models import Incident
from goldthread.integration.message_models import Message


def _run(
    lines: list[Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *more: str
) -> tuple[int, list[Any], str]:
    raw = b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    status = main(["import", "-", "--team", "Team A", *more])
    found = capsys.readouterr()
    return status, [json.loads(line) for line in found.out.splitlines()], found.err


def test_lines_are_taken_once_however_often_they_are_given(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [told(1, "opened"), told(2), told(3)]
    status, every, last = _run(lines, capsys, monkeypatch, "--all")
    assert (status, [one["became"] for one in every], last) == (0, ["taken"] * 3, "3 messages: 3 taken.\n")
    incident = Incident.objects.get()
    assert (incident.owner_team, incident.reference) == (cast.handler.team, every[0]["incident"])
    status, told_of, last = _run(lines, capsys, monkeypatch)
    assert (status, told_of, last) == (0, [], "3 messages: 3 repeated.\n")
    assert len(words(incident)) == 2


def test_a_bad_line_is_told_by_its_number_and_the_rest_is_done(
    cast: Cast, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        told(1, "opened"),
        b"not json",
        b"",
        told(2),
        told(3, at="then"),
        b'{"text": "' + b"x" * 34_000_000 + b'"}',
    ]
    status, bad, last = _run(lines, capsys, monkeypatch)
    assert status == 1
    assert [(one["line"], one["became"]) for one in bad] == [(2, "unreadable"), (5, "unreadable"), (6, "unreadable")]
    assert "not JSON" in bad[0]["why"]
    assert "longer than 32 MB" in bad[2]["why"]
    assert last == "5 messages: 2 taken, 3 unreadable.\n"
    assert Message.objects.filter(became="unreadable").count() == 3


def test_what_cannot_begin_says_why(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments, said in (
        ([str(tmp_path / "absent"), "--team", "Team A"], "No such file"),
        (["-", "--team", "Nobody"], "There is no team called Nobody. Teams: Detectives, Dispatch North"),
    ):
        assert main(["import", *arguments]) == 2
        assert said in capsys.readouterr().err
