"""Rows by a query that is put together once and asked with new values each time.

Putting a query together costs many times what the database needs to answer it by a key; what every request asks, and each of the
questions of which the page of one incident consists, is therefore kept here. The query itself is still an ordinary query set, so
that there is one place that says what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from functools import lru_cache, wraps
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from psycopg import Binary

Row = TypeVar("Row")
Thing = TypeVar("Thing", bound=models.Model)


class Prepared(Generic[Row]):
    """``query`` with ``marks`` in the places of the values that change, each a value that stands nowhere else in it.

    What the query annotates or selects beside, it gives as ever; what it prefetches, it asks for anew each time.
    """

    def __init__(self, query: models.QuerySet[Any, Row], marks: Sequence[object]) -> None:
        self._query = query
        self._compiler = query.query.get_compiler(using=query.db)
        try:
            self._text, given = self._compiler.as_sql()
        except EmptyResultSet:  # nothing can ever match
            self._text, given = "", ()
        self._values = [one.obj if isinstance(one, Binary) else one for one in given]
        self._places = [(place, marks.index(value)) for place, value in enumerate(self._values) if value in marks]

    def all(self, *values: object) -> list[Row]:
        """The rows for these values, in the order of the marks."""
        if not self._text:
            return []
        given = self._values.copy()
        for place, mark in self._places:
            given[place] = values[mark]
        compiler = copy(self._compiler)  # keeps what it found out of the columns when it put the query together
        compiler.connection = connections[compiler.using]  # the one of this thread
        compiler.as_sql = lambda *_, **__: (self._text, given)
        found = self._query.all()
        found.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(found)

    def first(self, *values: object) -> Row | None:
        """The first row for these values; None where there is none."""
        return next(iter(self.all(*values)), None)


def of(
    anything: Callable[[], Thing],
) -> Callable[[Callable[[Thing], models.QuerySet[Any, Row]]], Callable[[Thing], list[Row]]]:
    """For questions about one thing, of which they may use nothing but its key: put together once, and answered as a list.

    ``anything`` makes such a thing, never stored, with a key that none has.
    """

    def kept(question: Callable[[Thing], models.QuerySet[Any, Row]]) -> Callable[[Thing], list[Row]]:
        @lru_cache(maxsize=1)
        def prepared() -> Prepared[Row]:
            one = anything()
            return Prepared(question(one), [one.pk])

        @wraps(question)
        def asked(thing: Thing) -> list[Row]:
            return prepared().all(thing.pk)

        return asked

    return kept
