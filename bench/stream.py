"""From a commit to every open board: 1,000 streams of mixed sight, against a bare NOTIFY heard by a bare LISTEN."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.served import HOST, free_address, part, served
from bench.world import World

CHANGES, WARMING = 100, 10
PACE = 5.0
"""Changes a second."""
PATIENCE = 10.0
"""Seconds after the last change in which a receipt is still waited for."""
JOINING = 60.0
TARGET = 1.0


@dataclass
class Listener:
    """One open board: its session's cookie, its class of sight, and when each row came."""

    cookie: str
    sight: str
    joined: asyncio.Event = field(default_factory=asyncio.Event)
    came: dict[str, float] = field(default_factory=dict)
    said: str = ""


def run(world: World) -> Result:
    """Measure."""
    from bench.filling import session_cookie
    from goldthread.desk.queries import snapshot
    from goldthread.desk.stream.sight import sight_class

    staff = world.filled.listeners
    listeners = [Listener(session_cookie(one), sight_class(one)) for one in staff]
    chosen = [str(one) for one in world.filled.incidents[: CHANGES + WARMING]]
    where = free_address()
    with served([part("stream", where)]):
        began = time.monotonic()
        told, joined = asyncio.run(_listen(listeners, where.stream_port, snapshot(), _changer(world, chosen)))
    seen = _seen({sight_class(one): one for one in staff}, chosen)
    measured = chosen[WARMING:]
    late = [
        listener.came[change] - told["changes"][change]
        for listener in listeners
        for change in measured
        if change in seen[listener.sight] and change in listener.came
    ]
    wanted = sum(change in seen[listener.sight] for listener in listeners for change in measured)
    stray = sum(change not in seen[listener.sight] for listener in listeners for change in listener.came)
    trips = told["round_trips"][WARMING:]
    if not late or not trips:
        raise CannotMeasureError("no change reached any board")
    classes = Counter(listener.sight.split(":")[0] for listener in listeners)
    p95, bare_p95 = percentile(late, 0.95), percentile(trips, 0.95)
    return Result(
        f"stream: change to board, {len(listeners)} streams in {len(seen)} classes of sight, {CHANGES} changes at {PACE:g} /s",
        [
            Row("change to board, p50", milliseconds(percentile(late, 0.5)), milliseconds(percentile(trips, 0.5))),
            Row("  p95", milliseconds(p95), milliseconds(bare_p95), f"{p95 / bare_p95:,.0f}x", "<= 1 s", p95 <= TARGET),
            Row("  the slowest", milliseconds(max(late)), milliseconds(max(trips))),
            Row("receipts", f"{len(late):,} of {wanted:,}", "", "", "all", len(late) == wanted),
            Row("rows that reached a board out of sight", f"{stray}", "", "", "none", stray == 0),
            Row("all streams open", milliseconds(joined - began)),
        ],
        [
            "From the return of the action that changed an incident to the row's arrival at each client that may see it.",
            f"Streams: {', '.join(f'{many} {sight}' for sight, many in sorted(classes.items()))}; clients, writer and "
            f"servers share the cores; the stream gathers changes for 50 ms; {world.disk}.",
            "Reference: NOTIFY on one bare connection until another has it, between the changes of the same run.",
        ],
    )  # fmt: skip


async def _listen(
    listeners: Sequence[Listener], port: int, mark: str, changer: subprocess.Popen[str]
) -> tuple[dict[str, Any], float]:
    """Open every stream, let the changes be made, and wait for the last; what the changer told and when all had joined."""
    tasks = [asyncio.create_task(_follow(listener, port, mark)) for listener in listeners]
    loop = asyncio.get_running_loop()
    try:
        if await loop.run_in_executor(None, changer.stdout.readline) != "ready\n":  # type: ignore[union-attr]
            raise CannotMeasureError("the changer did not start; what it said stands above")
        try:
            async with asyncio.timeout(JOINING):
                await asyncio.gather(*(listener.joined.wait() for listener in listeners))
        except TimeoutError:
            waiting = [listener for listener in listeners if not listener.joined.is_set()]
            told = f"{len(waiting)} streams did not open in {JOINING:g} s: {waiting[0].said or 'no answer'}"
            raise CannotMeasureError(told) from None
        joined = time.monotonic()
        line, _ = await loop.run_in_executor(None, changer.communicate, "go\n")
        if changer.returncode:
            raise CannotMeasureError("the changer failed; what it said stands above")
        told = json.loads(line)
        await _settled(listeners)
        return told, joined
    finally:
        changer.kill()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _settled(listeners: Sequence[Listener]) -> None:
    """Wait until nothing new came for two seconds, for ``PATIENCE`` seconds at most."""
    until, before = time.monotonic() + PATIENCE, -1
    while time.monotonic() < until and (now := sum(len(one.came) for one in listeners)) != before:
        before = now
        await asyncio.sleep(2)


async def _follow(listener: Listener, port: int, mark: str) -> None:
    """Keep one stream open and note when each row came."""
    with suppress(ConnectionError, asyncio.IncompleteReadError):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            head = (
                f"GET /board?since={quote(mark)} HTTP/1.1\r\nHost: {HOST}:{port}\r\nCookie: {listener.cookie}\r\n"
                "Accept: text/event-stream\r\n\r\n"
            )
            writer.write(head.encode())
            listener.said = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].decode()
            if " 200 " not in listener.said:
                return
            waiting = b""
            while size := int(await reader.readline(), 16):
                waiting += await reader.readexactly(size)
                at = time.monotonic()
                await reader.readexactly(2)
                *events, waiting = waiting.split(b"\n\n")
                for event in events:
                    for row in _rows(event):
                        listener.came.setdefault(row, at)
                    if b"event: changes" in event:
                        listener.joined.set()
        finally:
            writer.close()


_READ: dict[bytes, list[str]] = {}


def _rows(event: bytes) -> list[str]:
    """The incidents whose rendered rows an event carries. Each distinct event is taken apart once, as many get the same."""
    found = _READ.get(event)
    if found is None:
        data = next((line[6:] for line in event.split(b"\n") if line.startswith(b"data: ")), b"{}")
        found = _READ[event] = [row["id"] for row in json.loads(data).get("rows", []) if "html" in row]
    return found


def _changer(world: World, incidents: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "bench.changes_side"]
    changer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert changer.stdin is not None
    given = {"pace": PACE, "staff": world.filled.writers[0].pk, "dsn": world.urls.app_url, "incidents": incidents}
    changer.stdin.write(json.dumps(given) + "\n")
    changer.stdin.flush()
    return changer


def _seen(people: dict[str, Any], incidents: list[str]) -> dict[str, set[str]]:
    """For each class of sight, which of ``incidents`` its people may see."""
    from goldthread.contact.models import Incident

    asked = [uuid.UUID(one) for one in incidents]
    return {
        sight: {
            str(pk) for pk in Incident.objects.open().visible_to(one).filter(pk__in=asked).values_list("pk", flat=True)
        }
        for sight, one in people.items()
    }
