"""Doing things at the same instant, each on a connection of its own: for tests that ask for ``committing``."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from types import ModuleType
from typing import Any

import pytest
from django.db import connection, connections

from goldthread.config.errors import Refused

WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


def both(*acts: Callable[[], object]) -> list[Any]:
    """What came of each, begun together: its answer or its refusal."""
    gate = threading.Barrier(len(acts))

    def begun(act: Callable[[], object]) -> object:
        try:
            gate.wait(timeout=30)
            return act()
        except Refused as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begun, acts))


def meet(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
    """Have two who call a function that stands between looking and writing wait there for each other: so that either both have looked
    before any wrote, or the second waits for a lock that the first holds.
    """
    whole, calls, together = getattr(module, name), count(1), threading.Event()

    def waits(*args: Any, **kwargs: Any) -> Any:
        if next(calls) > 1:
            together.set()
        for _ in range(3_000):
            with connection.cursor() as cursor:
                cursor.execute(WAITING)
                if together.wait(0.01) or cursor.fetchone()[0]:
                    break
        return whole(*args, **kwargs)

    monkeypatch.setattr(module, name, waits)
