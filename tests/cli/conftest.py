"""The command line as a function: what a process of its own would cost a second or two to start."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable

import pytest
from tests.conftest import Database

from goldthread.cli import main

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def cli(committing: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run ``goldthread`` with these arguments on a database of the test's own; ``given`` is its standard input."""

    def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        capsys.readouterr()
        status = main(arguments)
        told = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, told.out, told.err)

    return run
