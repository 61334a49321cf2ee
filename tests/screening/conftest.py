"""A way to run the command on small chunks, so that a handful of rows already makes several of everything."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from goldthread.cli import main
from goldthread.screening import run as screening
from goldthread.screening import tables

LOGS = ["bike taken", "shouting at mum, kids crying upstairs then gone quiet", "caller says no kids in the house"]


@pytest.fixture
def screen(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run ``goldthread screen`` in this process on the fast path; gives its exit status and what it said."""

    def made(*arguments: object) -> tuple[int, str]:
        status = main(["screen", *map(str, arguments), "--workers", "1", "--path", "fast"])
        return status, capsys.readouterr().err

    return made


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of three rows, each committed."""
    monkeypatch.setitem(tables.CHUNK_ROWS, "fast", 3)
    monkeypatch.setattr(screening, "COMMIT_EVERY", 0)


def csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file by column."""
    csv.field_size_limit(10**8)
    with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        return list(csv.DictReader(file))
