"""The part that reads aside, as it is shipped: the step itself, with its own reader."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from goldthread.assessment import aside

WORDS = "The little girl next door is out on the step in her nightie again, no lights on, nobody answers."
PATIENCE = 60.0


def read(where: Path, text: str) -> dict[str, Any]:
    """Ask until it is read."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(aside.AsideError):
            if (found := aside.ask(where, text)) is not None:
                return found
        time.sleep(0.3)  # it has a low priority: asking on and on would leave it no time
    raise AssertionError("it never came")


@pytest.mark.slow
def test_the_step_reads_in_full_and_ends_when_it_is_told_to(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "_off_until", 0.0)
    where = tmp_path_factory.mktemp("a") / "reading"
    env = {**os.environ, "GOLDTHREAD_READING_SOCKET": str(where)}
    with subprocess.Popen([sys.executable, "-m", "goldthread.cli.steps", "reading"], env=env) as step:
        try:
            found = read(where, WORDS)
            assert (found["path"], found["at_risk"]) == ("full", True)
            assert any("nightie" in WORDS[one["start"] : one["end"]] for one in found["findings"])
            step.terminate()
            assert step.wait(PATIENCE) == 0
        finally:
            step.kill()
