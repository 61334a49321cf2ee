"""Parquet in and out, row group by row group, with every column and its type as it was."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from goldthread.screening.errors import ScreenError
from goldthread.screening.part import fsync_folder
from goldthread.screening.tables import Chunk, Row, file_identity

GROUP_ROWS, GROUP_BYTES = 64_000, 64 * 1024 * 1024
"""A row group is written when it has so many rows, or so many bytes in memory."""
READ_AHEAD = 1024 * 1024
TYPES = {str: pa.string(), bool: pa.bool_(), float: pa.float64(), int: pa.int64()}


class ParquetSource:
    """The rows of a Parquet file. A text that is null is read as an empty one."""

    key = None

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            # Buffered reading keeps a row group's pages out of memory until they are wanted.
            self._file = pq.ParquetFile(path, buffer_size=READ_AHEAD, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise ScreenError(f"{path} is not readable as Parquet ({type(error).__name__}).") from None
        self._schema: pa.Schema = self._file.schema_arrow
        self.names = list(self._schema.names)
        self._total: int = self._file.metadata.num_rows

    def __enter__(self) -> ParquetSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def identity(self) -> dict[str, str | int]:
        return file_identity(self._path)

    def text(self, column: int) -> None:
        check_text(self._schema.field(column))

    def nothing(self) -> pa.RecordBatch:
        return empty(self._schema)

    def chunks(self, rows: int, done: int, after: str | None) -> Iterator[Chunk]:
        del after  # rows of a file are found again by their number
        first, skip = 0, done
        groups = self._file.metadata.num_row_groups
        while first < groups and self._file.metadata.row_group(first).num_rows <= skip:
            skip -= self._file.metadata.row_group(first).num_rows
            first += 1
        try:
            for batch in self._file.iter_batches(rows, row_groups=range(first, groups), use_threads=False):
                passed = min(skip, batch.num_rows)
                skip -= passed
                if passed < batch.num_rows:
                    kept = batch.slice(passed)
                    yield Chunk(kept, kept.num_rows)
        except (pa.ArrowException, OSError) as error:
            raise ScreenError(f"{self._path} is damaged: it can be read no further ({type(error).__name__}).") from None

    def share(self, done: int) -> float:
        return done / max(1, self._total)


class ParquetSink:
    """Numbered part files, each whole and fsynced at a commit, joined at the end with no more than a row group in memory."""

    def __init__(self, folder: Path, schema: pa.Schema, parts: int) -> None:
        self._folder, self._schema, self._parts = folder, schema, parts
        self._writing: Grouped | None = None
        kept = set(_parts(folder, parts))
        for path in folder.glob("*.parquet*"):
            if path not in kept:
                path.unlink()  # written after the last commit

    def add(self, data: pa.RecordBatch) -> None:
        if self._writing is None:
            self._writing = Grouped(self._new, self._schema)
        self._writing.add(data)

    def commit(self) -> int:
        if self._writing is not None:
            self._writing.end()
            self._writing = None
            self._new.replace(_part(self._folder, self._parts))
            fsync_folder(self._folder)
            self._parts += 1
        return self._parts

    def finish(self, target: Path) -> None:
        joined = Grouped(self._new, self._schema)
        try:
            for part in _parts(self._folder, self._parts):
                with pq.ParquetFile(part, buffer_size=READ_AHEAD, pre_buffer=False) as file:
                    for batch in file.iter_batches(GROUP_ROWS // 16, use_threads=False):
                        joined.add(batch)
            joined.end()
        finally:
            joined.close()
        self._new.replace(target)

    def close(self) -> None:
        if self._writing is not None:
            self._writing.close()

    @property
    def _new(self) -> Path:
        return self._folder / "new.parquet"


class Grouped:
    """A Parquet file that is written in row groups of a good size, whatever the batches that come."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._file = path.open("wb")
        self._schema = schema
        self._writer = pq.ParquetWriter(self._file, schema, compression="zstd")
        self._waiting: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take a batch of the file's schema."""
        self._waiting.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= GROUP_ROWS or self._bytes >= GROUP_BYTES:
            self._group()

    def end(self) -> None:
        """Write what waits and the file's end, and put it beyond loss."""
        self._group()
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def close(self) -> None:
        """Let go of the file as it is."""
        self._waiting = []
        self._writer.is_open = False  # or it would write the end of a file that is given up
        self._file.close()

    def _group(self) -> None:
        if self._waiting:
            table = pa.Table.from_batches(self._waiting, self._schema).unify_dictionaries()
            self._writer.write_table(table, row_group_size=max(1, table.num_rows))
            self._waiting, self._rows, self._bytes = [], 0, 0


