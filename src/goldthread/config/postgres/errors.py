"""What went wrong, as one sentence that says what happened and what to do."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class ClusterError(Exception):
    """The database cannot be started, joined or stopped. ``str(error)`` is one sentence for the operator."""


# What PostgreSQL 18 writes, and the sentence for it. Read in order: the first that is found is the cause, and the
# ones below it are often only its consequences.
_CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"Cannot allocate memory|could not (create|map|resize) .*shared memory|out of memory",
        "There is not enough memory for the database in {place}: free some memory and start again.",
    ),
    (
        r"No space left on device|Disk quota exceeded",
        "The disk that holds {place} is full: free some space and start again; nothing committed is lost.",
    ),
    (
        r"initialized by PostgreSQL version|database files are incompatible",
        "The data in {place} was made by another version of PostgreSQL than the one installed here: "
        "install the Goldthread that made it, or restore a backup into an empty folder.",
    ),
    (
        r"pre-existing shared memory block|lock file \"postmaster\.pid\" already exists",
        "Another database server is using the data in {place}: stop that one first.",
    ),
    (
        r"could not create any Unix-domain sockets|could not (bind|create) Unix",
        "The database in {place} could not open its socket: check that /tmp can be written to and start again.",
    ),
    (
        r"Permission denied|Operation not permitted|must be owned by|has wrong ownership",
        "The database may not read or write its files in {place}: give that folder back to the user who runs "
        "Goldthread, or set GOLDTHREAD_DATA to another folder.",
    ),
    (
        r"Read-only file system",
        "The folder {place} is on a read-only disk: set GOLDTHREAD_DATA to a folder that can be written to.",
    ),
    (
        r"could not find the database system|could not locate a valid checkpoint record|invalid primary checkpoint"
        r"|could not open file \"global/pg_|could not read file \"global/|is not a valid data directory"
        r"|checksum (value|error)|incorrect checksum|could not access directory \"pg_wal|required WAL directory",
        "The data in {place} is damaged: move that folder away and restore the last backup "
        "(docs/operating-database.md says how).",
    ),
)

_ERRNO_WORDS = {
    errno.ENOSPC: "No space left on device",
    errno.EDQUOT: "Disk quota exceeded",
    errno.ENOMEM: "Cannot allocate memory",
    errno.EACCES: "Permission denied",
    errno.EPERM: "Operation not permitted",
    errno.EROFS: "Read-only file system",
}


def explain(output: str, place: Path, log: Path | None = None) -> str:
    """The sentence for what a PostgreSQL program wrote before it gave up.

    ``output`` is its text, ``place`` the folder it worked on, ``log`` the file with the rest, if there is one.
    """
    for pattern, sentence in _CAUSES:
        if re.search(pattern, output):
            return sentence.format(place=place)
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    grave = [line for line in lines if re.search(r"\b(FATAL|PANIC|ERROR|error):", line)]
    last = (grave or lines or ["it ended without a word"])[-1]
    said = re.sub(r"^.*?\b(FATAL|PANIC|ERROR|error):\s*", "", last).rstrip(".")
    where = f"; the rest is in {log}" if log else ""
    return f"The database in {place} did not start: {said}{where}."


@contextmanager
def told_plainly(place: Path) -> Iterator[None]:
    """Turn an ``OSError`` from our own work on ``place`` into a ``ClusterError``."""
    try:
        yield
    except OSError as error:
        words = _ERRNO_WORDS.get(error.errno or 0)
        if words:
            raise ClusterError(explain(words, place)) from error
        what = error.strerror or str(error)
        named = f" ({error.filename})" if error.filename else ""
        raise ClusterError(f"The database in {place} cannot be used: {what}{named}.") from error
