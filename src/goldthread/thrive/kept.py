"""The compiled lexicon, kept beside the code as Python keeps compiled modules: a new process then takes it as it is.

A copy belongs to one state of the lexicon's files and of this package's code: the code as it was when this process took it up,
since that is what makes the copy. Where it cannot be written, or is not whole, the lexicon is compiled anew and nothing else changes.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

CODE = Path(__file__).parent
KEPT = CODE / "__pycache__"
"""Who may write here may change the compiled modules too, so that a copy is trusted as much as they are."""
COPIES = 2
"""The copy that is used, and the one before it, which processes with older code still take *(ours)*."""
LEFT = 3600.0
"""Seconds after which a copy that was never finished goes: whoever wrote it was killed *(ours)*."""
DIGEST = 32


def kept(directory: Path, make: Callable[[], T]) -> T:
    """What *make* makes of the lexicon in *directory*, from the copy where there is one. Raises what *make* raises."""
    with _without_collecting():
        try:
            state = _state(directory, LOADED)
        except OSError:
            return make()
        path = KEPT / f"lexicon.{state}.pickle"
        with suppress(Exception):  # a copy that cannot be taken up is none
            whole = path.read_bytes()
            if hashlib.sha256(whole[DIGEST:]).digest() == whole[:DIGEST]:
                found: T = pickle.loads(memoryview(whole)[DIGEST:])  # noqa: S301 - see KEPT
                with suppress(OSError):
                    os.utime(path)  # the copies that are used stay
                return found
        made = make()
        with suppress(OSError):
            if _state(directory, _code()) == state:  # not while an upgrade puts other files here
                _keep(path, pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
        return made


def _state(directory: Path, code: str) -> str:
    return hashlib.sha256(f"{sys.version} {code} {_digest(directory, '*.toml')}".encode()).hexdigest()[:24]


def _code() -> str:
    """The state of this package's code on the disk; one that is like no other where it cannot be read."""
    try:
        return _digest(CODE, "*.py", "*.toml", "*.txt")
    except OSError:
        return os.urandom(DIGEST).hex()


def _digest(folder: Path, *kinds: str) -> str:
    whole = hashlib.sha256()
    for path in sorted(one for kind in kinds for one in folder.glob(kind)):
        content = path.read_bytes()
        whole.update(f"{path.name} {len(content)}\n".encode() + content)
    return whole.hexdigest()


LOADED = _code()
"""The code that this process runs; the package imports this module before any other of it."""


def _keep(path: Path, content: bytes) -> None:
    KEPT.mkdir(exist_ok=True)
    handle, name = tempfile.mkstemp(dir=KEPT, prefix="lexicon.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    copies = sorted(KEPT.glob("lexicon.*.pickle"), key=lambda one: one.stat().st_mtime, reverse=True)
    half = [one for one in KEPT.glob("lexicon.*.new") if one.stat().st_mtime < path.stat().st_mtime - LEFT]
    for old in copies[COPIES:] + half:
        old.unlink(missing_ok=True)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Loading makes many long-lived objects; collecting garbage among them would take a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
