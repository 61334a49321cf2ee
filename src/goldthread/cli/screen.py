"""``goldthread screen IN OUT``: read every row of a table of stored logs, in parallel, and write it again with the answers.

Rows stream through, so memory stays flat. What is done is kept in ``OUT.part`` with a small journal beside it, so that a
run that was stopped goes on where it was; ``OUT`` appears only when every row is there.
"""

import argparse
import csv
import io
import json
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, TextIO

from goldthread.config.workers import end_with_parent
from goldthread.thrive import ENGINE
from goldthread.thrive.lexicon import LexiconError
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Reading

CHUNK = 400
"""Rows handed to a worker at a time, and the most that are read again after a stop."""
LONGEST_FIELD = 64 * 1024 * 1024
COLUMNS = (
    "gt_child", "gt_at_risk", "gt_probability", "gt_level", "gt_adult_vulnerability", "gt_abstain", "gt_cues",
    "gt_questions", "gt_findings", "gt_engine", "gt_lexicon", "gt_error",
)  # fmt: skip
TEXT_NAMES = frozenset({
    "text", "log", "log_text", "narrative", "description", "details", "detail",
    "notes", "note", "free_text", "freetext", "incident_text", "incident_log", "summary",
    "comments", "comment", "transcript", "message", "body",
})  # fmt: skip

Row = list[str]


class ScreenError(Exception):
    """The screening cannot go on; the message is a sentence for the operator."""


@dataclass(frozen=True)
class Journal:
    """What a part file holds: *rows* of the input, in *size* bytes; the rest tells whether it may be continued."""

    source: str
    source_size: int
    source_time: int
    text: int
    engine: str
    lexicon: str
    rows: int
    bad: int
    size: int

    def same_work(self, other: "Journal") -> bool:
        """Whether both are of the same input, column, engine and lexicon."""
        mine, theirs = asdict(self), asdict(other)
        return all(mine[key] == theirs[key] for key in mine if key not in ("rows", "bad", "size"))


