"""Whatever stops a run, the same command goes on, and every row is there exactly once."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldthread.cli import main
from goldthread.screening import encode, part
from goldthread.thrive.model import load
from goldthread.thrive.reader import Reader
from tests.conftest import Database
from tests.screening.conftest import LOGS, csv_rows

Screen = Callable[..., tuple[int, str]]
ROWS, IN_FULL = 4000, 400
"""Rows that are read by the first look, and in full."""
SLOWED = """
import sys, time
from goldthread.screening import run
run.COMMIT_EVERY = 0.05
from goldthread.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


def rows_of(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        return list(csv_rows(path))
    return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]


def refs_of(path: Path) -> list[str]:
    return [str(row["ref"]) for row in rows_of(path)]


def written(folder: Path, ending: str, rows: int = ROWS) -> Path:
    path = folder / f"in.{ending}"
    texts = [f"{LOGS[at % 3]} and {at} more words\nof a second line" for at in range(rows)]
    if ending == "csv":
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([["ref", "text"], *([str(at), text] for at, text in enumerate(texts))])
    else:
        pq.write_table(pa.table({"ref": list(range(rows)), "text": texts}), path, row_group_size=1000)
    return path


@pytest.mark.long
@pytest.mark.parametrize(
    ("ending", "workers", "path", "rows"),
    [
        ("csv", 2, "fast", ROWS),
        ("parquet", 1, "fast", ROWS),
        pytest.param("csv", 2, "full", IN_FULL, marks=pytest.mark.long),
        pytest.param("parquet", 2, "full", IN_FULL, marks=pytest.mark.long),
    ],
)
def test_killed_again_and_again_every_row_is_there_once(
    tmp_path: Path, ending: str, workers: int, path: str, rows: int
) -> None:
    source = written(tmp_path, ending, rows)
    options = [
        "--workers",
        str(workers),
        *([] if path == "full" else ["--path", "fast"]),
    ]  # in full where nothing is said
    target = killed_and_finished(tmp_path, source, f"out.{ending}", rows, options)
    assert refs_of(target) == [str(at) for at in range(rows)]
    assert {row["gt_path"] for row in rows_of(target)} == {path}


@pytest.mark.long
def test_killed_while_a_database_is_read_in_full_every_row_is_there_once(
    tmp_path: Path, fresh_database: Database
) -> None:
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as made:
        made.execute("CREATE TABLE logs (ref int PRIMARY KEY, words text)")
        with made.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO logs VALUES (%s, %s)", [(at, f"{LOGS[at % 3]} and {at} more") for at in range(IN_FULL)]
            )
    options = ["--table", "public.logs", "--key", "ref", "--text", "words", "--workers", "2"]
    target = killed_and_finished(tmp_path, fresh_database.admin_url, "out.csv", IN_FULL, options)
    assert refs_of(target) == [str(at) for at in range(IN_FULL)]


def test_in_full_several_processes_answer_as_one_does(tmp_path: Path) -> None:
    source = written(tmp_path, "csv", rows=90)
    for workers in ("1", "2"):
        assert main(["screen", str(source), str(tmp_path / f"by{workers}.csv"), "--workers", workers]) == 0
    assert (tmp_path / "by1.csv").read_bytes() == (tmp_path / "by2.csv").read_bytes()
    texts = [row["text"] for row in rows_of(source)]
    told = [Reader(None, load()).read(text, "full") for text in texts]
    found = rows_of(tmp_path / "by2.csv")
    assert [row["gt_at_risk"] for row in found] == [str(one.at_risk).lower() for one in told]
    assert [float(row["gt_probability"]) for row in found] == [one.probability for one in told]
    assert [json.loads(row["gt_findings"]) for row in found] == [
        [one.to_json() for one in each.findings] for each in told
    ]


