"""A durable PostgreSQL of the bench's own with an invented force in it; gone when the run ends."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from bench.figures import CannotMeasureError, file_system
from goldthread.config.postgres import Cluster, ClusterError, Connections

if TYPE_CHECKING:
    from bench.filling import Filled
    from goldthread.accounts.models import Staff

ROOT = Path(__file__).resolve().parent.parent
OPEN = 5_000
"""Incidents that stand open."""


@dataclass(frozen=True)
class World:
    """The database and who and what is in it."""

    urls: Connections
    filled: Filled
    disk: str

    def whose(self, role: str) -> Staff:
        """Somebody who has this role. Raises ``CannotMeasureError`` where nobody has."""
        for one in self.filled.listeners:
            if one.role == role:
                return one
        raise CannotMeasureError(f"this force has nobody whose role is {role}")


@contextmanager
def opened() -> Iterator[World]:
    """Create the cluster, migrate it, fill it, and connect this process to it as the serving role.

    The settings are those of a production service, so that no clock is movable and no check is left out. The folder
    lies where ``TMPDIR`` says. Raises ``CannotMeasureError``.
    """
    folder = Path(tempfile.mkdtemp(prefix="goldthread-bench-"))
    cluster = Cluster(folder / "postgres")
    try:
        urls = cluster.start()
        _serve_from(folder, urls)
        migrate = [sys.executable, "-m", "goldthread.cli.steps", "migrate"]
        subprocess.run(migrate, env={**os.environ, "GOLDTHREAD_AS_OWNER": "1"}, check=True)
        import django

        django.setup()
        from bench.filling import fill
        from goldthread.desk.board import place_again

        filled = fill(OPEN)
        while place_again(500):
            pass
        with psycopg.connect(urls.admin_url, autocommit=True) as admin:
            admin.execute("VACUUM ANALYZE")
            admin.execute("CHECKPOINT")  # what filling wrote is not to be written down while something is measured
        yield World(urls, filled, f"PostgreSQL {_version(urls)}, fsync on, {file_system(folder)}")
    except (ClusterError, subprocess.CalledProcessError) as error:
        raise CannotMeasureError(f"the database could not be made: {error}") from error
    finally:
        _disconnect()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def standing(demo: Path) -> Iterator[World]:
    """The database of a stopped demo in its data folder, as it stands. What is measured writes drafts and audit to it.

    Raises ``CannotMeasureError``.
    """
    cluster = Cluster(demo / "postgres")
    try:
        urls = cluster.start()
        _environment(GOLDTHREAD_MODE="demo", GOLDTHREAD_DATA=str(demo), DATABASE_URL=urls.app_url)
        import django

        django.setup()
        from bench.filling import found

        yield World(urls, found(), f"PostgreSQL {_version(urls)}, fsync on, {file_system(demo)}")
    except ClusterError as error:
        raise CannotMeasureError(f"the demo's database could not be started: {error}") from error
    finally:
        _disconnect()
        cluster.stop()


def _serve_from(folder: Path, urls: Connections) -> None:
    _environment(
        GOLDTHREAD_MODE="production",
        GOLDTHREAD_DATA=str(folder / "data"),
        GOLDTHREAD_SECRET_KEY=secrets.token_urlsafe(64),
        GOLDTHREAD_HTTPS="false",
        DATABASE_URL=urls.app_url,
        DATABASE_OWNER_URL=urls.owner_url,
    )


def _environment(**given: str) -> None:
    """Set these in place of whatever a developer set for another service, and let processes find the bench's own modules."""
    for name in [name for name in os.environ if name.startswith("GOLDTHREAD_")]:
        del os.environ[name]
    inherited = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ.update(given, DJANGO_SETTINGS_MODULE="goldthread.config.settings", PYTHONPATH=os.pathsep.join(inherited))


def _version(urls: Connections) -> str:
    with psycopg.connect(urls.admin_url) as admin:
        return f"{admin.info.server_version // 10_000}.{admin.info.server_version % 10_000}"


def _disconnect() -> None:
    if os.environ.get("DJANGO_SETTINGS_MODULE") and "django.db" in sys.modules:
        from django.db import connections

        connections.close_all()
