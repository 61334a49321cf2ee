"""Records of the same person, or of the same address, found across a table by Splink on DuckDB, without examples to learn from.

The table streams into a database file beside the target, and out again with the groups; the file is gone at the end.
"""

from __future__ import annotations

import logging
import tempfile
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldthread.screening import identity, tables
from goldthread.screening.csvs import lines
from goldthread.screening.encode import as_batch, as_rows, texts
from goldthread.screening.errors import ScreenError
from goldthread.screening.tables import CSV, Chunk, Source

if TYPE_CHECKING:  # an extra, loaded where it is used
    import duckdb

    from goldthread.screening.likeness import Likeness

MISSING = "Linking is not installed here. Run make setup-extras, then use .venv-extras/bin/goldthread."
COLUMNS = {"gt_group": int, "gt_group_size": int, "gt_match_probability": float, "gt_error": str}
"""What is added: the number of the group's first row, how many rows it has, how likely the row's surest link in it is, and why
the row was not compared."""
FEWEST = 50
"""Records below which there is nothing to learn from *(ours)*."""
SAMPLE = 2_000_000
"""Pairs drawn to learn how often strangers agree."""
RECALL = 0.7
"""Share of true pairs that the certain rules are taken to find, to learn how rare a match is *(ours)*."""
ROWS = 5000


@dataclass(frozen=True)
class Linked:
    """What came of it: rows, groups of more than one, rows in them, and rows that could not be compared."""

    rows: int
    groups: int
    grouped: int
    bad: int


def link(
    source_path: Path, target: Path, kind: str, named: Mapping[str, str], threshold: float, say: Callable[[str], None]
) -> Linked:
    """Write the table with each row's group. *kind* is people or addresses; *named* gives columns for parts of a record.

    Pairs count as the same from the probability *threshold* (0..1) on. Raises ScreenError.
    """
    form = tables.check_target(target)
    if not 0 < threshold < 1:
        raise ScreenError("--threshold must lie between 0 and 1, such as 0.95.")
    try:
        import duckdb

        from goldthread.screening import likeness
    except ImportError:
        raise ScreenError(MISSING) from None
    model = likeness.people() if kind == "people" else likeness.addresses()
    with (
        tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder,
        duckdb.connect(str(Path(folder) / "records.duckdb"), config={"temp_directory": folder}) as base,
    ):
        with tables.open_file(source_path) as source:
            if clash := [name for name in source.names if name in COLUMNS]:
                raise ScreenError(f"{source_path} has a column {clash[0]} already. Link the original table.")
            say("Reading the records.")
            bad = _take_in(base, source, kind, named, model)
        _compare(base, model, threshold, say)
        new = Path(folder) / f"new{target.suffix}"
        with tables.open_file(source_path) as source:
            _write(base, source, new, form)
        new.replace(target)
        ((rows, groups, grouped),) = base.execute(
            "SELECT count(*), count(DISTINCT grp) FILTER (WHERE size > 1), count(*) FILTER (WHERE size > 1) FROM grouped"
        ).fetchall()
    return Linked(int(rows), int(groups), int(grouped), bad)


def _take_in(
    base: duckdb.DuckDBPyConnection, source: Source, kind: str, named: Mapping[str, str], model: Likeness
) -> int:
    """Put every record, in its one form, into the table ``record``; returns how many rows are none."""
    import pyarrow as pa

    found = identity.places(kind, source.names, named)
    parts = identity.MADE[kind]
    base.execute(f"CREATE TABLE plain (unique_id BIGINT, {', '.join(f'{part} VARCHAR' for part in parts)})")
    met = bad = 0
    for chunk in source.chunks(ROWS, 0, None):
        records = _records(chunk, kind, found)
        bad += len(chunk.faults)
        columns = [pa.array(range(met + 1, met + 1 + chunk.rows), pa.int64())]
        columns += [pa.array([one[part] for one in records], pa.string()) for part in parts]
        base.register("taken", pa.table(columns, names=["unique_id", *parts]))
        base.execute("INSERT INTO plain SELECT * FROM taken")
        base.unregister("taken")
        met += chunk.rows
    derived = ", ".join(f"{made} AS {name}" for name, made in model.derived.items())
    base.execute(f"CREATE TABLE record AS SELECT *, {derived} FROM plain ORDER BY unique_id")
    if met < FEWEST:
        raise ScreenError(f"There are {met} rows: too few to learn from ({FEWEST} at least).")
    return bad


def _records(chunk: Chunk, kind: str, found: Mapping[str, int]) -> list[identity.Record]:
    columns = {part: _told(chunk, place) for part, place in found.items()}
    nothing = dict.fromkeys(found, "")
    return [
        identity.record(kind, nothing if at in chunk.faults else {part: columns[part][at] for part in columns})
        for at in range(chunk.rows)
    ]


def _told(chunk: Chunk, place: int) -> list[str]:
    """A column as text, whatever its type: a date is written as one."""
    if isinstance(chunk.given, list):
        return texts(chunk.given, place)
    from goldthread.screening.parquet import fields

    return fields(chunk.given.column(place), chunk.given.schema.names[place])


