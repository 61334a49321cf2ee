"""What every test stands on: one PostgreSQL for the run, a database of its own for each worker, and a fixed cast.

Tests connect as the serving role, which may not truncate or change append-only tables; so a test runs in a transaction
that is rolled back, or on a database of its own (``fresh_database``) that is dropped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

HOME = Path(os.environ.get("GOLDTHREAD_TEST_HOME") or Path(tempfile.gettempdir()) / f"goldthread-tests-{os.getuid()}")
SETTINGS = "goldthread.config.settings"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
# The browser tests' driver keeps an event loop in this thread; Django would refuse every query beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
os.environ.update(
    GOLDTHREAD_MODE="test",
    GOLDTHREAD_DATA=str(HOME / "data"),
    DATABASE_URL="postgresql://nobody@/nowhere",
    DJANGO_SETTINGS_MODULE=SETTINGS,
)
(HOME / "data").mkdir(parents=True, exist_ok=True)

import django  # noqa: E402 - the environment must be set first

django.setup()

from django.test import Client  # noqa: E402
from tools.find_chromium import find  # noqa: E402

from goldthread.accounts.models import Staff  # noqa: E402
from goldthread.config.postgres import Cluster  # noqa: E402
from goldthread.config.settings import database  # noqa: E402
from tests.cast import Cast, make_cast  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that hold a slow test first, then those with a browser: at the end no worker waits long for the other."""
    slow, browser = ({one.path for one in items if one.get_closest_marker(mark)} for mark in ("slow", "browser"))
    items.sort(key=lambda one: (one.path not in slow, one.path not in browser))


@dataclass(frozen=True)
class Database:
    """One database of the tests' cluster, as each role reaches it."""

    name: str
    app_url: str
    owner_url: str
    admin_url: str

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that serves on it; what it signs vouches for this database and no other."""
        return {
            **os.environ,
            "DATABASE_URL": self.app_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "GOLDTHREAD_CHECKPOINT_DIR": str(self.checkpoints),
        }

    @property
    def checkpoints(self) -> Path:
        """Where its audit checkpoints are kept."""
        return HOME / "checkpoints" / self.name


@pytest.fixture(scope="session")
def cluster() -> Database:
    """The run's PostgreSQL, started once for all workers and left for the next run, which is then quicker."""
    found = Cluster(HOME / "postgres", durability=False).start()
    return Database("goldthread", found.app_url, found.owner_url, found.admin_url)


@pytest.fixture(scope="session")
def template(cluster: Database) -> str:
    """A migrated database to copy, made anew when a migration or the grants changed."""
    from hashlib import sha256

    package = Path(django.__file__).parent  # any change of Django's own migrations counts too
    parts = [
        *sorted(Path("src/goldthread").rglob("migrations/*.py")),
        Path("src/goldthread/audit/grants.py"),
        Path("src/goldthread/clocks/db.py"),
    ]
    mark = sha256(b"".join(part.read_bytes() for part in parts) + str(package.stat().st_mtime_ns).encode()).hexdigest()[
        :12
    ]
    name = f"template_{mark}"
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(72617)")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [f"{name}_done"]).fetchone():
            made = _named(cluster, name)
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            admin.execute(f'CREATE DATABASE "{name}" OWNER goldthread_owner')
            migrate = [sys.executable, "-m", "goldthread.cli.steps", "migrate"]
            subprocess.run(migrate, env={**made.env, "GOLDTHREAD_AS_OWNER": "1"}, check=True)
            admin.execute(f'ALTER DATABASE "{name}" RENAME TO "{name}_done"')
    return f"{name}_done"


@pytest.fixture(scope="session")
def django_db_setup(cluster: Database, template: str, worker_id: str, django_db_blocker: object) -> Iterator[None]:
    """A copy of the template for this worker; the tests connect to it as the serving role."""
    with _copy(cluster, template, f"tests_{worker_id}_{os.getpid()}") as made:
        _connect(made)
        yield
        _disconnect(django_db_blocker)


@pytest.fixture
def fresh_database(cluster: Database, template: str, worker_id: str) -> Iterator[Database]:
    """A database of this test's own, for what must really commit; Django is not connected to it."""
    with _copy(cluster, template, f"fresh_{worker_id}_{os.getpid()}_{os.urandom(3).hex()}") as made:
        yield made


@pytest.fixture
def committing(fresh_database: Database, django_db_blocker: object) -> Iterator[Database]:
    """A database of this test's own to which Django is connected as the serving role; what is done here commits."""
    from django.db import connections

    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections["default"].close()
        before = dict(connections["default"].settings_dict)
        _connect(fresh_database)
        yield fresh_database
        connections["default"].close()
        connections["default"].settings_dict.update(before)


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast."""
    return make_cast()


@pytest.fixture
def browser() -> Callable[[Staff | None], Client]:
    """A client signed in as somebody, or as nobody."""

    def made(user: Staff | None) -> Client:
        client = Client(headers={"host": "localhost"})
        if user is not None:
            client.force_login(user, backend="goldthread.accounts.sessions.SignIn")
        return client

    return made


@contextmanager
def _copy(cluster: Database, template: str, name: str) -> Iterator[Database]:
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(72618)")
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER goldthread_owner')
    yield _named(cluster, name)
    with psycopg.connect(cluster.admin_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(_named(cluster, name).checkpoints, ignore_errors=True)


def _named(cluster: Database, name: str) -> Database:
    urls = [
        urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        for url in (cluster.app_url, cluster.owner_url, cluster.admin_url)
    ]
    return Database(name, *urls)


def _connect(made: Database) -> None:
    from django.db import connections

    connections["default"].close()
    connections["default"].settings_dict.update({**connections["default"].settings_dict, **database(made.app_url)})


def _disconnect(blocker: object) -> None:
    from django.db import connections

    with suppress(Exception), blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless."""
    from playwright.sync_api import sync_playwright  # one driver for a worker: a second finds the loop of the first

    path = find()
    if not path:
        pytest.skip("no Chromium on this machine: see tools/find_chromium.py")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """The worker's name under xdist, else ``main``."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")
