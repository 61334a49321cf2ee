"""Parquet keeps its columns and their types, whatever they are, and gets answers of their own types."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldthread.screening import parquet
from tests.screening.conftest import LOGS, csv_rows

Screen = Callable[..., tuple[int, str]]
UTC = dt.UTC


def awkward(rows: int) -> pa.Table:
    """A table with every kind of column that a force's extract may hold."""
    return pa.table(
        {
            "ref": pa.array(range(rows), pa.int64()),
            "big": pa.array([None if at % 2 else 2**62 + at for at in range(rows)], pa.int64()),
            "when": pa.array([dt.datetime(2025, 1, 1, 2, 3, 4, 5, UTC)] * rows, pa.timestamp("us", "UTC")),
            "until": pa.array([dt.date(9999, 12, 31)] * rows, pa.date32()),
            "cost": pa.array([Decimal("1.10")] * rows, pa.decimal128(20, 2)),
            "tags": pa.array([(["a", None], None, [])[at % 3] for at in range(rows)], pa.list_(pa.string())),
            "place": pa.array([{"street": "Mill Lane", "no": 4}] * rows, pa.struct({"street": pa.string(), "no": pa.int8()})),
            "area": pa.array([("north", "south", None)[at % 3] for at in range(rows)], pa.string()).dictionary_encode(),
            "raw": pa.array([b"\xff\x00"] * rows, pa.binary()),
            "text": pa.array([LOGS[at % 3] for at in range(rows)]),
        },
        metadata={"made by": "somebody"},
    )  # fmt: skip


def test_columns_and_types_are_kept_and_answers_typed(screen: Screen, small: None, tmp_path: Path) -> None:
    table = awkward(20)
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=7)
    assert screen(tmp_path / "in.parquet", tmp_path / "out.parquet", "--text", "text")[0] == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names).equals(table)
    assert out.schema.metadata[b"made by"] == b"somebody"
    assert out.schema.field("gt_at_risk").type == pa.bool_()
    assert out.schema.field("gt_probability").type == pa.float64()
    assert out["gt_at_risk"].to_pylist()[:3] == [False, True, False]
    assert out["gt_model"].null_count == out["gt_error"].null_count == 20
    assert pq.ParquetFile(tmp_path / "out.parquet").metadata.num_row_groups == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


@pytest.mark.parametrize(
    "texts",
    [
        pa.array([LOGS[1], None, LOGS[0]]),
        pa.array([LOGS[1], None, LOGS[0]]).dictionary_encode(),
        pa.array([LOGS[1], None, LOGS[0]], pa.large_string()),
        pa.array([LOGS[1], None, LOGS[0]], pa.string_view()),
        pa.array([LOGS[1].encode(), None, LOGS[0].encode() + b"\xff"], pa.binary()),
    ],
    ids=lambda texts: str(texts.type),
)
def test_text_of_every_encoding_is_read_and_a_null_is_no_answer(
    screen: Screen, tmp_path: Path, texts: pa.Array
) -> None:
    pq.write_table(pa.table({"ref": [1, 2, 3], "text": texts}), tmp_path / "in.parquet")
    assert screen(tmp_path / "in.parquet", tmp_path / "out.parquet")[0] == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["gt_at_risk"].to_pylist() == [True, False, False]
    assert out["gt_abstain"].to_pylist() == [False, True, False]
    assert out["text"].null_count == 1


def test_a_table_without_rows_gives_one_without_rows(screen: Screen, tmp_path: Path) -> None:
    pq.write_table(awkward(0), tmp_path / "in.parquet")
    assert screen(tmp_path / "in.parquet", tmp_path / "out.parquet")[0] == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.num_rows == 0
    assert out.column_names[-1] == "gt_error"


