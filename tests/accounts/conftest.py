"""A world made once for each module that asks for it; every test in it undoes what it did."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.accounts.world import World, make_world


@pytest.fixture(scope="module")
def made_world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[World]:
    """The world, in one transaction that is rolled back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made_world: World) -> Iterator[World]:
    """The world as it was made."""
    with transaction.atomic():
        yield made_world
        transaction.set_rollback(True)
