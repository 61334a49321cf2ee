"""``goldthread screen`` over stored logs on all cores: rows a second, and whether memory stays as it is when the table grows."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pyarrow as pa
import pyarrow.parquet as pq

from bench.figures import CannotMeasureError, Result, Row
from bench.texts import EVERYDAY, MIXED, logs
from goldthread.thrive.model import load
from goldthread.thrive.reader import Reader

COMMAND = "import sys; from goldthread.cli import main; sys.exit(main(sys.argv[1:]))"
BETWEEN = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_maxrss)
"""
"""Starts the command and measures it: a process inherits the largest size of the one that starts it, which must be small."""
WORDS = 120
FEW, MANY = 25_000, 100_000
"""Rows of the tables whose memory is compared."""
EVERY = 6
"""A row's number stands behind every so manieth word of a log that is read in full: no clause is shorter."""
ALONE = 2_000
"""Logs that one process reads without any table, for the reference."""
IN_FULL = 1_200
"""Rows of the table that is read in full; a quarter of them for the memory, an eighth by one process for the reference."""
FLAT = 1.25
"""Memory is flat if four times as many rows need at most this many times as much *(ours)*."""


def run() -> Result:
    """Measure."""
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.csv", Path(folder) / "many.csv"
        _write_csv(few, FEW)
        _write_csv(many, MANY)
        _to_parquet(many, Path(folder) / "many.parquet")
        _, small = _screen(few, "csv", "fast", FEW)
        rate, large = _screen(many, "csv", "fast", MANY)
        columns, wide = _screen(Path(folder) / "many.parquet", "parquet", "fast", MANY)
        whole, quarter = Path(folder) / "whole.csv", Path(folder) / "quarter.csv"
        _write_csv(whole, IN_FULL, anew=True)
        _write_csv(quarter, IN_FULL // 4, anew=True)
        _, lean = _screen(quarter, "csv", "full", IN_FULL // 4)
        full, heavy = _screen(whole, "csv", "full", IN_FULL)
    alone, full_alone = _alone("fast", ALONE), _alone("full", IN_FULL // 8)
    return Result(
        f"bulk: goldthread screen, {cores} cores",
        [
            Row(f"first look, {MANY:,} rows, CSV to CSV", f"{rate:,.0f} rows/s", f"{alone:,.0f} docs/s", f"{rate / alone:.2f}x"),
            Row("  Parquet to Parquet", f"{columns:,.0f} rows/s", f"{alone:,.0f} docs/s", f"{columns / alone:.2f}x"),
            Row(
                f"memory of the largest process, {MANY:,} rows", f"{large:,.0f} MB", f"{small:,.0f} MB",
                f"{large / small:.2f}x", f"<= {FLAT}x", large <= FLAT * small,
            ),
            Row("  Parquet", f"{wide:,.0f} MB"),
            Row(f"in full, {IN_FULL:,} rows", f"{full:,.1f} rows/s", f"{full_alone:,.1f} docs/s", f"{full / full_alone:.2f}x"),
            Row(
                "  memory of the largest process", f"{heavy:,.0f} MB", f"{lean:,.0f} MB", f"{heavy / lean:.2f}x",
                f"<= {FLAT}x", heavy <= FLAT * lean,
            ),
        ],
        [
            f"Rows: {WORDS} words each, half of them dense with cues, half with hardly any. Starting and writing included.",
            f"References: one process that only reads {ALONE:,} of the logs, in full {IN_FULL // 8}; the memory for {FEW:,} rows of CSV, "
            f"in full for {IN_FULL // 4}, whose clauses are all read anew.",
        ],
    )  # fmt: skip


def _texts(count: int) -> Iterator[str]:
    for dense, calm in zip(logs(count // 2, WORDS, MIXED), logs(count // 2, WORDS, EVERYDAY), strict=True):
        yield from (dense, calm)


def _write_csv(path: Path, count: int, *, anew: bool = False) -> None:
    """A table of *count* logs; *anew*: with the row's number among their words, so that no clause stands in two of them."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ref", "text"])
        writer.writerows((str(at), _numbered(text, at) if anew else text) for at, text in enumerate(_texts(count)))


def _numbered(text: str, number: int) -> str:
    words = text.split()
    return " ".join(f"{word} {number}" if at % EVERY == 0 else word for at, word in enumerate(words))


def _to_parquet(source: Path, target: Path) -> None:
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pq.write_table(pa.Table.from_pylist(rows), target, row_group_size=20_000)


def _screen(source: Path, ending: str, path: str, count: int) -> tuple[float, float]:
    """Rows a second and megabytes of the largest process of one command."""
    target = source.with_name(f"out-{source.stem}.{ending}")
    command = [
        sys.executable,
        "-c",
        BETWEEN,
        sys.executable,
        "-c",
        COMMAND,
        "screen",
        str(source),
        str(target),
        "--path",
        path,
    ]
    began = perf_counter()
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    took = perf_counter() - began
    status, largest = map(int, said.split())
    if status != 0:
        raise CannotMeasureError(f"goldthread screen ended with {status}.")
    return count / took, largest / 1024


def _alone(path: str, count: int) -> float:
    reader, texts = Reader(None, load() if path == "full" else None), list(_texts(count))
    if path == "full":
        texts = [_numbered(text, at) for at, text in enumerate(texts)]
    began = perf_counter()
    reader.read_batch(texts, path)
    return count / (perf_counter() - began)
