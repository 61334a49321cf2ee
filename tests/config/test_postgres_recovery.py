"""The database comes back by itself after anything that may be killed was killed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from goldthread.config.postgres import Cluster, ClusterError, server
from goldthread.config.postgres import cluster as cluster_module

from .support import cluster, elsewhere, pid_of, query, said, wait_for_end


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A living process that has nothing to do with the database."""
    process = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


class Gate:
    """Makes the next start of a cluster recover for as long as the test wants it to.

    The server is told to fetch earlier log files by a command that waits for the gate to open.
    """

    def __init__(self, place: Path) -> None:
        self._data = place / "data"
        os.mkfifo(self._data / "gate")
        (self._data / "gate").chmod(0o666)
        (self._data / "recovery.signal").touch()
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            settings.write("restore_command = 'test -e opened || cat gate; false'\n")

    def open(self) -> None:
        (self._data / "opened").touch()
        os.close(os.open(self._data / "gate", os.O_WRONLY))  # returns when the waiting command reads


@pytest.fixture
def held(place: Path) -> Iterator[Gate]:
    yield Gate(place)
    for pid in server.processes(place / "data"):  # a recovery that hangs at a closed gate ends at nothing gentler
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_committed_data_survive_a_killed_server(place: Path) -> None:
    found = Cluster(place, shared_buffers="16MB", max_connections=20).start()
    query(found.owner_url, "CREATE TABLE kept AS SELECT 7 AS n")
    os.kill(pid_of(place), signal.SIGKILL)
    again = Cluster(place, shared_buffers="16MB", max_connections=20).start()
    assert query(again.owner_url, "SELECT n FROM kept") == 7


