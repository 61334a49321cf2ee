"""Spark gives the answers that processes give, and leaves every other column as it was."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldthread.cli import main
from goldthread.screening import spark
from goldthread.screening.answers import COLUMNS

LOGS = [
    "bike taken",
    "shouting at mum, kids crying upstairs\nthen gone quiet",
    'said "no kids in the house", then hung up',
]
SECRET = "Tamsin Orbell"
UTC = dt.UTC


def run(*arguments: object) -> int:
    return main(["screen", *map(str, arguments), "--path", "fast"])


def typed(rows: int) -> pa.Table:
    """A table whose columns pandas alone would not carry over unharmed."""
    return pa.table({
        "ref": pa.array(range(rows), pa.int64()),
        "big": pa.array([None if at % 2 else 2**62 + at for at in range(rows)], pa.int64()),
        "share": pa.array([(0.1, None, float("nan"))[at % 3] for at in range(rows)], pa.float64()),
        "when": pa.array([dt.datetime(2025, 1, 1, 2, 3, 4, 5, UTC)] * rows, pa.timestamp("us", "UTC")),
        "until": pa.array([dt.date(9999, 12, 31)] * rows, pa.date32()),
        "cost": pa.array([Decimal("1234567890123456.10")] * rows, pa.decimal128(20, 2)),
        "tags": pa.array([(["a", None], None, [])[at % 3] for at in range(rows)], pa.list_(pa.string())),
        "place": pa.array([{"street": "Mill Lane", "no": 4}] * rows, pa.struct([("street", pa.string()), ("no", pa.int32())])),
        "raw": pa.array([b"\xff\x00"] * rows, pa.binary()),
        "a.b": pa.array([None, "x"][:1] * rows, pa.string()),
        "text": pa.array([None if at == 3 else LOGS[at % 3] for at in range(rows)]),
    })  # fmt: skip


def csv_rows(path: Path) -> list[dict[str, str]]:
    files = sorted(path.glob("part-*.csv")) if path.is_dir() else [path]
    found = []
    for one in files:
        with one.open(newline="") as file:
            found += list(csv.DictReader(file))
    return sorted(found, key=lambda row: row["ref"])


def in_order(table: pa.Table) -> pa.Table:
    return table.sort_by("ref")


def test_parquet_answers_and_columns_are_the_same_as_by_processes(tmp_path: Path) -> None:
    table = typed(2000)
    pq.write_table(table, tmp_path / "in.parquet", row_group_size=300)
    assert run(tmp_path / "in.parquet", tmp_path / "by-spark.parquet", "--engine", "spark") == 0
    assert run(tmp_path / "in.parquet", tmp_path / "by-processes.parquet", "--workers", "1") == 0
    assert (tmp_path / "by-spark.parquet" / "_SUCCESS").exists()
    found = in_order(pq.read_table(tmp_path / "by-spark.parquet"))
    wanted = in_order(pq.read_table(tmp_path / "by-processes.parquet"))
    assert found.column_names == wanted.column_names
    for name in wanted.column_names:
        assert repr(found[name].to_pylist()) == repr(wanted[name].to_pylist()), name


def test_csv_answers_are_the_same_as_by_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [
                ["ref", "note", "text"],
                *([f"{at:04}", " kept as it is ", LOGS[at % 3]] for at in range(300)),
            ]
        )
        file.write(f"9998,one too many,kids crying,{SECRET}\n9999,{SECRET} alone\n")
    assert run(tmp_path / "in.csv", tmp_path / "by-spark.csv", "--engine", "spark", "--text", "text") == 1
    said = capsys.readouterr().err
    assert "302 rows written" in said
    assert "2 bad rows" in said
    assert SECRET not in said
    assert run(tmp_path / "in.csv", tmp_path / "by-processes.csv", "--text", "text", "--workers", "1") == 1
    found, wanted = csv_rows(tmp_path / "by-spark.csv"), csv_rows(tmp_path / "by-processes.csv")
    assert found[:300] == wanted[:300]
    assert [row["gt_error"] for row in found[300:]] == [spark.WIDTH] * 2
    assert [row["gt_at_risk"] for row in found[300:]] == [""] * 2


def test_what_cannot_be_done_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(typed(2), tmp_path / "in.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nothing of the kind PAR1")
    (tmp_path / "there.parquet").mkdir()
    pq.write_table(pa.table({"text": ["a"], "gt_level": ["b"]}), tmp_path / "done.parquet")
    for source, target, extra, sentence in [
        ("none.parquet", "out.parquet", [], "There is no file"),
        ("bad.parquet", "out.parquet", ["--text", "text"], "Spark could not finish"),
        ("in.parquet", "there.parquet", [], "is there already"),
        ("in.parquet", "out.parquet", ["--text", "ref"], "holds bigint, not text"),
        ("in.parquet", "out.parquet", ["--text", "nope"], "no column 'nope'"),
        ("done.parquet", "out.parquet", ["--text", "text"], "has a column gt_level already"),
        ("in.xlsx", "out.parquet", [], "unknown format"),
    ]:
        assert run(tmp_path / source, tmp_path / target, "--engine", "spark", *extra) == 2, source
        said = capsys.readouterr().err
        assert sentence in said
        assert "Traceback" not in said
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    assert run(tmp_path / "in.parquet", tmp_path / "out.parquet", "--engine", "spark") == 2
    assert "Java 17" in capsys.readouterr().err


def test_a_node_answers_a_frame_as_it_comes() -> None:
    def frames() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"kept": ["{}"] * 3, "text": [LOGS[1], None, SECRET], "fault": [None, None, "broken"]})

    (made,) = spark.answer_frames(frames(), "fast")
    assert list(made.columns) == ["kept", "text", *COLUMNS]
    assert made["gt_at_risk"].tolist() == [True, False, None]
    assert made["gt_error"].tolist() == [None, None, "broken"]
