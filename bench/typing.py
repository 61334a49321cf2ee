"""Reading along while 200 handlers type, each one read and one draft a second, against a page that does nothing."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figures import CannotMeasureError, Result, Row, milliseconds, percentile
from bench.served import HOST, free_address, instead, part, served
from bench.texts import SEED, log
from bench.world import World
from goldthread.assessment import aside
from goldthread.cli.serve import own_folder

HANDLERS = 200
WARM = 6
"""Seconds before the first save that counts: each worker has then read each of its incidents once."""
SECONDS = 20
PAUSES = 15
"""Saves of a handler to one pause, at which the page asks for the full reading *(ours)*."""
ASKS = (0.9, 0.53, 0.79, 1.18)
"""Seconds until a page asks for it, and until it asks again, as the page does; then its handler types on *(ours)*."""
LONGEST = 2_000
"""Characters a text grows to before its writer begins the next."""
CSRF = "a" * 32
P50, P99 = 0.010, 0.050


@dataclass
class Handler:
    """One who types: a connection, a text that grows, and how long each answer took."""

    cookie: str
    path: str
    dice: random.Random
    text: str
    shown: int = 40
    base: int = 0
    have: str = ""
    held: object = None
    saves: int = 0
    took: list[float] = field(default_factory=list)
    in_full: list[float] = field(default_factory=list)

    def request(self, port: int) -> bytes:
        """The next save: about six words more than the last."""
        self.shown += self.dice.randrange(20, 45)
        if self.shown > len(self.text):
            self.shown, self.text = 40, log(self.dice, LONGEST // 6)[:LONGEST]
        return self.asked(port, full=False)

    def asked(self, port: int, *, full: bool) -> bytes:
        """What is shown by now, to be kept and read."""
        fields = {"words.text": self.text[: self.shown], "words.source": "caller"}
        given = {"base": self.base, "fields": fields, "have": self.have, "full": full, "held": self.held}
        body = json.dumps(given).encode()
        head = [
            f"POST {self.path} HTTP/1.1", f"Host: {HOST}:{port}", f"Cookie: {self.cookie}; csrftoken={CSRF}",
            f"X-CSRFToken: {CSRF}", "Content-Type: application/json", f"Content-Length: {len(body)}", "", "",
        ]  # fmt: skip
        return "\r\n".join(head).encode() + body


def run(world: World) -> Result:
    """Measure."""
    from bench.filling import session_cookie

    writers = [one for one in world.filled.listeners if one.role == "call_handler"]
    cookies = {one.pk: session_cookie(one) for one in writers}
    dice = random.Random(SEED)
    if len(world.filled.incidents) < HANDLERS:
        raise CannotMeasureError(f"{HANDLERS} open incidents are needed and {len(world.filled.incidents)} are open")
    handlers = [
        Handler(cookies[writers[number % len(writers)].pk], f"/incidents/{incident}/typing", random.Random(number),
                log(dice, LONGEST // 6)[:LONGEST])
        for number, incident in enumerate(world.filled.incidents[:HANDLERS])
    ]  # fmt: skip
    where, bare_where = free_address(), free_address()
    bare = instead(part("pages", bare_where), "bench.bare:application", "bare")
    with own_folder() as own, served([part("pages", where, own), part("reading", where, own), bare]):
        _loaded(own)
        asyncio.run(_type(handlers, where.port, WARM + SECONDS))
        idle = [Handler("", "/", random.Random(number), "") for number in range(HANDLERS)]
        asyncio.run(_visit(idle, bare_where.port, WARM + SECONDS // 4))
    took = [one for handler in handlers for one in handler.took]
    bare_took = [one for handler in idle for one in handler.took]
    in_full = [one for handler in handlers for one in handler.in_full]
    p50, p99 = percentile(took, 0.50), percentile(took, 0.99)
    kept = _kept(world, [uuid.UUID(one.path.split("/")[2]) for one in handlers])
    return Result(
        f"typing: {HANDLERS} handlers, each one read and one draft a second for {SECONDS} s",
        [
            Row("reads and drafts", f"{len(took) / SECONDS:,.0f} /s", f"{len(bare_took) / (SECONDS // 4):,.0f} /s"),
            Row("  p50", milliseconds(p50), milliseconds(percentile(bare_took, 0.50)), "", "<= 10 ms", p50 <= P50),
            Row("  p99", milliseconds(p99), milliseconds(percentile(bare_took, 0.99)), "", "<= 50 ms", p99 <= P99),
            Row("pauses at which it was read in full", f"{sum(map(math.isfinite, in_full)):,} of {len(in_full):,}"),
            Row("  p50, from the last key", _half(in_full)),
            Row("drafts kept", f"{kept:,} of {HANDLERS:,}", "", "", "all", kept == HANDLERS),
        ],
        [
            f"Texts grow to {LONGEST:,} characters over what the incident holds already; each is read whole, saved sealed, and answered.",
            "From the request's first byte to the answer's last, seen by the client, waiting in the server's queue included.",
            f"After every {PAUSES}th save a handler pauses, and the page asks for the full reading {ASKS[0]} s later, {len(ASKS)} times at most.",
            f"Typists, servers and database share the cores; {world.disk}.",
            "Reference: a Django page that answers 'ok' without session or database, same server options, same pace, after it.",
        ],
    )  # fmt: skip


def _loaded(own: Path) -> None:
    """Return when full readings are made."""
    until = time.monotonic() + 60
    while aside.ask(own / "reading", log(random.Random(0), 30)) is None:
        if time.monotonic() > until:
            raise CannotMeasureError("nothing is read aside")


async def _type(handlers: Sequence[Handler], port: int, seconds: float) -> None:
    await asyncio.gather(*(_one(handler, port, seconds, number) for number, handler in enumerate(handlers)))


async def _visit(handlers: Sequence[Handler], port: int, seconds: float) -> None:
    for one in handlers:
        one.request = lambda port: f"GET / HTTP/1.1\r\nHost: {HOST}:{port}\r\n\r\n".encode()  # type: ignore[method-assign]
    await _type(handlers, port, seconds)


async def _one(handler: Handler, port: int, seconds: float, number: int) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        starts = time.perf_counter()
        until, due = starts + seconds, starts + number / HANDLERS
        while due < until:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            began = time.perf_counter()
            told = await _said(handler, handler.request(port), reader, writer)
            if began - starts >= WARM:
                handler.took.append(time.perf_counter() - began)
            handler.saves += 1
            # Pauses are spread, as handlers begin and stop when their callers do.
            if told and (handler.saves + number) % PAUSES == 0:
                began = time.perf_counter()
                for wait in ASKS:
                    if told["path"] == "full":
                        break
                    await asyncio.sleep(wait)
                    told = await _said(handler, handler.asked(port, full=True), reader, writer)
                if began - starts >= WARM:
                    handler.in_full.append(time.perf_counter() - began if told["path"] == "full" else float("inf"))
            due = max(due + 1.0, time.perf_counter())
    finally:
        writer.close()


def _half(in_full: list[float]) -> str:
    """Within what time half of the pauses were read in full."""
    typical = percentile(in_full, 0.50) if in_full else math.inf
    return milliseconds(typical) if math.isfinite(typical) else "fewer than half"


async def _said(
    handler: Handler, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> dict[str, Any]:
    """What a request was told; nothing by the page that only answers."""
    writer.write(request)
    status, body = await _answer(reader)
    if status != 200:
        raise CannotMeasureError(f"a save was answered with {status}")
    if not body.startswith(b"{"):
        return {}
    told: dict[str, Any] = json.loads(body)
    handler.base, handler.have = told["revision"], told["have"]
    handler.held = told.get("held") or handler.held
    return told


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    status = int((await reader.readline()).split()[1])
    length = -1
    while (line := (await reader.readline()).strip().lower()) != b"":
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if length >= 0:
        return status, await reader.readexactly(length)
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return status, whole


def _kept(world: World, incidents: Sequence[uuid.UUID]) -> int:
    import psycopg

    with psycopg.connect(world.urls.owner_url) as owner:
        row = owner.execute("SELECT count(*) FROM desk_draft WHERE incident = ANY(%s)", [list(incidents)]).fetchone()
    return int(row[0]) if row else 0
