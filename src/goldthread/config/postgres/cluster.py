"""The one entry: a cluster in a folder, started or joined, and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, LiteralString
from urllib.parse import quote

from goldthread.config.postgres import creation, passwords, server
from goldthread.config.postgres.account import server_account
from goldthread.config.postgres.binaries import usable_binaries
from goldthread.config.postgres.errors import ClusterError, explain, told_plainly
from goldthread.config.postgres.layout import PORT, SOCKET_FILE, Layout, make_private
from goldthread.config.postgres.locks import Waiting, hold
from goldthread.config.postgres.passwords import ADMIN, APP, DATABASE, OWNER, Passwords

_ORPHANS_LEAVE = 5.0  # seconds for processes whose server was killed to notice it by themselves
_FAST, _IMMEDIATE = 60.0, 10.0  # seconds for a stop that writes everything down, and for one that only ends
_UNANSWERED = 60.0  # seconds after which a server that calls itself ready and does not answer is given up
_PASSES = 20.0  # seconds in which a server that lost a child has usually recovered
_FULL = ("too many clients", "connection slots are reserved")
_PASSING = (
    "closed the connection unexpectedly",
    "terminating connection because of crash",
    "is starting up",
    "is in recovery mode",
    "not yet accepting connections",
)
_LOG_KEPT = 10_000_000  # bytes of log after which a start begins a new one


@dataclass(frozen=True)
class Connections:
    """``postgresql://`` URLs over the cluster's socket.

    ``owner_url`` migrates and owns the database, ``app_url`` serves and owns nothing, ``admin_url`` is the superuser
    for back-up and repair. They hold passwords, so the object does not show them when printed.
    """

    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    admin_url: str = field(repr=False)


@dataclass(frozen=True)
class Status:
    """``state`` of a cluster, the server's ``pid`` when one runs, and a ``sentence`` for the operator."""

    state: Literal["absent", "stopped", "busy", "running"]
    pid: int | None
    sentence: str


def _say_nothing(_: str) -> None:
    return None