def add_commands(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``screen`` to the command line."""
    screen = subparsers.add_parser("screen", help="read a table of stored logs in parallel (CSV)")
    screen.add_argument("source", metavar="IN", type=Path, help="a CSV file with a header row")
    screen.add_argument("target", metavar="OUT", type=Path, help="the same rows with the answers in gt_ columns")
    screen.add_argument("--text", metavar="COLUMN", help="the column that holds the log's text")
    screen.add_argument("--id", metavar="COLUMN", help="the column that names a row in messages")
    screen.add_argument("--workers", metavar="N", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    screen.set_defaults(run=run_screen)


def run_screen(args: argparse.Namespace) -> int:
    """Screen a file. Returns 0; 1 if some rows were bad; 2 if it could not be done; 130 if it was stopped by hand."""
    try:
        _check_files(args.source, args.target)
        if args.workers < 1:
            raise ScreenError("--workers must be 1 or more.")
        reader = Reader()
        with _open_csv(args.source) as source:
            return _screen(source, args, reader)
    except ScreenError as error:
        print(error, file=sys.stderr)
    except LexiconError as error:
        print(f"The lexicon cannot be used:\n{error}", file=sys.stderr)
    except csv.Error as error:
        print(f"{args.source} is not readable as CSV: {error}.", file=sys.stderr)
    except BrokenProcessPool:
        print("A worker process ended unexpectedly. Run the same command again to continue.", file=sys.stderr)
    except OSError as error:
        print(f"Cannot go on: {error.strerror or error} ({error.filename or args.target}).", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to continue.", file=sys.stderr)
        return 130
    return 2


def _check_files(source: Path, target: Path) -> None:
    for path in (source, target):
        if path.suffix.lower() in (".parquet", ".pq"):
            raise ScreenError(f"{path}: Parquet is not supported yet. Save the table as CSV.")
        if path.suffix.lower() != ".csv":
            raise ScreenError(f"{path}: unknown format. The file's name must end in .csv.")
    if not source.is_file():
        raise ScreenError(f"There is no file {source}.")
    if target.exists():
        raise ScreenError(f"{target} is there already. Remove it or name another file.")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise ScreenError(f"Cannot write {target}: no such folder, or no right to write in it.")


def _open_csv(path: Path) -> TextIO:
    csv.field_size_limit(LONGEST_FIELD)
    # Bytes that are not UTF-8 pass through unchanged to the output.
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _screen(source: TextIO, args: argparse.Namespace, reader: Reader) -> int:
    rows = (row for row in csv.reader(source) if row)  # a blank line is no row
    header = next(rows, None)
    if not header:
        raise ScreenError(f"{args.source} is empty: it needs a header row.")
    if clash := [name for name in header if name in COLUMNS]:
        raise ScreenError(f"{args.source} has a column {clash[0]} already. Screen the original file.")
    text = _column(header, args.text) if args.text is not None else _guess_text(header)
    name = _column(header, args.id) if args.id is not None else None
    state = args.source.stat()
    fresh = Journal(
        str(args.source.resolve()), state.st_size, state.st_mtime_ns, text, ENGINE, reader.lexicon_hash, 0, 0, 0
    )
    part, journal_path = _beside(args.target, ".part"), _beside(args.target, ".part.json")
    journal = _resume(part, journal_path, fresh)
    if journal.rows:
        print(f"Going on after {journal.rows:,} rows.", file=sys.stderr)
        next(islice(rows, journal.rows - 1, journal.rows), None)
    with part.open("r+b" if journal.size else "wb") as sink:
        sink.truncate(journal.size)
        sink.seek(journal.size)
        if not journal.size:
            sink.write(_lines([[*header, *COLUMNS]]))
        progress = _Progress(journal.rows)
        for done, answers in _answers(_chunks(rows), len(header), text, args.workers):
            bad = _report(done, answers, journal.rows, name)
            sink.write(_lines(answers))
            sink.flush()
            os.fsync(sink.fileno())
            journal = Journal(**asdict(journal) | {
                "rows": journal.rows + len(done), "bad": journal.bad + bad, "size": sink.tell(),
            })  # fmt: skip
            _save(journal_path, journal)
            progress.at(journal.rows)
        progress.end()
    part.replace(args.target)
    journal_path.unlink(missing_ok=True)
    tail = f" {journal.bad:,} bad rows are marked in gt_error." if journal.bad else ""
    print(f"{journal.rows:,} rows written to {args.target}.{tail}", file=sys.stderr)
    return int(journal.bad > 0)


def _beside(target: Path, ending: str) -> Path:
    return target.with_name(target.name + ending)


def _column(header: Sequence[str], name: str) -> int:
    if name not in header:
        raise ScreenError(f"There is no column {name!r}. The columns are: {', '.join(header)}.")
    return header.index(name)


def _guess_text(header: Sequence[str]) -> int:
    likely = [place for place, name in enumerate(header) if name.strip().lower().replace(" ", "_") in TEXT_NAMES]
    if len(header) == 1:
        return 0
    if len(likely) != 1:
        raise ScreenError(f"Say with --text which column holds the log. The columns are: {', '.join(header)}.")
    return likely[0]


def _resume(part: Path, journal_path: Path, fresh: Journal) -> Journal:
    """The journal of an earlier run of the same work if its part file is whole up to there, else *fresh*."""
    try:
        kept = Journal(**json.loads(journal_path.read_text(encoding="utf-8")))
        whole = part.stat().st_size >= kept.size
    except (OSError, ValueError, TypeError):
        return fresh
    if not kept.same_work(fresh):
        print("The part file is of another input, column or lexicon; starting again.", file=sys.stderr)
        return fresh
    return kept if whole else fresh


def _save(path: Path, journal: Journal) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(journal)), encoding="utf-8")
    new.replace(path)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _answers(chunks: Iterator[list[Row]], width: int, text: int, workers: int) -> Iterator[tuple[list[Row], list[Row]]]:
    """Each chunk with its answered rows, in order; at most a few chunks are in memory."""
    if workers == 1:
        for chunk in chunks:
            yield chunk, answer_rows(chunk, width, text)
        return
    waiting: deque[tuple[list[Row], Future[list[Row]]]] = deque()
    with ProcessPoolExecutor(workers, initializer=end_with_parent) as pool:
        try:
            for chunk in chunks:
                waiting.append((chunk, pool.submit(answer_rows, chunk, width, text)))
                if len(waiting) >= 2 * workers:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def answer_rows(rows: list[Row], width: int, text: int) -> list[Row]:
    """*rows* with the gt_ columns; a row of another width than the header's *width* is marked bad and not read."""
    reader = Reader()
    answered: list[Row] = []
    for row in rows:
        if len(row) == width:
            answered.append([*row, *_cells(reader.read(row[text]))])
        else:
            kept = (row + [""] * width)[:width]
            fault = f"expected {width} fields, found {len(row)}; this row was not read"
            answered.append([*kept, *[""] * (len(COLUMNS) - 1), fault])
    return answered


def _cells(reading: Reading) -> Row:
    counted = sorted({finding.cue for finding in reading.findings if finding.score > 0 and not finding.unasked})
    found: list[dict[str, Any]] = [finding.to_json() for finding in reading.findings]
    return [
        reading.child, str(reading.at_risk).lower(), str(reading.probability), reading.level,
        str(reading.adult_vulnerability).lower(), str(reading.abstain).lower(), " ".join(counted),
        " | ".join(reading.questions), json.dumps(found), reading.engine, reading.lexicon, "",
    ]  # fmt: skip


def _report(rows: list[Row], answers: list[Row], before: int, name: int | None) -> int:
    """Say which of *rows* were bad; returns how many."""
    bad = 0
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True), start=before + 1):
        if answer[-1]:
            bad += 1
            label = f" ({row[name]})" if name is not None and name < len(row) else ""
            print(f"Row {number}{label}: {answer[-1]}.", file=sys.stderr)
    return bad


def _lines(rows: list[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8", errors="surrogateescape")


class _Progress:
    """Rows done and rows a second, on standard error, at most every other second."""

    def __init__(self, start: int) -> None:
        self._first = start
        self._began = self._told = monotonic()

    def at(self, rows: int) -> None:
        if monotonic() - self._told >= 2:
            self._told = monotonic()
            self._tell(rows, "\r" if sys.stderr.isatty() else "\n")

    def _tell(self, rows: int, end: str) -> None:
        rate = (rows - self._first) / max(monotonic() - self._began, 0.001)
        print(f"{rows:,} rows, {rate:,.0f} a second", end=end, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line that a terminal was rewriting."""
        if sys.stderr.isatty():
            print(file=sys.stderr)