@pytest.mark.long
def test_a_worker_that_dies_while_it_reads_in_full_loses_nothing(tmp_path: Path) -> None:
    source, target = written(tmp_path, "csv", IN_FULL), tmp_path / "out.csv"
    script = tmp_path / "slowed.py"
    script.write_text(SLOWED)
    command = [sys.executable, str(script), "screen", str(source), str(target), "--workers", "2"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        while process.poll() is None and not _rows(tmp_path / "out.csv.part" / "journal.json"):
            time.sleep(0.01)
        worker = _workers(process.pid)[0]
        os.kill(worker, signal.SIGKILL)
        said = process.stderr.read()
    assert process.returncode == 2
    assert "Run the same command again to continue." in said
    assert "Traceback" not in said
    assert subprocess.run(command, check=False).returncode == 0
    assert refs_of(target) == [str(at) for at in range(IN_FULL)]


def _workers(pid: int) -> list[int]:
    """Processes that screen for this one."""
    return [one.pid for one in psutil.Process(pid).children() if "resource_tracker" not in " ".join(one.cmdline())]


def killed_and_finished(folder: Path, source: Path | str, name: str, rows: int, options: list[str]) -> Path:
    """Run the command, kill it twice behind a commit, and let it finish; gives the table it made."""
    script, target = folder / "slowed.py", folder / name
    script.write_text(SLOWED)
    command = [sys.executable, str(script), "screen", str(source), str(target), *options]
    journal = folder / f"{name}.part" / "journal.json"
    killed_at = []
    for _ in range(2):
        before = _rows(journal)
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while process.poll() is None and _rows(journal) <= before:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        if process.wait() == -signal.SIGKILL:
            killed_at.append(_rows(journal))
    assert killed_at
    assert 0 < killed_at[0] < rows
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Going on after" in done.stderr
    assert not journal.parent.exists()
    return target


def _rows(journal: Path) -> int:
    try:
        return int(json.loads(journal.read_text())["rows"])
    except (OSError, ValueError):
        return 0


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(
    screen: Screen, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    source, target = written(tmp_path, ending), tmp_path / f"out.{ending}"
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 12:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        status, said = screen(source, target)
    assert status == 2
    assert "No space left on device" in said
    assert "Run the same command again to continue." in said
    monkeypatch.undo()
    status, said = screen(source, target)
    assert status == 0
    assert "Going on after" in said
    assert refs_of(target) == [str(at) for at in range(ROWS)]


@pytest.mark.long
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_that_may_grow_no_further_stops_a_run_without_harm(tmp_path: Path, ending: str) -> None:
    source, target = written(tmp_path, ending), tmp_path / f"out.{ending}"
    limited = tmp_path / "limited.py"
    limited.write_text("import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))\n" + SLOWED)
    command = [sys.executable, str(limited), "screen", str(source), str(target), "--workers", "1", "--path", "fast"]
    stopped = subprocess.run(command, capture_output=True, text=True, check=False)
    assert stopped.returncode == 2
    assert "Cannot go on: File too large" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    (tmp_path / "free.py").write_text(SLOWED)
    done = subprocess.run([sys.executable, str(tmp_path / "free.py"), *command[2:]], check=False)
    assert done.returncode == 0
    assert refs_of(target) == [str(at) for at in range(ROWS)]


def test_a_stop_while_parts_are_joined_loses_nothing(
    screen: Screen, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from goldthread.screening.parquet import Grouped, ParquetSink

    pq.write_table(pa.table({"ref": list(range(20)), "text": ["bike taken"] * 20}), tmp_path / "in.parquet")

    def stop(self: object, path: Path) -> None:
        Grouped(tmp_path / "out.parquet.part" / "new.parquet", pa.schema([])).close()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ParquetSink, "finish", stop)
        assert screen(tmp_path / "in.parquet", tmp_path / "out.parquet")[0] == 130
    assert screen(tmp_path / "in.parquet", tmp_path / "out.parquet")[0] == 0
    assert refs_of(tmp_path / "out.parquet") == [str(at) for at in range(20)]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("stop", ["remove", "rmtree"])
def test_a_stop_between_the_whole_table_and_the_removal_of_its_parts_is_made_good(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, stop: str
) -> None:
    source, out = tmp_path / "in.csv", tmp_path / f"out.{ending}"
    source.write_text("ref,text\n0,bike taken\n1\n")

    def stopping(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*((part.Part, stop) if stop == "remove" else (part.shutil, stop)), stopping)
        assert screen(source, out)[0] == 130
    made = out.read_bytes()
    left = tmp_path / f"out.{ending}.part"
    assert left.is_dir()
    if stop == "rmtree":
        assert sorted(path.name for path in left.iterdir()) == ["journal.json", "lock"]
    status, said = screen(source, out)
    assert status == 1  # as of the run that was stopped: a row was not read
    assert "was whole already" in said
    assert "2 rows written" in said
    assert not left.exists()
    assert out.read_bytes() == made
    status, said = screen(source, out)
    assert (status, "Remove it or name another" in said) == (2, True)


@pytest.mark.parametrize("changed", ["input", "target"])
def test_a_table_that_is_not_of_the_work_in_the_part_folder_is_not_taken_for_done(
    screen: Screen, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pq.write_table(pa.table({"ref": list(range(20)), "text": ["bike taken"] * 20}), source)
    if changed == "target":
        _stop_at(screen, tmp_path, monkeypatch, calls=4)
        out.write_bytes(b"somebody's")
    else:
        with monkeypatch.context() as patch:
            patch.setattr(part.Part, "remove", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
            assert screen(source, out)[0] == 130
        pq.write_table(pa.table({"ref": [1], "text": ["bike taken"]}), source)
    made = out.read_bytes()
    status, said = screen(source, out)
    assert status == 2
    assert "out.parquet.part of other or unfinished work, which holds people's words. Remove both" in said
    assert out.read_bytes() == made
    assert (tmp_path / "out.parquet.part" / "journal.json").exists()


def test_a_part_file_that_is_gone_starts_the_work_again(
    screen: Screen, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(pa.table({"ref": list(range(20)), "text": ["bike taken"] * 20}), tmp_path / "in.parquet")
    _stop_at(screen, tmp_path, monkeypatch, calls=4)
    (tmp_path / "out.parquet.part" / "000002.parquet").unlink()
    status, said = screen(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert status == 0
    assert "Going on" not in said
    assert refs_of(tmp_path / "out.parquet") == [str(at) for at in range(20)]


def test_another_table_under_the_same_name_starts_again(
    screen: Screen, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pq.write_table(pa.table({"ref": list(range(20)), "text": ["bike taken"] * 20}), tmp_path / "in.parquet")
    _stop_at(screen, tmp_path, monkeypatch, calls=4)
    pq.write_table(pa.table({"ref": list(range(50, 55)), "text": ["bike taken"] * 5}), tmp_path / "in.parquet")
    status, said = screen(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert status == 0
    assert "another input, column or reader; starting again" in said
    assert refs_of(tmp_path / "out.parquet") == [str(at) for at in range(50, 55)]


def _stop_at(screen: Screen, folder: Path, monkeypatch: pytest.MonkeyPatch, calls: int) -> None:
    read, met = encode.answer_chunk, []

    def stopping(*given: Any) -> encode.Answered:
        met.append(given)
        if len(met) == calls:
            raise KeyboardInterrupt
        return read(*given)

    with monkeypatch.context() as patch:
        patch.setattr(encode, "answer_chunk", stopping)
        assert screen(folder / "in.parquet", folder / "out.parquet")[0] == 130


def test_two_runs_never_write_the_same_table(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nbike taken\n")
    holder = (
        "import sys, time; from pathlib import Path; from goldthread.screening.part import Part; "
        f"held = Part(Path({str(tmp_path / 'out.csv')!r})); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        other.stdout.readline()
        status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
        other.kill()
    assert status == 2
    assert "Another run is writing" in said
    assert screen(tmp_path / "in.csv", tmp_path / "out.csv")[0] == 0


def test_a_folder_of_somebody_elses_is_left_alone(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text\nbike taken\n")
    (tmp_path / "out.csv.part").mkdir()
    (tmp_path / "out.csv.part" / "mine.txt").write_text("keep")
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 2
    assert "is none of a screening" in said
    assert (tmp_path / "out.csv.part" / "mine.txt").read_text() == "keep"


def test_the_journal_is_of_its_work(tmp_path: Path) -> None:
    one = part.Part(tmp_path / "out.csv")
    one.save(part.Journal({"source": "a"}, rows=5))
    one.close()
    again = part.Part(tmp_path / "out.csv")
    assert again.resume({"source": "a"}, lambda *_: True)[0].rows == 5
    assert again.resume({"source": "b"}, lambda *_: True) == (part.Journal({"source": "b"}), True)
    again.close()
