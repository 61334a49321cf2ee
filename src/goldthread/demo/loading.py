"""COPY for model instances: how the seed writes, and the identities it takes from the database's own sequences."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

BLOCK = 1_000


Row = dict[str, Any]
"""One row's values by the names of its columns' attributes, such as ``incident_id``."""


def copy_in(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Write ``rows`` in their order. Where a row does not say, the model's default stands.

    Of fields that the database fills in (numbered keys, times) those that the first row leaves out are left to it.
    """
    if not rows:
        return
    fields = [field for field in model._meta.concrete_fields if field.attname in rows[0] or not _filled_in(field)]
    values = [_value(field) for field in fields]
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(field.column or field.name) for field in fields]),
    )
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            copy.write_row([value(row) for value in values])


def _filled_in(field: models.Field[Any, Any]) -> bool:
    return isinstance(field, models.AutoField) or field.has_db_default()


def _value(field: models.Field[Any, Any]) -> Callable[[Row], Any]:
    name, default = field.attname, field.get_default()
    if isinstance(field, models.JSONField):
        return lambda row: json.dumps(row.get(name, default), ensure_ascii=False)
    return lambda row: row.get(name, default)


def identities(model: type[models.Model]) -> Iterator[int]:
    """Endless keys for rows of ``model``, taken from its sequence so that nobody else gets the same."""
    pk = model._meta.pk
    assert pk is not None
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [model._meta.db_table, pk.column, BLOCK],
            )
            block = [number for (number,) in cursor.fetchall()]
        yield from block
