"""What ``goldthread serve`` starts, and what ``demo --check`` says of the part that reads aside."""

from __future__ import annotations

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
