"""What the tests of the database cluster share."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.sql import SQL

from goldthread.config.postgres import Cluster

SOURCE = Path(__file__).parents[2] / "src"

_OPENING = """
    import os, sys, signal
    from pathlib import Path
    from goldthread.config.postgres import Cluster, ClusterError, cluster as module, creation
    directory = Path(sys.argv[1])
    def cluster(progress=lambda line: None):
        return Cluster(directory, progress, durability=False, shared_buffers="16MB", max_connections=20)
"""


def cluster(directory: Path, progress: Callable[[str], None] = lambda _: None) -> Cluster:
    """A cluster as the tests run it: quick to start, small, without durability."""
    return Cluster(directory, progress, durability=False, shared_buffers="16MB", max_connections=20)


def query(url: str, statement: str) -> object:
    """Run one statement; the first column of its first row, if it gives any."""
    with psycopg.connect(url, autocommit=True) as connection:
        ran = connection.execute(SQL(statement))
        row = ran.fetchone() if ran.description else None
    return row[0] if row else None


def pid_of(directory: Path) -> int:
    """The process of the server that runs there."""
    pid = Cluster(directory).status().pid
    assert pid is not None, "no server runs"
    return pid


def wait_for_end(pid: int) -> None:
    """Return when the process is gone, or dead and only not collected yet."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([process], [], [], 30)[0], f"process {pid} does not end"
    finally:
        os.close(process)


def elsewhere(script: str, directory: Path) -> subprocess.Popen[str]:
    """Run Python text, which may use ``directory`` and ``cluster()``, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(_OPENING) + textwrap.dedent(script), str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )


def said(process: subprocess.Popen[str]) -> str:
    """What a process wrote, when it has ended well."""
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    return output
