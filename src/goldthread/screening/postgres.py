"""A table, view or query of a PostgreSQL database as a source: read only, in the order of a key, and again after the last key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
import pyarrow as pa
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict

from goldthread.screening.errors import ScreenError
from goldthread.screening.parquet import check_text, empty
from goldthread.screening.tables import Chunk, column

WAIT = 10
"""Seconds to wait for a connection."""
TYPES = {
    "bool": pa.bool_(), "int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(), "float4": pa.float32(),
    "float8": pa.float64(), "date": pa.date32(), "timestamp": pa.timestamp("us"), "timestamptz": pa.timestamp("us", "UTC"),
}  # fmt: skip
"""Types of PostgreSQL that stay what they are; every other comes as the text that PostgreSQL writes for it."""
UNIQUE = """
    SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indrelid = to_regclass(%s) AND a.attname = %s AND a.attnotnull AND i.indisunique AND i.indisvalid
      AND i.indpred IS NULL AND i.indnkeyatts = 1
      AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhparent = i.indrelid)
"""


class PostgresSource:
    """The rows of *table* (``SCHEMA.NAME`` or ``NAME``) or of *query*, in the order of the column *key*.

    One read-only transaction sees one state of the database. *key* must be there in every row and in no two the same, or
    rows would be lost or doubled after a stop. Raises ScreenError.
    """

    def __init__(self, url: str, table: str | None, query: str | None, key: str | None) -> None:
        if (table is None) == (query is None):
            raise ScreenError("Say with --table SCHEMA.NAME, or with --query, what to read from the database.")
        if key is None:
            raise ScreenError("Say with --key which column tells every row from all others.")
        self.key = key
        self._what = table if table is not None else "the query"
        self._from: sql.Composable = (
            sql.Identifier(*table.split("."))
            if table is not None
            # The operator's own query: one statement (see _run), in a transaction that can only read.
            else sql.SQL("(\n{}\n) AS q").format(sql.SQL(str(query).strip().rstrip(";")))
        )
        self._connection, self._where = _connect(url)
        try:
            with self._told():
                self._begin(table)
        except BaseException:
            self._connection.close()
            raise
        told = table if table is not None else hashlib.sha256(str(query).encode()).hexdigest()
        self._identity: dict[str, str | int] = {
            "source": self._where,
            "rows of": told,
            "key": key,
            "key type": self._key_type,
        }

    def __enter__(self) -> PostgresSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def identity(self) -> dict[str, str | int]:
        return self._identity

    def text(self, column: int) -> None:
        check_text(self._schema.field(column))

    def nothing(self) -> pa.RecordBatch:
        return empty(self._schema)

    def chunks(self, rows: int, done: int, after: str | None) -> Iterator[Chunk]:
        del done  # a table may have changed since; what was read is told by the last key
        chosen = [
            sql.Identifier(field.name)
            if field.type != pa.string()
            else sql.SQL("{0}::text AS {0}").format(sql.Identifier(field.name))
            for field in self._schema
        ]
        key = sql.Identifier(self.key)
        beyond = (
            sql.SQL("WHERE {} > CAST({} AS {})").format(key, sql.Literal(after), sql.SQL(self._key_type))
            if after is not None
            else sql.SQL("")
        )
        with self._told(), self._connection.cursor("goldthread_screen") as cursor:
            cursor.execute(
                # Qualified, so that a column cast to text is still put in the order of its own type.
                sql.SQL("SELECT {}, r.{}::text FROM (SELECT * FROM {} {}) AS r ORDER BY r.{}").format(
                    sql.SQL(", ").join(chosen), key, self._from, beyond, key
                )
            )
            while found := cursor.fetchmany(rows):
                columns = list(zip(*found, strict=True))
                arrays = [pa.array(values, field.type) for values, field in zip(columns, self._schema, strict=False)]
                batch = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
                yield Chunk(batch, len(found), after=columns[-1][-1])

    def share(self, done: int) -> float:
        return min(1.0, done / max(1, self._total))

    def _run(self, statement: sql.Composed | LiteralString, given: list[Any] | None = None) -> psycopg.Cursor[Any]:
        """Run one statement. Asking for binary results makes psycopg use the protocol that refuses several of them."""
        return self._connection.execute(statement, given, binary=True)

    def _begin(self, table: str | None) -> None:
        run = self._run
        run("SET LOCAL TIME ZONE 'UTC'")
        shown = run(sql.SQL("SELECT * FROM {} LIMIT 0").format(self._from)).description or []
        kinds = {oid: str(name) for oid, name in run("SELECT oid, typname FROM pg_type").fetchall()}
        self.names = [one.name for one in shown]
        place = column(self.names, self.key)
        self._schema = pa.schema([(one.name, TYPES.get(kinds[one.type_code], pa.string())) for one in shown])
        # With NULL in place of -1, char(n) and bit(n) would be cast to one character or bit.
        told = run("SELECT format_type(%s, -1)", [shown[place].type_code]).fetchone()
        self._key_type = str(told[0]) if told else "text"
        self._total = self._counted(table)

    def _counted(self, table: str | None) -> int:
        """How many rows there are. Raises ScreenError where the key does not tell each from all others."""
        run = self._run
        name = table and ".".join(sql.Identifier(part).as_string() for part in table.split("."))
        if run(UNIQUE, [name, self.key]).fetchone():
            (rows,) = run(sql.SQL("SELECT count(*) FROM {}").format(self._from)).fetchone() or (0,)
            return int(rows)
        count = sql.SQL("SELECT count(*), count({0}), count(DISTINCT {0}) FROM {1}")
        found = run(count.format(sql.Identifier(self.key), self._from)).fetchone() or (0, 0, 0)
        rows, filled, different = map(int, found)
        if filled < rows:
            raise ScreenError(
                f"{self._what}: {rows - filled:,} rows have no {self.key!r}. Name another column with --key."
            )
        if different < rows:
            raise ScreenError(
                f"{self._what}: {self.key!r} is not unique: {rows:,} rows have {different:,} values. "
                "Name another column with --key."
            )
        return rows

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the database says could quote a row, so only the kind of its refusal is passed on."""
        try:
            yield
        except errors.UndefinedTable:
            raise ScreenError(f"There is no table {self._what} in {self._where}.") from None
        except errors.SyntaxError:
            raise ScreenError(
                f"The database {self._where} does not understand the query: --query takes one SELECT."
            ) from None
        except errors.InsufficientPrivilege:
            raise ScreenError(f"This user of {self._where} may not read {self._what}.") from None
        except psycopg.DataError:
            raise ScreenError(
                f"{self._what} holds a value that cannot be carried over, such as an endless date. "
                "Turn that column into text with --query."
            ) from None
        except psycopg.OperationalError as error:
            raise ScreenError(
                f"The database {self._where} stopped answering ({_kind(error)}). Run the same command again to continue."
            ) from None
        except psycopg.Error as error:
            raise ScreenError(f"The database {self._where} refused to read {self._what} ({_kind(error)}).") from None


def _connect(url: str) -> tuple[psycopg.Connection[tuple[Any, ...]], str]:
    """A connection that can only read, and the database's name without user and password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise ScreenError("The database's address is not a postgresql:// URL that can be understood.") from None
    where = f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"
    options = f"{parts.get('options') or os.environ.get('PGOPTIONS', '')} -c default_transaction_read_only=on"
    try:
        connection = psycopg.connect(url, connect_timeout=WAIT, application_name="goldthread screen", options=options)
    except psycopg.OperationalError as error:
        raise ScreenError(f"Cannot reach the database {where}: {str(error).splitlines()[0]}") from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    return connection, where


def _kind(error: psycopg.Error) -> str:
    return f"{type(error).__name__} {error.sqlstate or ''}".strip()