class Cluster:
    """PostgreSQL in ``directory``, for this machine only. Safe to use from many processes at once."""

    def __init__(
        self,
        directory: Path,
        progress: Callable[[str], None] = _say_nothing,
        *,
        durability: bool = True,
        shared_buffers: str = "256MB",
        max_connections: int = 200,
    ) -> None:
        """Name the folder; nothing is touched until ``start``.

        ``progress`` gets a line when something takes time. ``durability=False`` is for tests: faster, and the data may
        be lost at a power cut.
        """
        self._layout = Layout(Path(os.path.realpath(directory)))
        self._say = progress
        self._tuning = server.Tuning(durability, shared_buffers, max_connections)

    def start(self) -> Connections:
        """Join the server of this folder, or start it, or create it first; return when it takes connections.

        Waits as long as it must for a recovery or for another process that is starting it. Raises ``ClusterError``.
        """
        with told_plainly(self._layout.directory):
            self._layout.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._alone("starting the database"):
                joined = self._settle()
                if joined is None:
                    joined = self._start()
                found = self._connections(joined)
                self._log_in(found)
                return found

    def stop(self) -> None:
        """Stop the server, whoever started it, and return when it is gone. Does nothing when none runs.

        What is committed is on the disk, or will be recovered at the next start. Raises ``ClusterError``.
        """
        with told_plainly(self._layout.directory):
            if not self._layout.data.exists():
                return
            with self._alone("stopping the database"):
                self._stop_and_tidy()

    def connections(self) -> Connections | None:
        """The URLs of a server that is ready at this moment; ``None`` when there is none. Raises ``ClusterError``."""
        with told_plainly(self._layout.directory):
            record = server.read_record(self._layout.data)
            if record is None or record.socket_directory is None or server.answer(record.socket_directory) != "ready":
                return None
            return self._connections(record.socket_directory)

    def status(self) -> Status:
        """What runs at this moment. Changes nothing, waits for nothing."""
        place = self._layout.directory
        with told_plainly(place):
            if not self._layout.data.exists():
                return Status("absent", None, f"There is no database in {place} yet.")
            record = server.read_record(self._layout.data)
            living = server.processes(self._layout.data)
            said = server.answer(record.socket_directory) if record else "silent"
        if said == "ready" and record:
            return Status("running", record.pid, f"The database in {place} is running (process {record.pid}).")
        if record and record.pid in living:
            doing = "stopping" if record.state == "stopping" else "starting or recovering"
            return Status("busy", record.pid, f"The database in {place} is {doing} (process {record.pid}).")
        if living:
            return Status("busy", None, f"The database in {place} was killed; its last processes are ending.")
        return Status("stopped", None, f"The database in {place} is stopped.")

    @contextmanager
    def _alone(self, doing: str) -> Iterator[None]:
        with hold(self._layout.operation_lock, {"doing": doing}, self._say):
            yield

    def _settle(self) -> Path | None:
        """The socket folder of a server that is ready, or ``None`` once nothing of an earlier server lives."""
        data = self._layout.data
        waiting = Waiting(self._say)
        signalled = 0.0
        while True:
            living = server.processes(data)
            record = server.read_record(data)
            said = server.answer(record.socket_directory) if record else "silent"
            if record and said == "ready" and record.state != "stopping":
                return record.socket_directory
            if not living and said == "silent":
                return None
            if record and (record.pid in living or said != "silent"):
                self._be_patient(record, said, waiting)
                continue
            # The server itself was killed. Its children see that and leave, unless they are busy in a long statement.
            waiting.pause("The database was killed; waiting for its last processes to end")
            if waiting.seconds - signalled > _ORPHANS_LEAVE:
                server.send(data, living, signal.SIGQUIT if signalled == 0.0 else signal.SIGKILL)
                signalled = waiting.seconds

    def _be_patient(self, record: server.Record, said: server.Answer, waiting: Waiting) -> None:
        if record.state == "stopping":
            waiting.pause("The database is stopping; waiting for that before it is started again")
        elif said == "busy" or record.state == "starting" or record.socket_directory is None:
            waiting.pause(f"The database is recovering from a sudden stop: {self._last_log_line()}")
        elif not (record.socket_directory / SOCKET_FILE).exists():
            self._say("The database runs but its socket is gone, as after a cleaning of /tmp; restarting it")
            self._stop()
        elif waiting.seconds > _UNANSWERED:
            raise ClusterError(
                f"The database server (process {record.pid}) says it is ready but has not answered for "
                f"{_UNANSWERED:.0f} seconds: stop it with 'goldthread database stop' and start again."
            )
        else:
            waiting.pause("The database does not answer yet")

    def _start(self) -> Path:
        layout, durable = self._layout, self._tuning.durability
        account = server_account(layout.data)
        binaries = usable_binaries(account)
        kept = passwords.load(layout.passwords)
        if not layout.data.exists():
            if kept is None:
                kept = passwords.fresh()
                passwords.save(layout.passwords, kept)
            creation.create(layout.directory, binaries, account, kept, durable, self._say)
        creation.discard_unfinished(layout.directory)
        creation.check(layout.data, binaries, account)
        socket_directory = layout.socket_directory(account)
        make_private(socket_directory, account)
        server.sweep(layout.data, socket_directory)
        if kept is None:
            self._say("The file of passwords is gone; giving the database new ones")
            fresh = passwords.fresh()  # kept only once the database knows them, so that a kill between heals itself
            creation.renew_passwords(layout.data, binaries, account, fresh)
            passwords.save(layout.passwords, fresh)
        self._begin_log()
        begun = layout.log.stat().st_size if layout.log.exists() else 0
        self._say("Starting the database")
        process = server.launch(layout, binaries, account, socket_directory, self._tuning)
        try:
            self._await(process, socket_directory, begun)
        except (KeyboardInterrupt, SystemExit):  # whoever is told to end leaves no half-started server behind
            self._stop()
            raise
        return socket_directory

    def _await(self, process: subprocess.Popen[bytes], sockets: Path, begun: int) -> None:
        waiting = Waiting(self._say)
        while True:
            ended = process.poll()
            if ended is not None:
                raise ClusterError(explain(self._log_since(begun), self._layout.directory, self._layout.log))
            if server.answer(sockets) == "ready":
                return
            waiting.pause(f"The database is starting: {self._last_log_line()}")

    def _stop_and_tidy(self) -> None:
        data = self._layout.data
        self._stop()
        record = server.read_record(data)
        if record is not None and server.answer(record.socket_directory) != "silent":
            raise ClusterError(
                f"The database in {self._layout.directory} is served by a process that cannot be seen from here, "
                "perhaps in another container: stop it there."
            )
        sockets = self._layout.socket_directory(server_account(data))
        server.sweep(data, sockets)
        if sockets.exists() and not any(sockets.iterdir()):
            sockets.rmdir()

    def _stop(self) -> None:
        data = self._layout.data
        stages = ((signal.SIGINT, _FAST), (signal.SIGQUIT, _IMMEDIATE), (signal.SIGKILL, _IMMEDIATE))
        for number, seconds in stages:
            living = server.processes(data)
            record = server.read_record(data)
            # The server ends its own children; only when it is gone or will not go are they told one by one.
            heads = frozenset({record.pid}) if record and number != signal.SIGKILL else living
            server.send(data, heads if heads & living else living, number)
            waiting = Waiting(self._say)
            while server.processes(data):
                if waiting.seconds > seconds:
                    break
                waiting.pause("The database is stopping")
            else:
                return
        raise ClusterError(
            f"The database in {self._layout.directory} does not end, even when killed; its disk may be failing: "
            "restart this machine."
        )

    def _connections(self, sockets: Path) -> Connections:
        kept = passwords.load(self._layout.passwords)
        if kept is None:
            raise ClusterError(
                f"The file of passwords {self._layout.passwords} is gone: run 'goldthread database stop' and start "
                "again, which makes new ones."
            )
        return urls(sockets, kept)

    def _log_in(self, found: Connections) -> None:
        row = self._ask_as_admin(found, "SHOW fsync")
        if self._tuning.durability and row == ("off",):
            raise ClusterError(
                f"The database in {self._layout.directory} was started for tests, without durability: "
                "run 'goldthread database stop' and start again."
            )

    def _ask_as_admin(self, found: Connections, question: LiteralString) -> tuple[object, ...] | None:
        import psycopg  # most commands never ask

        waiting = Waiting(self._say)
        while True:
            try:
                with psycopg.connect(found.admin_url, connect_timeout=30, autocommit=True) as connection:
                    return connection.execute(question).fetchone()
            except psycopg.Error as error:
                said = str(error)  # a refusal to connect carries no code, only words
                if any(words in said for words in _FULL):
                    return None  # so it is well
                if any(words in said for words in _PASSING) and waiting.seconds < _PASSES:
                    waiting.pause("The database is recovering from the loss of one of its processes")
                    continue
                if "password authentication failed" not in said:
                    raise ClusterError(explain(said, self._layout.directory, self._layout.log)) from error
                raise ClusterError(
                    f"The database in {self._layout.directory} runs but the passwords kept for it are not its own: "
                    f"move {self._layout.passwords} away, run 'goldthread database stop' and start again."
                ) from error

    def _begin_log(self) -> None:
        log = self._layout.log
        if log.exists() and log.stat().st_size > _LOG_KEPT:
            log.rename(log.with_suffix(".log.1"))

    def _log_since(self, begun: int) -> str:
        try:
            with self._layout.log.open("rb") as file:
                file.seek(begun)
                return file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""

    def _last_log_line(self) -> str:
        try:
            size = self._layout.log.stat().st_size
        except FileNotFoundError:
            return ""
        lines = self._log_since(max(0, size - 2000)).splitlines()
        return lines[-1].split("LOG:")[-1].strip() if lines else ""


def urls(sockets: Path, kept: Passwords) -> Connections:
    """The URLs for a server whose socket lies in the folder ``sockets``."""

    def url(role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@/{DATABASE}?host={quote(str(sockets), safe='')}&port={PORT}"

    return Connections(owner_url=url(OWNER, kept.owner), app_url=url(APP, kept.app), admin_url=url(ADMIN, kept.admin))
