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
from goldthread.thrive.reader import Reader

COMMAND = "import sys; from goldthread.cli import main; sys.exit(main(sys.argv[1:]))"
WORDS = 120
FEW, MANY = 25_000, 100_000
"""Rows of the tables whose memory is compared."""
ALONE = 2_000
"""Logs that one process reads without any table, for the reference."""
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
        _, small = _screen(few, "csv")
        rate, large = _screen(many, "csv")
        columns, wide = _screen(Path(folder) / "many.parquet", "parquet")
    alone = _alone()
    return Result(
        f"bulk: goldthread screen --path fast, {cores} cores",
        [
            Row(f"{MANY:,} rows, CSV to CSV", f"{rate:,.0f} rows/s", f"{alone:,.0f} docs/s", f"{rate / alone:.2f}x"),
            Row("  Parquet to Parquet", f"{columns:,.0f} rows/s", f"{alone:,.0f} docs/s", f"{columns / alone:.2f}x"),
            Row(
                f"memory of the largest process, {MANY:,} rows", f"{large:,.0f} MB", f"{small:,.0f} MB",
                f"{large / small:.2f}x", f"<= {FLAT}x", large <= FLAT * small,
            ),
            Row("  Parquet", f"{wide:,.0f} MB"),
        ],
        [
            f"Rows: {WORDS} words each, half of them dense with cues, half with hardly any. Starting and writing included.",
            f"References: one process that only reads {ALONE:,} of the logs; the memory for {FEW:,} rows of CSV.",
        ],
    )  # fmt: skip


def _texts(count: int) -> Iterator[str]:
    for dense, calm in zip(logs(count // 2, WORDS, MIXED), logs(count // 2, WORDS, EVERYDAY), strict=True):
        yield from (dense, calm)


def _write_csv(path: Path, count: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["ref", "text"])
        writer.writerows((str(at), text) for at, text in enumerate(_texts(count)))


def _to_parquet(source: Path, target: Path) -> None:
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    pq.write_table(pa.Table.from_pylist(rows), target, row_group_size=20_000)


def _screen(source: Path, ending: str) -> tuple[float, float]:
    """Rows a second and megabytes of the largest process of one command."""
    target = source.with_name(f"out-{source.stem}.{ending}")
    command = [sys.executable, "-c", COMMAND, "screen", str(source), str(target), "--path", "fast"]
    began = perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    took = perf_counter() - began
    if status != 0:
        raise CannotMeasureError(f"goldthread screen ended with {os.waitstatus_to_exitcode(status)}.")
    count = MANY if source.stem == "many" else FEW
    return count / took, used.ru_maxrss / 1024


def _alone() -> float:
    reader, texts = Reader(), list(_texts(ALONE))
    began = perf_counter()
    reader.read_batch(texts)
    return ALONE / (perf_counter() - began)
