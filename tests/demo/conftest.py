"""A small Amberford for tests that need one in the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from goldthread.clocks.db import database_now
from goldthread.demo.seed import seed

NOW = datetime(2026, 6, 19, 20, 40, tzinfo=UTC)
"""A Friday evening in summer, an hour ahead of UTC."""


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def made_force(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[datetime]:
    """The small force, in one transaction that is rolled back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        at = database_now(connection)
        seed(at, count=120, open_count=14)
        yield at
        transaction.set_rollback(True)


@pytest.fixture
def small_force(made_force: datetime) -> Iterator[datetime]:
    """A hundred and twenty incidents, fourteen of them open; gives the time at which they were written.

    It is written once for a module, and every test in it undoes what it did. A test that needs an empty database
    stands in another module.
    """
    with transaction.atomic():
        yield made_force
        transaction.set_rollback(True)
