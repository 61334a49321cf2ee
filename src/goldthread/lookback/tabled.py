"""The table that ``goldthread screen`` writes: its columns, and its rows where it is Parquet."""

from __future__ import annotations

import csv
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.config.errors import Refused

ROWS_AT_ONCE = 500
LONGEST_FIELD = 64 * 1024 * 1024
DAYS = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y")
NEEDED = (
    "gt_at_risk",
    "gt_probability",
    "gt_level",
    "gt_abstain",
    "gt_findings",
    "gt_engine",
    "gt_lexicon",
    "gt_error",
)
REFERENCE_NAMES = frozenset(
    {
        "reference",
        "ref",
        "id",
        "urn",
        "incident",
        "incident_id",
        "incident_reference",
        "log_id",
    }
)
"""No number of a log or incident: those often begin anew each day."""


@dataclass(frozen=True)
class Asked:
    """The columns that the operator named; ``carried`` are further ones in which tags stand.

    ``doubtful``: rows too of which the reader was not sure.
    """

    reference: str = ""
    time: str = ""
    text: str = ""
    grade: str = ""
    thrive: str = ""
    tags: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True)
class Columns:
    """Where each thing stands in a row; None for what the operator did not name."""

    width: int
    reference: int
    time: int | None
    text: int | None
    grade: int | None
    thrive: int | None
    tags: tuple[tuple[str, int], ...]
    gt: dict[str, int]


def columns(header: Sequence[str], asked: Asked) -> Columns:
    """The places of the columns. Raises ``Refused`` with the names there are."""
    missing = [name for name in NEEDED if name not in header]
    twice = [name for name in NEEDED if header.count(name) > 1]
    if twice:
        raise Refused(f"This file has the column {twice[0]} twice. Screen the logs again; nothing was made.")
    if missing:
        raise Refused(
            f"This file has no column {missing[0]}: it is not what 'goldthread screen' writes. Screen the logs first; nothing was made."
        )

    def place(name: str) -> int | None:
        return place_of(header, name) if name else None

    reference = place(asked.reference)
    if reference is None:
        likely = [at for at, name in enumerate(header) if name.strip().lower().replace(" ", "_") in REFERENCE_NAMES]
        if len(likely) != 1:
            raise Refused(f"Say with --reference which column names the record. {_listed(header)} Nothing was made.")
        reference = likely[0]
    tags = tuple(
        (name, header.index(name)) for name in dict.fromkeys((*asked.tags, *asked.carried)) if place(name) is not None
    )
    return Columns(
        len(header), reference, place(asked.time), place(asked.text), place(asked.grade), place(asked.thrive), tags,
        {name: at for at, name in enumerate(header) if name.startswith("gt_")},
    )  # fmt: skip


def place_of(header: Sequence[str], name: str) -> int:
    """Where the column of that name stands. Raises ``Refused`` with the names there are."""
    if name not in header:
        raise Refused(f"There is no column {name!r}. {_listed(header)} Nothing was made.")
    if header.count(name) > 1:
        raise Refused(f"There are {header.count(name)} columns {name!r}. Give each its own name; nothing was made.")
    return header.index(name)


def _listed(header: Sequence[str]) -> str:
    """The columns' names; how many there are where they do not look like names: without a header they are somebody's words."""
    if any(len(name) > 40 or len(name.split()) > 5 or set(name) & set(".,;!?") for name in header):
        return f"It has {len(header)} columns; is its first row a header?"
    return f"The columns are: {', '.join(ascii(name)[1:-1] for name in header[:60])}."


def parquet_parts(path: Path) -> list[Path]:
    """The files of a table in Parquet: one, or those that Spark wrote into a folder; none where it is no Parquet."""
    if path.is_dir():
        return sorted(path.glob("*.parquet"))
    return [path] if path.suffix.lower() in {".parquet", ".pq"} and path.is_file() else []


def lines(path: Path) -> Generator[list[str], None, None]:
    """The header of a table, then every row, each as text."""
    parts = parquet_parts(path)
    if parts:
        yield from rows_of_parquet(parts)
        return
    csv.field_size_limit(LONGEST_FIELD)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as source:
        yield from (row for row in csv.reader(source) if row)


def read_into(digest: Any, path: Path) -> None:
    """Add what a table's files hold to a digest."""
    for part in parquet_parts(path) or [path]:
        with part.open("rb") as source:
            while block := source.read(1 << 20):
                digest.update(block)


def rows_of_parquet(parts: Sequence[Path]) -> Iterator[list[str]]:
    from goldthread.screening.parquet import ParquetSource, rows_of_batch  # what it needs takes long to load

    names: list[str] = []
    for part in parts:
        with ParquetSource(part) as source:
            if not names:
                names = source.names
                yield names
            if source.names != names:
                raise Refused(f"{part} has other columns than the files beside it. Nothing was made.")
            for chunk in source.chunks(ROWS_AT_ONCE, 0, None):
                yield from rows_of_batch(chunk.given)


def moment(text: str) -> datetime | None:
    """When that is, as a table may write it; one without a zone is London's. None for what is no time."""
    for form in ("", *DAYS):
        try:
            at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - given one below
            at = at if at.tzinfo else at.replace(tzinfo=LONDON)
            at.astimezone(LONDON)  # a year that no zone reaches is no time
        except (ValueError, OverflowError):
            continue
        return at
    return None
