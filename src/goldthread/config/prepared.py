"""Whole rows by a query that is put together once and asked with new values each time.

Putting a query together costs many times what the database needs to answer it by a key; what every request asks is
therefore kept here. The query itself is still an ordinary query set, so that there is one place that says what it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


class Prepared(Generic[Row]):
    """``query`` with ``marks`` in the places of the values that change, each a value that stands nowhere else in it.

    What the query annotates is an attribute of the row, as it is of any.
    """

    def __init__(self, query: models.QuerySet[Row], marks: Sequence[object]) -> None:
        self._model = query.model
        fields = query.model._meta.concrete_fields
        if any(one.get_db_converters(connection) for one in fields):
            raise TypeError(f"{self._model.__name__} has a field that is not stored as it is used")
        self._names = [one.attname for one in fields]
        self._beside = list(query.query.annotation_select)
        try:
            self._text, given = query.order_by().query.sql_with_params()
        except EmptyResultSet:  # nothing can ever match
            self._text, given = "", ()
        self._values = list(given)
        self._places = [(place, marks.index(value)) for place, value in enumerate(given) if value in marks]

    def first(self, *values: object) -> Row | None:
        """The row for these values, in the order of the marks; None where there is none."""
        if not self._text:
            return None
        given = self._values.copy()
        for place, mark in self._places:
            given[place] = values[mark]
        with connection.cursor() as cursor:
            cursor.execute(self._text, given)
            row: tuple[Any, ...] | None = cursor.fetchone()
        if row is None:
            return None
        found = self._model.from_db(connection.alias, self._names, row[: len(self._names)])
        for name, value in zip(self._beside, row[len(self._names) :], strict=True):
            setattr(found, name, value)
        return found