def _compare(base: duckdb.DuckDBPyConnection, model: Likeness, threshold: float, say: Callable[[str], None]) -> None:
    """Learn, compare and group; leaves the table ``grouped`` of unique_id, grp, size and probability."""
    from splink import DuckDBAPI, Linker, SettingsCreator

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    api = DuckDBAPI(base)
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=model.comparisons,
        blocking_rules_to_generate_predictions=model.blocking,
        retain_matching_columns=True,
        additional_columns_to_retain=model.retained,
    )
    linker = Linker(api.register("record"), settings, log_level=None)
    say("Learning what strangers share and what records of one do.")
    try:
        linker.training.estimate_probability_two_random_records_match(model.certain, recall=RECALL)
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=1)
        for rule in model.learning:
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        say("Comparing.")
        predicted = linker.inference.predict(threshold_match_probability=threshold)
    except Exception as error:
        # Splink raises many kinds, and their words could quote a record.
        raise ScreenError(f"There is too little in these records to learn from ({type(error).__name__}).") from error
    _group(base, predicted.physical_name, model)


def _group(base: duckdb.DuckDBPyConnection, predicted: str, model: Likeness) -> None:
    """Join linked records into groups. One without its anchor joins only where it fits a single group, and joins no two."""
    import pyarrow as pa

    loose = [f"e.{end} IN (SELECT unique_id FROM record WHERE {model.anchor} IS NULL)" for end in ("one", "other")]
    base.execute(
        f"CREATE TABLE edge AS SELECT unique_id_l AS one, unique_id_r AS other, match_probability AS probability "
        f"FROM {predicted} WHERE NOT coalesce({model.never}, false)"
    )
    ((rows,),) = base.execute("SELECT count(*) FROM record").fetchall()
    groups = Groups(int(rows))
    for one, other in _pairs(base, f"NOT ({' OR '.join(loose)})" if model.anchor else "true"):
        groups.join(one, other)
    if model.anchor:
        fitting: dict[int, set[int]] = {}
        for one, other in _pairs(base, f"{loose[0]} AND NOT {loose[1]}"):
            fitting.setdefault(one, set()).add(groups.of(other))
        for one, other in _pairs(base, f"{loose[1]} AND NOT {loose[0]}"):
            fitting.setdefault(other, set()).add(groups.of(one))
        for one, fits in fitting.items():
            if len(fits) == 1:
                groups.join(one, *fits)
    base.register("found", pa.table({"unique_id": range(1, rows + 1), "grp": groups.all()}))
    base.execute(
        """
        CREATE TABLE grouped AS
        WITH f AS (SELECT *, count(*) OVER (PARTITION BY grp) AS size FROM found),
             e AS (SELECT one, other, probability FROM edge JOIN found a ON a.unique_id = one
                   JOIN found b ON b.unique_id = other WHERE a.grp = b.grp),
             best AS (SELECT id, max(probability) AS probability
                      FROM (SELECT one AS id, probability FROM e UNION ALL SELECT other, probability FROM e) GROUP BY id)
        SELECT f.unique_id, f.grp, f.size, best.probability FROM f LEFT JOIN best ON best.id = f.unique_id
        """
    )
    base.unregister("found")


def _pairs(base: duckdb.DuckDBPyConnection, condition: str) -> Iterator[tuple[int, int]]:
    cursor = base.cursor().execute(f"SELECT one, other FROM edge e WHERE {condition} ORDER BY one, other")
    while found := cursor.fetchmany(ROWS):
        yield from found


class Groups:
    """Records 1..*count*, each alone until joined; a group is named by its first record. Eight bytes a record."""

    def __init__(self, count: int) -> None:
        self._above = array("q", range(count + 1))

    def of(self, one: int) -> int:
        """The group of a record."""
        above = self._above
        while above[one] != one:
            above[one] = above[above[one]]
            one = above[one]
        return one

    def join(self, one: int, other: int) -> None:
        """Make two records' groups one."""
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def all(self) -> list[int]:
        """Every record's group, in order."""
        return [self.of(one) for one in range(1, len(self._above))]


def _write(base: duckdb.DuckDBPyConnection, source: Source, new: Path, form: str) -> None:
    """The table once more, each row with its group."""
    cursor = base.execute("SELECT grp, size, probability FROM grouped ORDER BY unique_id")

    def found() -> Iterator[tuple[Chunk, list[tuple[Any, ...]]]]:
        for chunk in source.chunks(ROWS, 0, None):
            yield chunk, [(*row, chunk.faults.get(at)) for at, row in enumerate(cursor.fetchmany(chunk.rows))]

    if form == CSV:
        with new.open("wb") as file:
            file.write(lines([[*source.names, *COLUMNS]]))
            for chunk, added in found():
                rows = as_rows(chunk.given)
                file.write(lines([*row, *map(_cell, one)] for row, one in zip(rows, added, strict=True)))
        return
    from goldthread.screening.parquet import Grouped, with_columns

    nothing = as_batch(source.nothing(), source.names)
    made = Grouped(new, with_columns(nothing, [], COLUMNS).schema)
    for chunk, added in found():
        made.add(with_columns(as_batch(chunk.given, source.names), added, COLUMNS))
    made.end()


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
