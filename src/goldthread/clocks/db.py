"""The one source of time: the database's ``goldthread_now()``.

In demo and test the function adds an offset kept in the table ``clock_offset``; in production there is no such table
and the function is the plain statement time. The statement time is stable within a statement, so it may stand in an
indexed comparison.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol


class _Connection(Protocol):
    def cursor(self) -> Any: ...


def database_now(connection: _Connection) -> datetime:
    """The time now, aware, as the database tells it over any DB-API connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT goldthread_now()")
        row = cursor.fetchone()
    found: datetime = row[0]
    return found
