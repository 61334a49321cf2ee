"""An extract as lines with numbers: how it is written is found out, and told. No database."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from goldthread.config.errors import Refused
from goldthread.contact import records_rules as rules
from goldthread.screening.csvs import CsvSource
from goldthread.screening.errors import ScreenError
from goldthread.screening.tables import CSV, Row, format_of, listed

PIECE = 1024 * 1024
ROWS = 2_000
PARTED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "upright lines"}
FALLBACK = "cp1252"
"""What a file that is no UTF-8 is read as: it comes from a Windows programme as a rule, and every byte then is some letter *(ours)*."""
ENCODINGS = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", FALLBACK: "Windows-1252"}


@dataclass(frozen=True)
class Read:
    """A line that can be used, or its number, its key where it has one, and why not. A header is line 1."""

    line: int
    found: rules.Line | None
    key: str = ""
    why: str = ""


@dataclass(frozen=True)
class Written:
    """How a file is written: its sha256 in hex, whether it is CSV, its encoding, and what parts its columns."""

    digest: str
    form: str
    encoding: str = ""
    delimiter: str = ""

    def told(self, ignored: tuple[str, ...]) -> str:
        """How it was read, in a sentence or two for whoever loads it."""
        how = (
            f"Read as CSV in {ENCODINGS[self.encoding]}, parted by {PARTED[self.delimiter]}."
            if self.form == CSV
            else "Read as Parquet."
        )
        if not ignored:
            return how
        if listed(list(ignored)).startswith("The columns are"):
            return f"{how} Left aside: {', '.join(ignored[:20])}{' and more' if len(ignored) > 20 else ''}."
        return f"{how} {len(ignored)} columns were left aside."


def written(path: Path, name: str = "") -> Written:
    """Look a file over once, a piece at a time. ``name`` tells its format where the path does not. Raises ``Refused``."""
    try:
        form = format_of(Path(name or path))
        digest, utf8, first = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")(), b""
        is_utf8 = True
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                first = first or piece
                digest.update(piece)
                if form == CSV and is_utf8:
                    is_utf8 = _decodes(utf8, piece)
        if form == CSV and is_utf8:
            is_utf8 = _decodes(utf8, b"", final=True)
    except ScreenError as error:
        raise Refused(f"{error} Nothing was loaded.") from None
    except OSError as error:
        raise Refused(f"Cannot read {name or path}: {error.strerror or error}. Nothing was loaded.") from None
    if not first:
        raise Refused(f"{name or path.name} is empty. Nothing was loaded.")
    if form != CSV:
        return Written(digest.hexdigest(), form)
    encoding = "utf-16" if first[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig" if is_utf8 else FALLBACK
    header = first.decode(encoding, "replace").lstrip("\ufeff").splitlines() or [""]
    return Written(digest.hexdigest(), form, encoding, max(PARTED, key=lambda one: (header[0].count(one), one == ",")))


def source(path: Path, how: Written) -> AbstractContextManager[Any]:
    """The table in the file. Raises ``ScreenError``."""
    if how.form == CSV:
        return CsvSource(path, encoding=how.encoding, delimiter=how.delimiter)
    from goldthread.screening.parquet import ParquetSource

    return ParquetSource(path)


def lines(table: Any, kind: str, columns: rules.Columns, as_of: datetime, today: date, done: int) -> Iterator[Read]:
    """Each line after the first ``done``. Raises ``ScreenError`` where the table can be read no further."""
    rows = _rows_of(table)
    number = done + 1  # the header's
    for chunk in table.chunks(ROWS, done, None):
        for place, row in enumerate(rows(chunk.given)):
            number += 1
            told = {name: row[at] for name, at in columns.at.items()}
            if place in chunk.faults:
                # With a quote astray the lines that follow may be in this one: then none of it is a key.
                key = "" if "quote" in chunk.faults[place] else " ".join(told["key"].split())[:60]
                yield Read(number, None, key, chunk.faults[place][:200].capitalize() + ".")
                continue
            try:
                yield Read(number, rules.read(kind, told, as_of, today))
            except rules.BadLine as error:
                yield Read(number, None, error.key, str(error)[:200])


def _rows_of(table: Any) -> Callable[[Any], list[Row]]:
    if isinstance(table, CsvSource):
        return lambda given: given
    from goldthread.screening.parquet import rows_of_batch

    return rows_of_batch


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True
