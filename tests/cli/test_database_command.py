"""``goldthread database start | stop | status | url``, as an operator sees it."""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from goldthread.cli.database import add_commands, cluster_directory
from goldthread.config.postgres import Cluster
from goldthread.config.postgres.binaries import installed_root

Run = Callable[..., int]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder of its own with a stopped database in it."""
    folder = tmp_path_factory.mktemp("data")
    Cluster(cluster_directory(folder), shared_buffers="16MB", max_connections=20).start()
    Cluster(cluster_directory(folder)).stop()
    yield folder
    Cluster(cluster_directory(folder)).stop()
    shutil.rmtree(folder)


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("GOLDTHREAD_DATA", str(data))
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers())

    def command(*words: str) -> int:
        args = parser.parse_args(["database", *words])
        status: int = args.run(args)
        return status

    return command


@pytest.fixture
def started(run: Run) -> Iterator[None]:
    assert run("start") == 0
    yield
    assert run("stop") == 0


def test_start_status_and_stop_say_what_is_so(run: Run, data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status") == 3
    assert f"The database in {data / 'postgres'} is stopped." in capsys.readouterr().out
    assert run("start") == 0
    assert f"The database in {data / 'postgres'} is running (process " in capsys.readouterr().out
    assert run("status") == 0
    assert run("stop") == 0
    assert run("status") == 3


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("role", ["app", "owner"])
def test_url_gives_an_address_that_works(role: str, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run("url", "--role", role) == 0
    with psycopg.connect(capsys.readouterr().out.strip()) as connection:
        assert connection.info.user == f"goldthread_{role}"


def test_url_of_a_stopped_database_is_a_sentence(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("url") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.endswith("is stopped. Start it with 'goldthread database start'.\n")


def test_the_data_folder_can_be_named(tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("status", "--data", str(tmp_path)) == 3
    assert f"There is no database in {tmp_path / 'postgres'} yet." in capsys.readouterr().out


@pytest.mark.usefixtures("started")
def test_a_backup_is_restored_as_the_operators_page_says(
    tmp_path: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run("url", "--role", "admin")
    admin = capsys.readouterr().out.strip()
    run("url", "--role", "owner")
    owner = capsys.readouterr().out.strip()
    programs = installed_root() / "bin"
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        connection.execute("GRANT SELECT ON kept TO goldthread_app")

    dump = str(tmp_path / "goldthread.dump")
    subprocess.run([programs / "pg_dump", "--format=custom", f"--file={dump}", admin], check=True)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("DROP TABLE kept")
    subprocess.run(
        [programs / "pg_restore", "--clean", "--if-exists", "--exit-on-error", "--single-transaction",
         f"--dbname={admin}", dump],
        check=True,
    )  # fmt: skip

    run("url", "--role", "app")
    with psycopg.connect(capsys.readouterr().out.strip()) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
        owners = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'kept'").fetchone()
        assert owners == ("goldthread_owner",)
