"""Full readings for those who pause while they type, made aside: by one process of low priority, which remembers what it read.

A page asks and hardly waits: what is not read yet is there when it asks again. So nobody's typing pays for another's pause.
Asking and answering are one JSON text each, after its length in eight bytes, over a socket in a folder of the service's own.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any
from zlib import crc32

from goldthread.config.logs import log
from goldthread.config.workers import end_with_parent

Read = Callable[[str], dict[str, Any]]

PATIENCE = 0.15
"""Seconds that the first in line is waited for: most pauses changed a clause or two *(ours)*."""
LATE = 0.4
"""Seconds after which a page goes on without an answer; what it asked for is read all the same *(ours)*."""
OFF = 5.0
"""Seconds for which a page says that the full reading is off, once nobody answered *(ours)*."""
GONE = 4.0
"""Seconds after which a text that nobody asks for again is not read any more: its writer types on *(ours)*. Pages ask more often."""
HANGS = 60.0
"""Seconds after which a reading will not end any more: the longest text asked for takes a few *(ours)*."""
LONGEST_TEXT = 6_000
"""Characters of a text that is read at a pause: one of 10,000 takes five seconds, and all others wait *(measured)*."""
MOST_WANTED = 1000
"""Texts that wait to be read; the oldest go first *(ours)*."""
KEPT = 500
"""Readings remembered, in memory alone *(ours)*."""
FAILED = 5.0
"""Seconds for which a reading that failed is not tried again *(ours)*."""
NICE = 10
"""A tenth of the time of what answers people, where both want the processor; never none."""
CORES = 4
"""A process reads for so many cores: a room of 200 pauses a dozen times a second *(ours)*."""
BEGINS = 120
"""Characters that tell texts of one contact from those of others: they grow at their end *(ours)*."""
LENGTH = 8
LONGEST = 64 * 2**20
"""Bytes of a question or an answer; a request is refused long before."""


class AsideError(Exception):
    """Nobody reads aside, or the reading failed there; the message says which."""


_off_until = 0.0


def ask(where: Path, text: str) -> dict[str, Any] | None:
    """The full reading of *text*; None while it is being read. Raises ``AsideError``."""
    global _off_until
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(LATE)
            line.connect(str(where))
            given = json.dumps(text).encode()
            line.sendall(len(given).to_bytes(LENGTH) + given)
            with line.makefile("rb") as back:
                size = int.from_bytes(back.read(LENGTH))
                told = json.loads(back.read(size))
    except TimeoutError:
        return None
    except (OSError, ValueError) as error:
        _off_until = time.monotonic() + OFF
        raise AsideError(f"nobody reads aside ({type(error).__name__})") from None
    if told is not None and "failed" in told:
        raise AsideError(f"the full reading failed ({told['failed']})")
    _off_until = 0.0
    return None if told is None else dict(told)


def is_off() -> bool:
    """Whether nobody answered a moment ago, so that no page promises a full reading."""
    return time.monotonic() < _off_until


def answers(where: Path) -> bool:
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(0.5)
        line.connect(str(where))
        return True


def serve(where: Path, read: Read, prepare: Callable[[], None]) -> None:
    """Answer at *where* until SIGTERM; *read* runs in processes of their own, once *prepare* has run there.

    Raises ``BrokenProcessPool`` when one of them is gone, or *prepare* failed there.
    """
    asyncio.run(_serve(where, read, prepare))


async def _serve(where: Path, read: Read, prepare: Callable[[], None]) -> None:
    where.unlink(missing_ok=True)  # left behind by one that was killed
    processes = max(1, _cores() // CORES)
    pools = [ProcessPoolExecutor(1, get_context("spawn"), _step_back, (prepare,)) for _ in range(processes)]
    desks = [_Desk(read, pool) for pool in pools]
    working = asyncio.gather(*(one.work() for one in desks))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    try:
        with closing(await asyncio.start_unix_server(partial(_answer, desks), where)), suppress(asyncio.CancelledError):
            await working
    finally:
        for child in active_children():  # one that hangs would be waited for without end
            child.kill()
        for pool in pools:
            pool.shutdown(wait=False)


def _cores() -> int:
    """Cores that this process may use; where the system does not tell, those that there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def _answer(desks: Sequence[_Desk], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One question. A text goes to the desk that has read its beginning before, and remembers those clauses."""
    with closing(writer), suppress(OSError, ValueError, asyncio.IncompleteReadError):
        size = int.from_bytes(await reader.readexactly(LENGTH))
        if size <= LONGEST:
            text = json.loads(await reader.readexactly(size))
            if not isinstance(text, str):
                return
            begins = crc32(text[:BEGINS].encode("utf-8", "surrogatepass"))
            told = await desks[begins % len(desks)].told(text)
            writer.write(len(told).to_bytes(LENGTH) + told)
            await writer.drain()


def _step_back(prepare: Callable[[], None]) -> None:
    """Get ready, and from then on let everything else go first, also where the system shares its time between sessions rather than processes."""
    end_with_parent()
    prepare()
    os.nice(NICE)
    with suppress(OSError):
        os.setsid()
        Path("/proc/self/autogroup").write_text(str(NICE))


@dataclass
class _Wanted:
    text: str
    asked: float
    done: asyncio.Event = field(default_factory=asyncio.Event)


class _Desk:
    """What is asked for, in order, and what was read."""

    def __init__(self, read: Read, pool: ProcessPoolExecutor) -> None:
        self._read = read
        self._pool = pool
        self._wanted: OrderedDict[bytes, _Wanted] = OrderedDict()
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()
        self._more = asyncio.Event()

    async def told(self, text: str) -> bytes:
        """The answer to *text* by now."""
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        if key not in self._kept:
            first = not self._wanted
            wanted = self._wanted.setdefault(key, _Wanted(text, 0.0))
            wanted.asked = time.monotonic()
            self._wanted.move_to_end(key)
            self._still_wanted()
            self._more.set()
            if first:
                with suppress(TimeoutError):
                    await asyncio.wait_for(wanted.done.wait(), PATIENCE)
        if key not in self._kept:
            return b"null"
        self._kept.move_to_end(key)
        return self._kept[key]

    async def work(self) -> None:
        """Read one text after the other, the one asked for last first: where not all can be read, its writer waits still.

        Raises ``BrokenProcessPool``.
        """
        await self._there(int)  # it gets ready before the first text comes
        while True:
            await self._more.wait()
            self._more.clear()
            while self._still_wanted():
                key, wanted = next(reversed(self._wanted.items()))
                self._kept[key] = await self._made(key, wanted.text)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
                self._wanted.pop(key, None)
                wanted.done.set()

    def _still_wanted(self) -> bool:
        """Whether anything is, once those are dropped that nobody asks for any more, and those that are too many."""
        gone = time.monotonic() - GONE
        for key in [key for key, one in self._wanted.items() if one.asked < gone]:
            del self._wanted[key]
        while len(self._wanted) > MOST_WANTED:
            self._wanted.popitem(last=False)
        return bool(self._wanted)

    async def _made(self, key: bytes, text: str) -> bytes:
        try:
            found = await self._there(self._read, text)
        except BrokenProcessPool:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the page must hear of it
            log().error("a full reading failed", error=type(error).__name__)
            found = {"failed": type(error).__name__}
            # Memory that was short comes back.
            asyncio.get_running_loop().call_later(FAILED, self._kept.pop, key, None)
        return json.dumps(found).encode()

    async def _there(self, function: Callable[..., Any], *given: str) -> Any:
        """What the function returns in the process that reads. Raises ``BrokenProcessPool`` also where it takes too long."""
        limit = asyncio.timeout(HANGS)
        try:
            async with limit:
                return await asyncio.get_running_loop().run_in_executor(self._pool, function, *given)
        except TimeoutError:
            if limit.expired():
                raise BrokenProcessPool(f"a reading took more than {HANGS:g} seconds") from None
            raise
