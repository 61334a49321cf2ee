"""What a force sets for itself holds from a date until the next set's, and earlier days have the earliest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from goldthread.config import dated

SETS = [(date(2026, 1, 1), "first"), (date(2026, 6, 1), "second"), (date(2027, 1, 1), "third")]


@pytest.mark.parametrize(
    ("day", "held"),
    [
        (date.min, "first"),
        (date(2026, 1, 1), "first"),
        (date(2026, 5, 31), "first"),
        (date(2026, 6, 1), "second"),
        (date(2026, 12, 31), "second"),
        (date(2027, 1, 1), "third"),
        (date.max, "third"),
    ],
)
def test_a_set_holds_from_its_date_until_the_next(day: date, held: str) -> None:
    assert dated.on(SETS, day) == held


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A force's file whose newer set stands first."""
    text = "[[set]]\nfrom = 2026-06-01\nminutes = 5\n\n[[set]]\nfrom = 2026-01-01\nminutes = 9\n"
    (tmp_path / "given.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(dated.resources, "files", lambda _package: tmp_path)
    dated.table.cache_clear()
    yield
    dated.table.cache_clear()


def test_sets_stand_in_order_of_their_dates_whatever_their_order_in_the_file(written: None) -> None:
    assert dated.sets("any", "given.toml", lambda row: row["minutes"]) == [(date(2026, 1, 1), 9), (date(2026, 6, 1), 5)]


def test_a_fault_in_any_set_is_told_when_the_file_is_read(written: None) -> None:
    def made(row: dict[str, Any]) -> int:
        if row["minutes"] > 5:
            raise ValueError(f"the set of {row['from']}")
        return int(row["minutes"])

    with pytest.raises(ValueError, match="2026-01-01"):
        dated.sets("any", "given.toml", made)
