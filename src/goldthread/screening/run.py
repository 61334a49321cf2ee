"""One run over a table on the cores of this machine: chunks to workers, answers to the part folder, the whole to its target."""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from goldthread.screening import answers, csvs, encode, tables
from goldthread.screening.encode import Answered, Plan
from goldthread.screening.errors import ScreenError
from goldthread.screening.part import Journal, Part, is_left
from goldthread.screening.progress import Progress
from goldthread.screening.tables import CSV, Chunk, Sink, Source

COMMIT_EVERY = 5.0
"""Seconds between two commits: what was done since the last is done again after a stop *(ours)*."""
MOST_TOLD = 100
"""Rows not read that are named one by one; the rest are counted."""


@dataclass(frozen=True)
class Request:
    """What the operator asked for: file or address, target, and options. ``path`` is None for the best there is."""

    source: str
    target: Path
    text: str | None = None
    id: str | None = None
    path: str | None = None
    workers: int = 1
    table: str | None = None
    query: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Told:
    """Where a run speaks to: sentences that stay, and a line about its progress that the next replaces."""

    say: Callable[[str], None]
    progress: Callable[[str], None]


def screen(asked: Request, told: Told, start_worker: Callable[[], None]) -> tuple[int, int]:
    """Screen a table; returns how many rows there are, and how many were not read.

    *start_worker* is called first in each worker process. Raises ScreenError, and LexiconError or ModelError where there is no
    reader; OSError and BrokenProcessPool leave everything so that the same call goes on.
    """
    kind = tables.format_of(asked.target)
    if not is_left(asked.target):
        tables.check_target(asked.target)
    if asked.workers < 1:
        raise ScreenError("--workers must be 1 or more.")
    with open_source(asked) as source:
        plan = make_plan(source, asked, kind, told)
        work = _work(source, plan)
        part = Part(asked.target)
        try:
            if asked.target.exists():
                return _tidied(part, work, asked.target, told)
            journal, other = part.resume(work, _whole(kind))
            if other:
                told.say("The part folder is of another input, column or reader; starting again.")
            if journal.rows:
                told.say(f"Going on after {journal.rows:,} rows.")
            sink = _sink(source, plan, part, journal)
            try:
                journal = _fill(source, sink, part, journal, plan, asked.workers, told, start_worker)
                part.save(replace(journal, finished=True))
                sink.finish(asked.target)
            finally:
                sink.close()
            part.remove()
        finally:
            part.close()
    return journal.rows, journal.bad


def open_source(asked: Request) -> Source:
    """The table that was asked for. Raises ScreenError."""
    if not tables.is_database(asked.source):
        if asked.table or asked.query or asked.key:
            raise ScreenError("--table, --query and --key belong to a database: give its postgresql:// address as IN.")
        return tables.open_file(Path(asked.source))
    from goldthread.screening.postgres import PostgresSource

    return PostgresSource(asked.source, asked.table, asked.query, asked.key)


def make_plan(source: Source, asked: Request, kind: str, told: Told) -> Plan:
    """The columns and the path that the request names or leaves to be found. Raises ScreenError."""
    if clash := [name for name in source.names if name in answers.COLUMNS]:
        raise ScreenError(f"{asked.source} has a column {clash[0]} already. Screen the original table.")
    text = tables.text_column(source.names, asked.text)
    source.text(text)
    named = asked.id if asked.id is not None else source.key
    if named is not None and tables.column(source.names, named) == text:
        raise ScreenError("--id or --key tells a row from others: it cannot be the column of the text. Name another.")
    path, why = answers.usable_path(asked.path)
    if why:
        told.say(why)
    return Plan(source.names, text, path, kind)


def _tidied(part: Part, work: dict[str, Any], target: Path, told: Told) -> tuple[int, int]:
    """Do what an earlier run of the same work had left to do when it was stopped behind its last row: remove its part folder."""
    journal = part.finished(work)
    if journal is None:
        raise ScreenError(
            f"{target} is there already, and beside it {part.folder} of other or unfinished work, which holds people's words. "
            "Remove both or name another file."
        )
    part.remove()
    told.say(f"{target} was whole already. Its part folder, which a stop had left there, is removed.")
    return journal.rows, journal.bad


