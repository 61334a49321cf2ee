"""Databases on which these tests really commit, and are attacked; the cast as the audit knows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from goldthread.config.settings import database


@dataclass(frozen=True)
class Committed:
    """One database of the test's own, reached as the superuser, the owner and the serving role."""

    name: str
    urls: Any

    def url(self, role: str) -> str:
        """Its address for ``admin``, ``owner`` or ``app``."""
        return urlsplit(getattr(self.urls, f"{role}_url"))._replace(path=f"/{self.name}").geturl()

    def connect(self, role: str) -> psycopg.Connection:
        """A new connection that commits every statement."""
        return psycopg.connect(self.url(role), autocommit=True)


@contextmanager
def django_at(url: str) -> Iterator[None]:
    """Django's connection leads to ``url`` within the block, and back to where it led before afterwards."""
    connection.close()
    before = {**connection.settings_dict}
    connection.settings_dict.update(database(url))
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@pytest.fixture
def audit_db(fresh_database, django_db_blocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Committed]:
    """A fresh migrated database; Django is connected to it as the serving role and commits for real."""
    made = Committed(fresh_database.name, fresh_database)
    monkeypatch.setattr(settings, "ENV", settings.ENV.model_copy(update={"database_url": made.url("app")}))
    with django_db_blocker.unblock(), django_at(made.url("app")):
        yield made


@pytest.fixture
def as_owner(audit_db: Committed) -> Iterator[None]:
    """Django is connected as the role that migrates."""
    with django_at(audit_db.url("owner")):
        yield


@pytest.fixture
def cast() -> SimpleNamespace:
    """The people of these tests: number and role are all that the audit knows of anyone."""
    return SimpleNamespace(
        handler=SimpleNamespace(pk=11, role="handler", recorded_as="handler"),
        stranger=SimpleNamespace(pk=12, role="handler", recorded_as="handler"),
        auditor=SimpleNamespace(pk=21, role="auditor", recorded_as="auditor"),
        officer=SimpleNamespace(pk=22, role="auditor", recorded_as="auditor"),
    )


@pytest.fixture
def environment(tmp_path: Path):
    """Settings whose data folder, key and checkpoints are this test's own."""
    return settings.ENV.model_copy(update={"data": tmp_path, "checkpoint_dir": None, "checkpoint_key": None})
