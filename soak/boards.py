"""Boards that stay open, in a process of their own: each follows the stream and comes back where it broke, as a browser does.

``python -m soak.boards``: one JSON line in, ``{"pages": port, "port": of the stream, "cookies": [...], "streams": N, "mark": ...}``; until a line
"stop" comes, one JSON line every ten seconds: how many are open, what came, and how often one had to come back.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from soak.service import Demo

BACK = 3.0
"""Seconds after which a broken stream is opened again, as browsers do."""
TELL = 10.0
PAGE = re.compile(rb'data-mark="([^"]+)"')
MARK = re.compile(rb"^id: (.*)$", re.MULTILINE)


class Boards:
    """All the boards of this process."""

    def __init__(self, pages: int, port: int, mark: str) -> None:
        self._pages, self._port, self._mark = pages, port, mark
        self.open = self.rows = self.back = self.loaded = 0

    async def follow(self, cookie: str) -> None:
        """Keep one board open until the process ends."""
        mark = self._mark
        await asyncio.sleep(random.random() * 10)  # a shift does not open its boards at one stroke
        while True:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                mark = await self._once(cookie, mark) or mark
            self.back += 1
            await asyncio.sleep(BACK * (0.5 + random.random()))

    async def _once(self, cookie: str, mark: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=2**24)
        joined = False
        try:
            writer.write(
                f"GET /board?since={quote(mark)} HTTP/1.1\r\nHost: localhost:{self._port}\r\nCookie: {cookie}\r\n"
                "Accept: text/event-stream\r\n\r\n".encode()
            )
            if b" 200 " not in (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0]:
                return mark
            joined = True
            self.open += 1
            while size := int(await reader.readline(), 16):
                part = await reader.readexactly(size)
                await reader.readexactly(2)
                count, after = _read(part)
                self.rows += count
                mark = after or mark
                if b"event: reload" in part:
                    mark = await self._reload(cookie)
        finally:
            self.open -= joined
            writer.close()
        return mark

    async def _reload(self, cookie: str) -> str:
        """Load the page anew, as it was asked to; its mark."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._pages, limit=2**24)
        try:
            writer.write(
                f"GET /board/ HTTP/1.1\r\nHost: localhost:{self._pages}\r\nCookie: {cookie}\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            found = PAGE.search(await reader.read())
            self.loaded += found is not None
            return found[1].decode() if found else self._mark
        finally:
            writer.close()


@lru_cache(maxsize=64)
def _read(part: bytes) -> tuple[int, str]:
    """How many changes a part of the stream brings and the mark after it. Many boards get the same, so it is taken apart once."""
    marks = MARK.findall(part)
    return part.count(b"event: changes"), marks[-1].decode() if marks else ""


@contextmanager
def boards(demo: Demo, streams: int) -> Iterator[list[dict[str, int]]]:
    """Keep so many boards open for the block; what they told, every ten seconds and at the end, lies in the list."""
    told: list[dict[str, int]] = []
    if not streams:
        yield told
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "soak.boards"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    given = {**demo.signed_in(), "pages": demo.port, "port": demo.stream_port, "streams": streams}
    process.stdin.write(json.dumps(given) + "\n")
    process.stdin.flush()
    try:
        yield told
    finally:
        with suppress(OSError):
            process.stdin.write("stop\n")
            process.stdin.flush()
        out, _ = process.communicate(timeout=60)
        told += [json.loads(line) for line in out.splitlines()]


async def main() -> None:
    """Open them and tell until told to stop."""
    loop = asyncio.get_running_loop()
    given = json.loads(sys.stdin.readline())
    boards = Boards(given["pages"], given["port"], given["mark"])
    cookies = given["cookies"]
    tasks = [loop.create_task(boards.follow(cookies[at % len(cookies)])) for at in range(given["streams"])]
    stop = loop.run_in_executor(None, sys.stdin.readline)
    while not stop.done():
        await asyncio.wait([stop], timeout=TELL)
        print(
            json.dumps({"open": boards.open, "events": boards.rows, "back": boards.back, "loaded": boards.loaded}),
            flush=True,
        )
    for task in tasks:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
