"""What a table must offer to be screened, and which kind a name stands for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from goldthread.screening.errors import ScreenError

CHUNK_ROWS = {"fast": 400, "full": 40}
"""Rows handed to a worker at a time, by path: some hundredths of a second's work."""
CHUNK_SIZE = 4 * 1024 * 1024
"""Characters after which a chunk of long rows is closed early."""
TEXT_NAMES = frozenset({
    "text", "log", "log_text", "narrative", "description", "details", "detail",
    "notes", "note", "free_text", "freetext", "incident_text", "incident_log", "summary",
    "comments", "comment", "transcript", "message", "body",
})  # fmt: skip
HEADER = re.compile(r"[^\W\d](?:[\w ()/&#%-]|\.(?=\w)){0,39}")
"""What a column's name may look like to stand in a message; it has five words at most. No sentence, date or number does *(ours)*."""
CSV, PARQUET = "csv", "parquet"
FORMATS = {".csv": CSV, ".parquet": PARQUET, ".pq": PARQUET}
DATABASES = ("postgresql://", "postgres://")

Row = list[str]


@dataclass(frozen=True)
class Chunk:
    """Some rows in the order of their table.

    ``faults`` says of a place in it why that row cannot be read; ``after`` is the key of the last row where rows are found
    again by key and not by their number.
    """

    given: Any
    rows: int
    faults: dict[int, str] = field(default_factory=dict)
    after: str | None = None


class Source(AbstractContextManager[Any], Protocol):
    """A table to read from, once and in order."""

    @property
    def names(self) -> list[str]:
        """The columns, in order."""

    @property
    def key(self) -> str | None:
        """The column that tells a row from all others, for a table that is read by it."""

    def identity(self) -> dict[str, str | int]:
        """What tells this table from another, and from itself after a change; without any secret."""

    def text(self, column: int) -> None:
        """Say which column holds the text. Raises ScreenError if it cannot hold one."""

    def nothing(self) -> Any:
        """A chunk's ``given`` without rows: it shows the columns and their types."""

    def chunks(self, rows: int, done: int, after: str | None) -> Iterator[Chunk]:
        """Chunks of *rows* rows after the first *done*, or after the key *after* for a table that is read by key."""

    def share(self, done: int) -> float | None:
        """How much of the table *done* rows are, 0..1; None where it cannot be told."""


class Sink(Protocol):
    """Where answered rows are kept until all are there."""

    def add(self, data: Any) -> None:
        """Take encoded rows. They may be lost until ``commit``."""

    def commit(self) -> int:
        """Put everything taken so far beyond loss; returns what to go on from after a stop."""

    def finish(self, target: Path) -> None:
        """Make the whole table *target*."""

    def close(self) -> None:
        """Let go of files, whatever is in them."""


def is_database(source: str) -> bool:
    """Whether *source* is a PostgreSQL address and not a file."""
    return source.startswith(DATABASES)


def format_of(path: Path) -> str:
    """CSV or PARQUET by the name's ending. Raises ScreenError for another one."""
    found = FORMATS.get(path.suffix.lower())
    if found is None:
        raise ScreenError(f"{path}: unknown format. The file's name must end in .csv or .parquet.")
    return found


def open_file(path: Path) -> Source:
    """The table in a file. Raises ScreenError."""
    kind = format_of(path)
    if not path.is_file():
        raise ScreenError(f"There is no file {path}.")
    if kind == CSV:
        from goldthread.screening.csvs import CsvSource

        return CsvSource(path)
    from goldthread.screening.parquet import ParquetSource

    return ParquetSource(path)


def check_target(target: Path) -> str:
    """The format of a table to be written. Raises ScreenError if it could not be, or is there already."""
    kind = format_of(target)
    if target.exists():
        raise ScreenError(f"{target} is there already. Remove it or name another file.")
    if not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise ScreenError(f"Cannot write {target}: no such folder, or no right to write in it.")
    return kind


def listed(names: list[str]) -> str:
    """The columns in a sentence, unless the header row may be missing, so that a record's words stand where names should."""
    if all(not name or (HEADER.fullmatch(name) and len(name.split()) <= 5) for name in names):
        return f"The columns are: {', '.join(names)}."
    return f"The table has {len(names)} columns; is there a header row?"


def column(names: list[str], name: str) -> int:
    """Where the column *name* is. Raises ScreenError if it is nowhere, or twice."""
    if name not in names:
        raise ScreenError(f"There is no column {name!r}. {listed(names)}")
    if names.count(name) > 1:
        raise ScreenError(f"{names.count(name)} columns are called {name!r}. Give each a name of its own in the table.")
    return names.index(name)


def text_column(names: list[str], wanted: str | None) -> int:
    """Where the logs' text is: the column *wanted*, or the only one that is named like it. Raises ScreenError."""
    if wanted is not None:
        return column(names, wanted)
    likely = [place for place, name in enumerate(names) if name.strip().lower().replace(" ", "_") in TEXT_NAMES]
    if len(names) == 1:
        return 0
    if len({names[place] for place in likely}) != 1:
        raise ScreenError(f"Say with --text which column holds the log. {listed(names)}")
    return column(names, names[likely[0]])


def file_identity(path: Path) -> dict[str, str | int]:
    """A file's name, size in bytes and time of its last change."""
    state = path.stat()
    return {"source": str(path.resolve()), "size": state.st_size, "changed": state.st_mtime_ns}
