"""People who act on one incident at the same instant: each in a thread and on a connection of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import close_old_connections, connection, transaction

from goldthread.contact.models import Incident

T = TypeVar("T")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
TRIES = 20_000
"""Looks at who waits, before it is said that somebody never came to the lock."""


def at_once(incident: Incident, *works: Callable[[], T]) -> list[T | BaseException]:
    """Run them together; what each returned or raised, in their order.

    The incident is held until every one of them waits for it, the first of them first: whatever each asked before, it asked of
    the same state, and the one that comes second finds what the first has done.
    """
    found: list[T | BaseException] = [AssertionError("did not end")] * len(works)

    def run(number: int) -> None:
        try:
            found[number] = works[number]()
        except Exception as error:  # noqa: BLE001 - the test looks at what it is
            found[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    with transaction.atomic(), connection.cursor() as cursor:
        Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            for _ in range(TRIES):
                cursor.execute("SELECT pg_stat_clear_snapshot()")
                cursor.execute(WAITING)
                if cursor.fetchone()[0] == waiting:
                    break
            else:
                raise AssertionError("they never met")
    for thread in threads:
        thread.join(60)
    close_old_connections()
    return found
