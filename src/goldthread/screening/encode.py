"""A worker's part: a chunk's rows in, the same rows with their answers out, encoded for where they go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goldthread.screening import answers
from goldthread.screening.answers import COLUMNS, Answer
from goldthread.screening.csvs import lines
from goldthread.screening.tables import CSV, Row


@dataclass(frozen=True)
class Plan:
    """How every chunk of a run is answered: its columns, where the text is, and what comes out."""

    names: list[str]
    text: int
    path: str
    kind: str


@dataclass(frozen=True)
class Answered:
    """Encoded rows (bytes of CSV or an Arrow batch), with the places that were not read and why."""

    data: Any
    rows: int
    faults: dict[int, str]


def answer_chunk(given: Any, rows: int, faults: dict[int, str], plan: Plan) -> Answered:
    """Read a chunk's texts and add the answers. *given* is a list of CSV rows or an Arrow batch."""
    answered = answer_texts(texts(given, plan.text), faults, plan.path)
    return Answered(encode(given, answered, plan), rows, faults)


def answer_texts(given: Sequence[str], faults: dict[int, str], path: str) -> list[Answer]:
    """An answer for each text; those with a fault are not read. The one function behind every engine."""
    return [
        answers.unread(faults[place]) if place in faults else answers.answer(text, path)
        for place, text in enumerate(given)
    ]


def texts(given: Any, column: int) -> list[str]:
    """The texts of a chunk; one that is missing is empty."""
    if isinstance(given, list):
        return [row[column] for row in given]
    from goldthread.screening.parquet import strings

    return strings(given.column(column))


def encode(given: Any, answered: list[Answer], plan: Plan) -> Any:
    """Rows with their answers as bytes of CSV, or as an Arrow batch."""
    if plan.kind == CSV:
        return lines([*row, *map(_cell, one)] for row, one in zip(as_rows(given), answered, strict=True))
    from goldthread.screening.parquet import with_columns

    return with_columns(as_batch(given, plan.names), answered, COLUMNS)


def header(plan: Plan) -> Row:
    """The first line of a CSV that is written."""
    return [*plan.names, *COLUMNS]


def as_rows(given: Any) -> Sequence[Sequence[str]]:
    """A chunk as fields of CSV."""
    if isinstance(given, list):
        return given
    from goldthread.screening.parquet import rows_of_batch

    return rows_of_batch(given)


def as_batch(given: Any, names: list[str]) -> Any:
    """A chunk as an Arrow batch."""
    if not isinstance(given, list):
        return given
    from goldthread.screening.parquet import batch_of_rows

    return batch_of_rows(given, names)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
