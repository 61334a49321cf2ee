"""``goldthread records``: what can be used is loaded, and the rest is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cast import Cast

from goldthread.cli import main
from goldthread.contact.people_models import Person
from goldthread.contact.records_models import RecordLoad


def put(path: Path, *more: str, kind: str = "people", as_of: str = "2025-11-03 14:02") -> int:
    return main(["records", str(path), "--kind", kind, "--source", "RMS", "--as-of", as_of, *more])


def test_a_file_is_loaded_and_its_bad_lines_are_named(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("key;name;hat\nN1;Orla Fenwick;red\nN2;;\n")
    assert put(file) == 1
    told = capsys.readouterr()
    assert "Line 3: It has no name." in told.err
    assert "2 lines read." in told.err
    assert "Read as CSV in UTF-8, parted by semicolons. Left aside: hat." in told.out
    assert (
        "2 lines read: 1 added, 0 changed, 0 as they stood, 0 older than what stands, 1 not used; 0 rows ended."
        in told.out
    )
    made = RecordLoad.objects.get()
    assert (made.by, made.name, made.as_of.isoformat()) == (None, "people.csv", "2025-11-03T14:02:00+00:00")
    file.write_text("key,name\nN1,Orla Fenwick\n")
    assert put(file, as_of="2025-11-04 14:02") == 0


def test_what_changes_nothing_says_so(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "people.csv"
    file.write_text("key,name\nN1,Orla Fenwick\nN2,Tomas Fenwick\n")
    assert put(tmp_path / "nowhere.csv") == 2
    assert "There is no file" in capsys.readouterr().err
    assert put(file, kind="cats") == 2
    assert "people, addresses, phones, residences, markers, orders, flags" in capsys.readouterr().err
    assert put(file, as_of="soon") == 2
    assert "Write the date and time" in capsys.readouterr().err
    assert not Person.objects.exists()
    assert put(file) == 0
    file.write_text("key,name\nN1,Orla Fenwick\n")
    assert put(file, "--full", as_of="2025-11-05 14:02") == 2
    assert "say yes (--yes)" in capsys.readouterr().err
    assert Person.objects.filter(ended_at=None).count() == 2
    assert put(file, "--full", "--yes", as_of="2025-11-05 14:02") == 0
    assert Person.objects.get(ended_at=None).name == "Orla Fenwick"
