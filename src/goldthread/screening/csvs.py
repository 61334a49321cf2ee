"""CSV in and out. Bytes that are not UTF-8 pass through unchanged."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from goldthread.screening.errors import ScreenError
from goldthread.screening.tables import CHUNK_SIZE, Chunk, Row, file_identity

LONGEST_FIELD = 64 * 1024 * 1024
"""Characters; a longer field is refused, so that one bad quote cannot fill the memory."""
STRAY = "a quote stands in the middle of a field, so this row runs over {} lines; none of them was read"
UNCLOSED = "a quote is opened and never closed, so all that follows is in this row; it was not read"
ROWS = "rows.csv"
USUAL = "utf-8-sig"


class CsvSource:
    """The rows of a CSV file with a header. A blank line is no row. Another encoding or delimiter than the usual is the caller's to know."""

    key = None

    def __init__(self, path: Path, *, encoding: str = USUAL, delimiter: str = ",") -> None:
        csv.field_size_limit(LONGEST_FIELD)
        self._path, self._encoding, self._delimiter = path, encoding, delimiter
        self._size = max(1, path.stat().st_size)
        self._file = path.open(encoding=encoding, errors="surrogateescape", newline="")
        self._ended = False
        self._met = 0
        self._taken: list[str] = []
        self._lines = self._taking()
        self._strict = csv.reader(self._lines, strict=True, delimiter=delimiter)
        try:
            self.names = self._header()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> CsvSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def identity(self) -> dict[str, str | int]:
        return file_identity(self._path)

    def text(self, column: int) -> None:
        """Any column of a CSV file holds text."""

    def nothing(self) -> list[Row]:
        return []

    def chunks(self, rows: int, done: int, after: str | None) -> Iterator[Chunk]:
        del after  # rows of a file are found again by their number
        given: list[Row] = []
        faults: dict[int, str] = {}
        size = 0
        for row, fault in self._checked():
            if self._met <= done:
                continue
            if fault:
                faults[len(given)] = fault
            given.append(row)
            size += sum(map(len, row))
            if len(given) == rows or size >= CHUNK_SIZE:
                yield Chunk(given, len(given), faults)
                given, faults, size = [], {}, 0
        if given:
            yield Chunk(given, len(given), faults)

    def share(self, done: int) -> float:
        del done
        return min(1.0, os.lseek(self._file.fileno(), 0, os.SEEK_CUR) / self._size)

    def _header(self) -> list[str]:
        with self._path.open("rb") as file:
            if self._encoding == USUAL and file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                raise ScreenError(f"{self._path} is saved as UTF-16. Save it as CSV in UTF-8.")
        header, fault = self._next() or ([], "")
        if not header:
            raise ScreenError(f"{self._path} is empty: it needs a header row.")
        if fault:
            raise ScreenError(f"{self._path} has a stray quote in its header row. Take it out.")
        if len(header) == 1 and self._delimiter == "," and (";" in header[0] or "\t" in header[0]):
            raise ScreenError(f"The columns of {self._path} are not parted by commas. Save it with commas.")
        return header

    def _checked(self) -> Iterator[tuple[Row, str]]:
        """Each row in the header's width, with what is wrong with it."""
        width = len(self.names)
        while (found := self._next()) is not None:
            row, fault = found
            self._met += 1
            if not fault and len(row) != width:
                fault = f"expected {width} fields, found {len(row)}; this row was not read"
            yield _fitted(row, width), fault

    def _next(self) -> tuple[Row, str] | None:
        """The next row that is not blank, and what is wrong with its quotes."""
        row: Row = []
        while not row:
            self._taken.clear()
            try:
                row = next(self._strict)
            except StopIteration:
                return None
            except csv.Error:
                return self._leniently()
        return row, ""

    def _leniently(self) -> tuple[Row, str]:
        """The row that the strict reader refused, from its first line on, as a lenient one takes it.

        A quote in the middle of a field may close what a stray one opened lines before, so that all between looks like one
        field; then nothing in those lines can be trusted. On a single line the words are all there whatever the quotes mean.
        """
        try:
            row = next(csv.reader(chain(self._taken.copy(), self._lines), delimiter=self._delimiter))
        except csv.Error as error:
            raise ScreenError(f"{self._path} is not readable as CSV after row {self._met}: {error}.") from None
        # A row that needed what lies beyond the end of the file stands inside a quote.
        if self._ended:
            return row, UNCLOSED
        return row, STRAY.format(len(self._taken)) if len(self._taken) > 1 else ""

    def _taking(self) -> Iterator[str]:
        """The file's lines; those of the row that is being read are kept."""
        for line in self._file:
            self._taken.append(line)
            yield line
        self._ended = True


class CsvSink:
    """Lines added to one file in the part folder, which is cut back to its last commit after a stop."""

    def __init__(self, folder: Path, header: Row, size: int) -> None:
        self._path = folder / ROWS
        whole = size > 0 and self._path.exists()
        self._file = self._path.open("r+b" if whole else "wb")
        self._file.truncate(size)
        self._file.seek(size)
        if not whole:
            self._file.write(lines([header]))

    def add(self, data: bytes) -> None:
        self._file.write(data)

    def commit(self) -> int:
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def finish(self, target: Path) -> None:
        self._file.close()
        self._path.replace(target)

    def close(self) -> None:
        self._file.close()


def has_rows(folder: Path, size: int) -> bool:
    """Whether the part folder holds *size* bytes of rows."""
    path = folder / ROWS
    return path.exists() and path.stat().st_size >= size


def lines(rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as CSV."""
    buffer = io.StringIO(newline="")
    plain = csv.writer(buffer, lineterminator="\n")
    # Of line ends, Python's writer quotes only the one it writes itself; readers take a bare \r for a row's end all the same.
    quoted = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in map(list, rows):
        (quoted if any("\r" in one for one in row) else plain).writerow(row)
    return buffer.getvalue().encode("utf-8", errors="surrogateescape")


def _fitted(row: Row, width: int) -> Row:
    return (row + [""] * width)[:width]
