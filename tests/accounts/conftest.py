"""A world made once for each module that asks for it; every test in it undoes what it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from tests.accounts.directory import Directory, set_to, settings_for
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


@pytest.fixture(scope="module")
def running() -> Iterator[Directory]:
    """A provider of OpenID Connect on this machine."""
    made = Directory()
    yield made
    made.close()


@pytest.fixture
def directory(running: Directory, tmp_path: Path, db: None) -> Iterator[Directory]:
    """The directory with Nell in it, and the service set to it."""
    running.reset()
    running.person("s-nell", preferred_username="nell", name="Nell Ashby", groups=["everybody", "gt-handlers"])
    with set_to(**settings_for(running.issuer, tmp_path)):
        yield running


@pytest.fixture
def client() -> Client:
    """A browser of nobody's."""
    return Client(headers={"host": "localhost"})
