"""What ``goldthread serve`` starts, and what ``demo --check`` says of the part that reads aside."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from goldthread.assessment import aside
from goldthread.cli import serve


def test_the_check_says_when_nobody_reads_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_off_until", 0.0)
    (said,) = serve._ask_aside(tmp_path / "reading", patience=0.01)
    assert "The part reading does not answer" in said


@pytest.mark.parametrize(("path", "well"), [("full", True), ("fast", False)])
def test_the_check_asks_for_a_full_reading(monkeypatch: pytest.MonkeyPatch, path: str, well: bool) -> None:
    answers: list[dict[str, Any] | None] = [None, {"path": path}]
    monkeypatch.setattr(aside, "ask", lambda _where, _text: answers.pop(0))
    assert (serve._ask_aside(Path("reading")) == []) is well


@pytest.mark.parametrize("usual", ["/tmp/" + "e" * 70, "/tmp/" + "\u00e9" * 40])
def test_a_socket_has_room_for_its_name_whatever_the_temporary_folder_is_called(
    monkeypatch: pytest.MonkeyPatch, usual: str
) -> None:
    monkeypatch.setattr(tempfile, "gettempdir", lambda: usual)
    with serve.own_folder() as own:
        assert own is not None
        assert len(os.fsencode(own / serve.READING)) < 100


def test_without_a_temporary_folder_it_starts_without_the_part_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    with serve.own_folder() as own:
        assert own is None
        parts = serve._parts(serve.Where("localhost", 8000, 8001), {}, own)
    assert [one.name for one in parts] == ["pages", "stream", "jobs", "webhooks", "alarms"]
    assert not any("GOLDTHREAD_READING_SOCKET" in one.env for one in parts)
    said = capsys.readouterr().err
    assert "No temporary folder can be made (No usable temporary directory found)" in said
    assert "TMPDIR" in said
