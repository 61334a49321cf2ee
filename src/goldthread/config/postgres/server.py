"""The running server of a data folder: found, asked, launched and signalled.

A process id read from a file proves nothing, since the id may be another process's by now. Every server is therefore
started with a cluster name made of its data folder's device and inode; PostgreSQL shows that name in the command line
or title of each of its processes, which any user may read and no other process has.
"""

from __future__ import annotations

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from goldthread.config.postgres.account import Account
from goldthread.config.postgres.binaries import Binaries
from goldthread.config.postgres.creation import seen_from_inside
from goldthread.config.postgres.errors import ClusterError
from goldthread.config.postgres.layout import PORT, SOCKET_FILE, Layout
from goldthread.config.postgres.locks import Waiting, try_lock

Answer = Literal["ready", "busy", "silent"]
_GUARD_LAG = 5.0  # seconds in which a process that is ending may still hold what it had open

# Servers that this process started, so that their exit can be collected. The kernel keeps a dead child until then.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Record:
    """What ``postmaster.pid`` says: the server's process, its socket's folder and "starting", "ready", "stopping"."""

    pid: int
    socket_directory: Path | None
    state: str


@dataclass(frozen=True)
class Tuning:
    """How large and how safe. ``durability`` off risks the data at a power cut and is for tests only."""

    durability: bool = True
    shared_buffers: str = "256MB"
    max_connections: int = 200

    def options(self) -> dict[str, str]:
        """The server's settings that follow from it."""
        safe = "on" if self.durability else "off"
        return {
            "shared_buffers": self.shared_buffers,
            "max_connections": str(self.max_connections),
            "fsync": safe,
            "synchronous_commit": safe,
            "full_page_writes": safe,
            **({} if self.durability else {"autovacuum_naptime": "1d", "max_wal_size": "4GB"}),
        }


def read_record(data: Path) -> Record | None:
    """The content of ``postmaster.pid``; ``None`` when there is none or only its beginning is written yet."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = abs(int(lines[0]))  # negative for a server in single-user mode
    except (FileNotFoundError, ValueError, IndexError):
        return None
    folder = lines[4].strip() if len(lines) > 4 else ""
    return Record(pid, Path(folder) if folder else None, lines[7].strip() if len(lines) > 7 else "starting")


def processes(data: Path) -> frozenset[int]:
    """The ids of all living processes of the server on ``data``, its children included."""
    try:
        name = _cluster_name(data).encode()
    except FileNotFoundError:
        return frozenset()
    for pid, child in list(_CHILDREN.items()):
        if child.poll() is not None:
            del _CHILDREN[pid]
    marks = (b"cluster_name=" + name, b"postgres: " + name + b":")
    return frozenset(pid for pid, command in _commands() if any(mark in command for mark in marks))


def answer(socket_directory: Path | None) -> Answer:
    """Whether a server takes connections at the socket, is there but busy starting or stopping, or does not answer."""
    if socket_directory is None or not (socket_directory / SOCKET_FILE).exists():
        return "silent"
    place = f"host='{str(socket_directory).replace(chr(92), chr(92) * 2).replace(chr(39), chr(92) + chr(39))}'"
    from psycopg import pq  # most commands never ask

    ping = pq.PGconn.ping(f"{place} port={PORT} user=nobody dbname=postgres connect_timeout=3".encode())
    if ping == pq.Ping.OK:
        return "ready"
    return "busy" if ping == pq.Ping.REJECT else "silent"


def launch(
    layout: Layout, binaries: Binaries, account: Account, socket_directory: Path, tuning: Tuning
) -> subprocess.Popen[bytes]:
    """Start the server and return at once. The caller has made sure that none runs.

    Raises ``ClusterError`` when processes that this one cannot see still use the data.
    """
    options = {
        "cluster_name": _cluster_name(layout.data),
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": str(socket_directory),
        "unix_socket_permissions": "0700",
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        # Statements and the values in them are about people: the log holds neither.
        "log_min_error_statement": "panic",
        "log_min_duration_statement": "-1",
        "log_statement": "none",
        "log_error_verbosity": "terse",
        "log_startup_progress_interval": "5s",
        **tuning.options(),
    }
    guard = os.open(layout.server_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    log = os.open(layout.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        # The server and its children inherit the lock, so it is free only when the last of them is gone, even those
        # of another container that shares this folder and whose processes cannot be seen from here.
        waiting = Waiting(lambda _: None)
        while not try_lock(guard) and waiting.seconds < _GUARD_LAG:
            waiting.pause("")
        if not try_lock(guard):
            raise ClusterError(
                f"The data in {layout.directory} is in use by a server that cannot be seen from here, "
                "perhaps in another container: stop that one first."
            )
        process = subprocess.Popen(
            [
                binaries.program("postgres"),
                "-D",
                seen_from_inside(layout.data, account),
                *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=layout.data,
            pass_fds=(guard,),
            **account.popen(),
        )
    finally:
        os.close(guard)
        os.close(log)
    _CHILDREN[process.pid] = process
    return process


def send(data: Path, pids: frozenset[int], number: signal.Signals) -> None:
    """Send a signal to those of ``pids`` that are, at this moment, processes of the server on ``data``.

    Raises ``ClusterError`` when they belong to another user.
    """
    for pid in pids & processes(data):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
        except PermissionError as error:
            raise ClusterError(
                f"The database server (process {pid}) belongs to another user: stop it as that user."
            ) from error


def sweep(data: Path, socket_directory: Path) -> None:
    """Remove the files that a dead server left behind and that would keep the next from starting."""
    for path in (
        data / "postmaster.pid",
        socket_directory / SOCKET_FILE,
        socket_directory / f"{SOCKET_FILE}.lock",
    ):
        path.unlink(missing_ok=True)


def _cluster_name(data: Path) -> str:
    found = data.stat()
    return f"goldthread_{found.st_dev:x}_{found.st_ino:x}"


def _commands() -> list[tuple[int, bytes]]:
    """Every process that can be seen, with its command line. Dead ones not yet collected have none."""
    proc = Path("/proc")
    if not (proc / "self" / "cmdline").exists():
        listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, check=True).stdout
        pairs = (line.split(None, 1) for line in listed.splitlines())
        return [(int(pair[0]), pair[1]) for pair in pairs if len(pair) == 2]
    found = []
    for entry in os.listdir(proc):
        if entry.isdigit():
            try:
                found.append((int(entry), (proc / entry / "cmdline").read_bytes()))
            except OSError:  # it ended meanwhile
                continue
    return found