def test_parquet_becomes_csv_and_csv_parquet(screen: Screen, tmp_path: Path) -> None:
    pq.write_table(awkward(3), tmp_path / "in.parquet")
    assert screen(tmp_path / "in.parquet", tmp_path / "mid.csv")[0] == 0
    first, second, _ = csv_rows(tmp_path / "mid.csv")
    assert (first["big"], second["big"], first["until"], first["cost"]) == (str(2**62), "", "9999-12-31", "1.10")
    assert (first["tags"], first["area"]) == ('["a", null]', "north")
    assert first["when"].startswith("2025-01-01 02:03:04.000005")
    (tmp_path / "in.csv").write_bytes(b"ref,text\n1,kids crying \xff upstairs\n")
    assert screen(tmp_path / "in.csv", tmp_path / "out.parquet")[0] == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["text"].to_pylist() == ["kids crying \N{REPLACEMENT CHARACTER} upstairs"]
    assert out["gt_cues"].to_pylist() != [""]


def test_processes_give_what_one_gives(screen: Screen, small: None, tmp_path: Path) -> None:
    from goldthread.cli import main

    pq.write_table(awkward(20), tmp_path / "in.parquet", row_group_size=6)
    assert screen(tmp_path / "in.parquet", tmp_path / "one.parquet")[0] == 0
    given = [str(tmp_path / "in.parquet"), str(tmp_path / "two.parquet")]
    assert main(["screen", *given, "--workers", "2", "--path", "fast"]) == 0
    assert pq.read_table(tmp_path / "one.parquet").equals(pq.read_table(tmp_path / "two.parquet"))


def test_a_bad_row_of_csv_is_marked_in_parquet_too(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ref,text\n1\n2,bike taken\n")
    assert screen(tmp_path / "in.csv", tmp_path / "out.parquet")[0] == 1
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["gt_at_risk"].to_pylist() == [None, False]
    assert "expected 2 fields, found 1" in out["gt_error"].to_pylist()[0]


def test_what_cannot_be_read_is_a_sentence(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no parquet at all PAR1")
    (tmp_path / "none.parquet").write_bytes(b"")
    pq.write_table(awkward(1), tmp_path / "in.parquet")
    for name, extra, sentence in [
        ("bad", [], "not readable as Parquet"),
        ("none", [], "not readable as Parquet"),
        ("in", ["--text", "ref"], "holds int64, not text"),
        ("in", ["--text", "nope"], "no column 'nope'"),
    ]:
        status, said = screen(tmp_path / f"{name}.parquet", tmp_path / "out.parquet", *extra)
        assert status == 2
        assert sentence in said


def test_a_file_damaged_in_the_middle_ends_with_a_sentence(screen: Screen, small: None, tmp_path: Path) -> None:
    pq.write_table(awkward(4000), tmp_path / "in.parquet", row_group_size=100, compression="none", use_dictionary=False)
    whole = bytearray((tmp_path / "in.parquet").read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 4000] = b"\xff" * 4000
    (tmp_path / "in.parquet").write_bytes(whole)
    status, said = screen(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert status == 2
    assert "damaged" in said


def test_a_wide_quote_survives(screen: Screen, tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ['said "stop",\nkids crying']}), tmp_path / "in.parquet")
    assert screen(tmp_path / "in.parquet", tmp_path / "out.csv")[0] == 0
    with (tmp_path / "out.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["text"] == 'said "stop",\nkids crying'


def test_what_a_sink_keeps_is_listed_once_however_many_parts_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        (tmp_path / f"{number:06}.parquet").touch()
    list_parts, listed = parquet._parts, []
    monkeypatch.setattr(parquet, "_parts", lambda *given: listed.append(given) or list_parts(*given))
    parquet.ParquetSink(tmp_path, pa.schema([("ref", pa.int8())]), 4)
    assert len(listed) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{number:06}.parquet" for number in range(1, 5)]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_columns_name_that_is_not_utf8_is_kept_as_far_as_it_can_be(
    screen: Screen, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "in.csv").write_bytes(b"ref,text,\xa3 cost\n1,bike taken,2\n")
    status, said = screen(tmp_path / "in.csv", tmp_path / f"out.{ending}")
    assert status == 0, said
    if ending == "csv":
        assert (tmp_path / "out.csv").read_bytes().startswith(b"ref,text,\xa3 cost,gt_child")
    else:
        assert pq.read_table(tmp_path / "out.parquet").column_names[2] == "\N{REPLACEMENT CHARACTER} cost"