def _work(source: Source, plan: Plan) -> dict[str, Any]:
    """What every row that comes out depends on."""
    return {
        **source.identity(),
        **answers.made_by(plan.path),
        "names": plan.names,
        "types": _types(source.nothing()),
        "text": plan.names[plan.text],
        "columns": list(answers.COLUMNS),
    }


def _types(nothing: Any) -> str:
    """The schema of an Arrow batch in words; all of CSV is text."""
    if isinstance(nothing, list):
        return ""
    return str(nothing.schema.to_string(show_field_metadata=False, show_schema_metadata=False))


def _fill(
    source: Source, sink: Sink, part: Part, journal: Journal, plan: Plan, workers: int, told: Told,
    start_worker: Callable[[], None],
) -> Journal:  # fmt: skip
    """Answer every row that the journal does not have yet; returns the journal of the whole."""
    progress = Progress(told.progress, journal.rows, source.share(journal.rows) if journal.rows else 0.0)
    chunks = source.chunks(tables.CHUNK_ROWS[plan.path], journal.rows, journal.after)
    rows, bad, after = journal.rows, journal.bad, journal.after
    committed = monotonic()
    for chunk, answered in _answers(chunks, plan, workers, start_worker):
        sink.add(answered.data)
        bad = _report(answered, rows, bad, told)
        rows += answered.rows
        after = chunk.after
        if monotonic() - committed >= COMMIT_EVERY:
            journal = _commit(part, sink, replace(journal, rows=rows, bad=bad, after=after))
            committed = monotonic()
        progress.at(rows, source.share(rows))
    return _commit(part, sink, replace(journal, rows=rows, bad=bad, after=after))


def _commit(part: Part, sink: Sink, journal: Journal) -> Journal:
    journal = replace(journal, state=sink.commit(), finished=False)
    part.save(journal)
    return journal


def _answers(
    chunks: Iterator[Chunk], plan: Plan, workers: int, start_worker: Callable[[], None]
) -> Iterator[tuple[Chunk, Answered]]:
    """Each chunk with its answers, in order; at most two chunks a worker are in memory."""
    if workers == 1:
        for chunk in chunks:
            yield chunk, encode.answer_chunk(chunk.given, chunk.rows, chunk.faults, plan)
        return
    waiting: deque[tuple[Chunk, Future[Answered]]] = deque()
    # Spawned, because threads of Arrow and of the network do not live through a fork.
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawned, _ready, (start_worker, plan.path)) as pool:
        try:
            for chunk in chunks:
                waiting.append((
                    chunk, pool.submit(encode.answer_chunk, chunk.given, chunk.rows, chunk.faults, plan)
                ))  # fmt: skip
                if len(waiting) >= 2 * workers:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            for _, future in waiting:
                future.cancel()


def _ready(start_worker: Callable[[], None], path: str) -> None:
    """Make a worker ready: the reader is loaded before the first chunk comes, and Ctrl-C is for the process that gave the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    start_worker()
    answers.reader(path)


def _report(answered: Answered, before: int, bad: int, told: Told) -> int:
    """Say which rows were not read, by number: what such a row has for an id may be somebody's words. Returns how many by now."""
    for place, fault in sorted(answered.faults.items()):
        bad += 1
        if bad <= MOST_TOLD:
            told.say(f"Row {before + place + 1}: {fault}.")
        elif bad == MOST_TOLD + 1:
            told.say("More rows were not read; gt_error marks each.")
    return bad


def _sink(source: Source, plan: Plan, part: Part, journal: Journal) -> Sink:
    if plan.kind == CSV:
        return csvs.CsvSink(part.folder, encode.header(plan), journal.state)
    from goldthread.screening.parquet import ParquetSink

    nothing: Any = encode.encode(source.nothing(), [], plan)
    return ParquetSink(part.folder, nothing.schema, journal.state)


def _whole(kind: str) -> Callable[[Path, int], bool]:
    if kind == CSV:
        return csvs.has_rows
    from goldthread.screening.parquet import has_parts

    return has_parts
