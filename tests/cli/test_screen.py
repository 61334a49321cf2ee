"""``goldthread screen``: a table in, the same table with answers out."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from goldthread.cli import main
from goldthread.screening import encode, tables
from goldthread.screening import run as screening

ROWS = [
    ["1", 'kids crying, "quoted"\nsecond line'],
    ["2", "bike taken"],
    ["3", "shouting at mum, kids crying upstairs then gone quiet"],
]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    write(path, [["ref", "narrative"], *ROWS])
    return path


def write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    csv.field_size_limit(10**8)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(*arguments: object) -> int:
    return main(["screen", *map(str, arguments), "--workers", "1", "--path", "fast"])


def test_columns_are_kept_and_answers_added(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run(table, out) == 0
    rows = rows_of(out)
    assert [[row["ref"], row["narrative"]] for row in rows] == ROWS
    assert rows[1]["gt_level"] == "none"
    assert rows[2]["gt_at_risk"] == "true"
    found = json.loads(rows[2]["gt_findings"])
    assert all(ROWS[2][1][f["start"] : f["end"]] == f["quote"] for f in found)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_several_processes_give_the_same_rows_in_order(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tables.CHUNK_ROWS, "fast", 2)
    write(table, [["ref", "narrative"], *([str(number), f"kids crying {number}"] for number in range(25))])
    assert run(table, tmp_path / "one.csv") == 0
    assert main(["screen", str(table), str(tmp_path / "two.csv"), "--workers", "2", "--path", "fast"]) == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_a_stopped_run_goes_on_without_lost_or_doubled_rows(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(tables.CHUNK_ROWS, "fast", 3)
    monkeypatch.setattr(screening, "COMMIT_EVERY", 0)
    write(table, [["ref", "narrative"], *([str(number), f"kids crying {number}\nmore"] for number in range(20))])
    assert run(table, tmp_path / "whole.csv") == 0
    read, calls = encode.answer_chunk, []

    def stop_at_the_fourth(*given: Any) -> encode.Answered:
        calls.append(given)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return read(*given)

    monkeypatch.setattr(encode, "answer_chunk", stop_at_the_fourth)
    assert run(table, tmp_path / "out.csv") == 130
    assert not (tmp_path / "out.csv").exists()
    with (tmp_path / "out.csv.part" / "rows.csv").open("ab") as part:
        part.write(b'9,"half a ro')
    assert run(table, tmp_path / "out.csv") == 0
    assert "Going on after 9 rows" in capsys.readouterr().err
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_another_input_starts_afresh(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(tables.CHUNK_ROWS, "fast", 1)
    monkeypatch.setattr(screening, "COMMIT_EVERY", 0)
    read = encode.answer_chunk

    def stop_at_the_second(given: Any, *rest: Any) -> encode.Answered:
        if given[0][0] == "2":
            raise KeyboardInterrupt
        return read(given, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(encode, "answer_chunk", stop_at_the_second)
        assert run(table, tmp_path / "out.csv") == 130
    write(table, [["ref", "narrative"], ["9", "bike taken"]])
    assert run(table, tmp_path / "out.csv") == 0
    assert "another input, column or reader; starting again" in capsys.readouterr().err
    assert [row["ref"] for row in rows_of(tmp_path / "out.csv")] == ["9"]


def test_bad_rows_are_marked_and_reported(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table.write_text("ref,narrative\nA1,kids crying\nB2,one,two,three\n\nC3\nD4,bike taken\n")
    assert run(table, tmp_path / "out.csv", "--id", "ref") == 1
    err = capsys.readouterr().err
    assert "Row 2: expected 2 fields, found 4" in err
    rows = rows_of(tmp_path / "out.csv")
    assert [row["ref"] for row in rows] == ["A1", "B2", "C3", "D4"]
    assert [bool(row["gt_error"]) for row in rows] == [False, True, True, False]


def test_bytes_that_are_not_utf8_pass_through(table: Path, tmp_path: Path) -> None:
    table.write_bytes(b"text\nkids crying \xff\x00 upstairs\n")
    assert run(table, tmp_path / "out.csv") == 0
    assert b"kids crying \xff\x00 upstairs" in (tmp_path / "out.csv").read_bytes()


def test_the_text_column_is_guessed_only_if_plain(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(table, [["notes", "text"], ["a", "b"]])
    assert run(table, tmp_path / "out.csv") == 2
    assert "--text" in capsys.readouterr().err
    assert run(table, tmp_path / "out.csv", "--text", "notes") == 0


@pytest.mark.parametrize(
    ("source", "target", "extra", "sentence"),
    [
        ("none.csv", "out.csv", [], "There is no file"),
        ("none.parquet", "out.csv", [], "There is no file"),
        ("in.csv", "out.csv", ["--key", "ref"], "belong to a database"),
        ("in.csv", "out.csv", ["--id", "narrative"], "cannot be the column of the text"),
        ("in.csv", "out.csv", ["--workers", "0"], "must be 1 or more"),
        ("in.csv", "out.xlsx", [], "unknown format"),
        ("in.csv", "out.csv", ["--text", "nope"], "no column 'nope'"),
        ("in.csv", "out.csv", ["--id", "nope"], "no column 'nope'"),
        ("in.csv", "no/such/out.csv", [], "Cannot write"),
        ("in.csv", "in.csv", [], "is there already"),
        ("empty.csv", "out.csv", [], "needs a header row"),
        ("done.csv", "out.csv", ["--text", "text"], "has a column gt_level already"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    table: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    source: str,
    target: str,
    extra: list[str],
    sentence: str,
) -> None:
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "done.csv").write_text("text,gt_level\na,b\n")
    assert main(["screen", str(tmp_path / source), str(tmp_path / target), "--path", "fast", *extra]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert "Traceback" not in err
