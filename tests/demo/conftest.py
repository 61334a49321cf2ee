"""A small Amberford for tests that need one in the database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

NOW = datetime(2026, 6, 19, 20, 40, tzinfo=UTC)
"""A Friday evening in summer, an hour ahead of UTC."""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def small_force(db: None) -> datetime:
    """A hundred and twenty incidents, fourteen of them open; gives the time at which they were written."""
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.demo.seed import seed

    at = database_now(connection)
    seed(at, count=120, open_count=14)
    return at