def has_parts(folder: Path, parts: int) -> bool:
    """Whether the part folder holds that many part files."""
    return all(path.exists() for path in _parts(folder, parts))


def check_text(field: pa.Field) -> None:
    """Raises ScreenError where a column's type cannot hold a log's words."""
    kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if not any(
        holds(kind)
        for holds in (
            pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
            pa.types.is_binary, pa.types.is_large_binary, pa.types.is_null,
        )
    ):  # fmt: skip
        raise ScreenError(f"The column {field.name!r} holds {field.type}, not text. Name another with --text.")


def strings(column: pa.Array) -> list[str]:
    """The texts of a column; empty where null. Bytes that are not UTF-8 become lone surrogates, as in CSV."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    raw = column.cast(pa.large_binary()).to_pylist()
    return ["" if one is None else one.decode("utf-8", "surrogateescape") for one in raw]


def with_columns(batch: pa.RecordBatch, rows: Sequence[Sequence[Any]], added: Mapping[str, type]) -> pa.RecordBatch:
    """The batch with the columns *added*, filled by *rows*, which hold a value or None for each."""
    fields = [pa.field(name, TYPES[kind]) for name, kind in added.items()]
    columns = zip(*rows, strict=True) if rows else [()] * len(fields)
    made = [_array(list(values), field.type) for values, field in zip(columns, fields, strict=True)]
    schema = pa.schema([*batch.schema, *fields], metadata=batch.schema.metadata)
    return pa.RecordBatch.from_arrays([*batch.columns, *made], schema=schema)


def batch_of_rows(rows: Sequence[Row], names: Sequence[str]) -> pa.RecordBatch:
    """Rows of CSV as columns of text; what was not UTF-8, in a name too, becomes U+FFFD."""
    columns: Iterable[Sequence[str]] = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.RecordBatch.from_arrays([_array(list(one), pa.string()) for one in columns], names=[*map(_utf8, names)])


def rows_of_batch(batch: pa.RecordBatch) -> list[Row]:
    """Columns as fields of CSV: nulls empty, nested values as JSON."""
    columns = [fields(column, name) for column, name in zip(batch.columns, batch.schema.names, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)]


def empty(schema: pa.Schema) -> pa.RecordBatch:
    """No rows of a schema."""
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)


def _part(folder: Path, number: int) -> Path:
    return folder / f"{number + 1:06}.parquet"


def _parts(folder: Path, count: int) -> list[Path]:
    return [_part(folder, number) for number in range(count)]


def _array(values: list[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except UnicodeEncodeError:
        return pa.array([one and _utf8(one) for one in values])


def _utf8(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def fields(column: pa.Array, name: str) -> list[str]:
    """A column as fields of CSV. Raises ScreenError for one whose values no text can hold."""
    if pa.types.is_nested(column.type):
        try:
            return [
                "" if one is None else json.dumps(one, ensure_ascii=False, default=str) for one in column.to_pylist()
            ]
        except ValueError:
            raise ScreenError(f"The column {name!r} cannot be written as CSV. Write Parquet.") from None
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        return strings(column)
    except pa.ArrowNotImplementedError:  # not text
        return strings(pc.cast(column, pa.string()))