@pytest.mark.long
def test_a_killed_server_whose_child_is_busy_is_cleared_away(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_ORPHANS_LEAVE", 0.2)
    found = cluster(place).start()
    with contextlib.closing(psycopg.connect(found.app_url)) as busy:
        child = busy.info.backend_pid
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b")
        killed = pid_of(place)
        os.kill(killed, signal.SIGKILL)
        assert query(cluster(place).start().app_url, "SELECT 1") == 1
    assert pid_of(place) != killed
    wait_for_end(child)


def test_a_killed_child_costs_only_its_connections(place: Path) -> None:
    found = cluster(place).start()
    pid = pid_of(place)
    with psycopg.connect(found.app_url) as victim:
        os.kill(victim.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            victim.execute("SELECT 1")
    assert query(cluster(place).start().app_url, "SELECT 1") == 1
    assert pid_of(place) == pid


def test_the_server_outlives_the_process_that_started_it_and_is_joined(place: Path) -> None:
    starter = elsewhere("cluster().start(); os.kill(os.getpid(), signal.SIGKILL)", place)
    starter.communicate(timeout=60)
    assert starter.returncode == -signal.SIGKILL
    pid = pid_of(place)
    assert query(cluster(place).start().app_url, "SELECT 1") == 1
    assert pid_of(place) == pid
    cluster(place).stop()
    assert cluster(place).status().state == "stopped"


@pytest.mark.long
def test_a_process_id_that_is_now_another_processs_is_no_hindrance_and_no_victim(
    place: Path, bystander: subprocess.Popen[bytes]
) -> None:
    cluster(place).start()
    record = place / "data" / "postmaster.pid"
    os.kill(pid_of(place), signal.SIGKILL)
    lines = record.read_text().splitlines()
    record.write_text("\n".join([str(bystander.pid), *lines[1:]]) + "\n")
    socket_lock = Path(lines[4]) / ".s.PGSQL.5432.lock"
    socket_lock.write_text("\n".join([str(bystander.pid), *socket_lock.read_text().splitlines()[1:]]) + "\n")

    Cluster(place).stop()
    assert bystander.poll() is None
    assert query(cluster(place).start().app_url, "SELECT 1") == 1
    assert bystander.poll() is None


def test_an_empty_process_file_is_no_hindrance(place: Path) -> None:
    (place / "data" / "postmaster.pid").write_text("")
    assert query(cluster(place).start().app_url, "SELECT 1") == 1


@pytest.mark.long
def test_a_running_server_whose_socket_was_cleaned_away_is_restarted(place: Path) -> None:
    cluster(place).start()
    first = server.read_record(place / "data")
    assert first is not None
    assert first.socket_directory is not None
    (first.socket_directory / ".s.PGSQL.5432").unlink()
    told: list[str] = []
    assert query(cluster(place, told.append).start().app_url, "SELECT 1") == 1
    assert any("its socket is gone" in line for line in told)


def test_a_long_recovery_is_waited_for_and_told(place: Path, held: Gate) -> None:
    told: list[str] = []

    def listen(line: str) -> None:
        told.append(line)
        if line.startswith("The database is starting"):
            held.open()

    assert query(cluster(place, listen).start().app_url, "SELECT 1") == 1
    assert any("s so far" in line for line in told)


@pytest.mark.long
def test_whoever_comes_during_a_recovery_waits_and_joins(place: Path, held: Gate) -> None:
    starter = elsewhere(
        """
        def die(line):
            if "is starting" in line:
                os.kill(os.getpid(), signal.SIGKILL)
        cluster(die).start()
        """,
        place,
    )
    starter.communicate(timeout=60)
    assert cluster(place).status().state == "busy"
    pid = pid_of(place)

    def open_the_gate(line: str) -> None:
        assert "recovering from a sudden stop" in line
        held.open()

    assert query(cluster(place, open_the_gate).start().app_url, "SELECT 1") == 1
    assert pid_of(place) == pid


@pytest.mark.long
def test_an_interrupted_start_leaves_no_server_behind(place: Path, held: Gate) -> None:
    def interrupt(line: str) -> None:
        if "is starting" in line:
            held.open()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cluster(place, interrupt).start()
    assert not server.processes(place / "data")


def test_a_creation_killed_half_way_is_begun_again(empty_place: Path) -> None:
    killed = elsewhere(
        """
        creation._single_user = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
        cluster().start()
        """,
        empty_place,
    )
    killed.communicate(timeout=60)
    assert list(empty_place.glob("data.new-*"))
    assert cluster(empty_place).status().state == "absent"

    assert query(cluster(empty_place).start().app_url, "SELECT 1") == 1
    assert not list(empty_place.glob("data.new-*"))


@pytest.mark.long
def test_lost_passwords_are_replaced_at_the_next_start(place: Path) -> None:
    before = cluster(place).start()
    (place / "passwords.json").unlink()
    with pytest.raises(ClusterError, match=r"passwords.* is gone: run 'goldthread database stop' and start again"):
        cluster(place).start()
    cluster(place).stop()

    after = cluster(place).start()
    assert query(after.app_url, "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError):
        query(before.app_url, "SELECT 1")


@pytest.mark.long
def test_a_killed_holder_of_the_lock_holds_it_no_more(place: Path) -> None:
    holder = elsewhere(
        """
        from goldthread.config.postgres.locks import hold
        with hold(directory / "operation.lock", {"doing": "testing"}):
            print("held", flush=True)
            sys.stdin.read()
        """,
        place,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    lines: list[str] = []

    def listen(line: str) -> None:
        lines.append(line)
        if "Waiting for process" in line:
            holder.kill()

    assert query(cluster(place, listen).start().app_url, "SELECT 1") == 1
    holder.communicate()
    assert lines[0].startswith(f"Waiting for process {holder.pid}, which is testing (")


@pytest.mark.long
def test_many_starts_and_kills_in_a_row_lose_nothing(place: Path) -> None:
    durable = Cluster(place, shared_buffers="16MB", max_connections=20)
    query(durable.start().owner_url, "CREATE TABLE kept (n int)")
    for n in range(5):
        query(durable.start().owner_url, f"INSERT INTO kept VALUES ({n})")
        os.kill(pid_of(place), signal.SIGKILL)
    assert query(durable.start().owner_url, "SELECT array_agg(n ORDER BY n) FROM kept") == [0, 1, 2, 3, 4]


@pytest.mark.long
def test_a_stop_from_another_process_is_followed_by_a_start_from_this_one(place: Path) -> None:
    cluster(place).start()
    said(elsewhere("cluster().stop()", place))
    assert query(cluster(place).start().app_url, "SELECT 1") == 1
