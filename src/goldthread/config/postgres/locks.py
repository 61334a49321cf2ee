"""Locks between processes that say who holds them.

``flock`` is released by the kernel when its holder dies, however it dies, so that a lock can never be stale.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class Held(Exception):
    """Somebody else holds the lock. ``note`` is what they wrote about themselves; empty when not known."""

    def __init__(self, note: Mapping[str, str]) -> None:
        super().__init__(f"held by {dict(note)}")
        self.note = note


class Waiting:
    """A pause that speaks up: for waits whose end is another's, and which must not look like a hang."""

    def __init__(self, progress: Callable[[str], None], first: float = 1.0, every: float = 5.0) -> None:
        """Speak after ``first`` seconds and then each ``every`` seconds."""
        self._progress = progress
        self._began = time.monotonic()
        self._next = first
        self._every = every

    @property
    def seconds(self) -> float:
        """How long the wait has lasted."""
        return time.monotonic() - self._began

    def pause(self, sentence: str) -> None:
        """Sleep for a twentieth of a second; say ``sentence`` with the seconds so far when it is time to."""
        if self.seconds >= self._next:
            self._progress(f"{sentence} ({self.seconds:.0f} s so far)")
            self._next = self.seconds + self._every
        time.sleep(0.05)


@contextmanager
def hold(
    path: Path, note: Mapping[str, str], progress: Callable[[str], None] | None = None
) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Hold the lock file at ``path`` for the length of the block, with ``note`` written into it.

    With ``progress`` it waits for as long as another holds the lock and says so; without, it raises ``Held`` at once.
    Gives a function that replaces the note. The file stays afterwards: removing it would let two holders in.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        waiting = Waiting(progress) if progress else None
        while not try_lock(handle):
            holder = _read(handle)
            if waiting is None:
                raise Held(holder)
            waiting.pause(f"Waiting for process {holder.get('process', '?')}, which is {holder.get('doing', 'busy')}")
        _write(handle, note)
        yield lambda changed: _write(handle, changed)
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def try_lock(handle: int) -> bool:
    """Take the lock on an open file if it is free."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def read_note(path: Path) -> dict[str, str] | None:
    """The note of the present holder of ``path``; ``None`` when nobody holds it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        return None if try_lock(handle) else _read(handle)
    finally:
        os.close(handle)


def _write(handle: int, note: Mapping[str, str]) -> None:
    text = json.dumps({"process": str(os.getpid()), **note}).encode()
    os.ftruncate(handle, 0)
    os.pwrite(handle, text, 0)


def _read(handle: int) -> dict[str, str]:
    try:
        note = json.loads(os.pread(handle, 4096, 0))
    except ValueError:  # the holder is between taking the lock and writing its note
        return {}
    return {str(key): str(value) for key, value in note.items()} if isinstance(note, dict) else {}
