"""The stream's ASGI application: ``GET /board`` as server-sent events to those who may see the board."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
django.setup()

from django.conf import settings  # noqa: E402 - Django must be set up first

from goldthread.audit.actions import record_consultation  # noqa: E402
from goldthread.desk.stream.hub import Hub, Listener, event  # noqa: E402
from goldthread.desk.stream.sight import sight_class  # noqa: E402
from goldthread.desk.stream.sign_in import session_key, signed_in  # noqa: E402

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
_hub: Hub | None = None


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Answer one connection. Anything but the board's address is 404, a stranger 401, another site's page 403."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] == "/healthz":
        await _plain(send, 200, "well", {})
        return
    allowed = _allow(headers)
    if allowed is None:
        await _plain(send, 403, "This page may not listen here.", {})
        return
    if scope["path"] != "/board" or scope["method"] != "GET":
        await _plain(send, 404, "There is nothing here.", allowed)
        return
    if _hub is None:
        await _plain(send, 503, "The stream is starting.", allowed)
        return
    await _board(_hub, scope, headers, allowed, receive, send)


async def _board(
    hub: Hub, scope: dict[str, Any], headers: dict[str, str], allowed: dict[str, str], receive: Receive, send: Send
) -> None:
    key = session_key(headers.get("cookie", ""))
    staff = await hub.in_thread(signed_in, key)
    if staff is None or not staff.can("board.see"):
        await _plain(send, 401, "Sign in to see the board.", allowed)
        return
    since = headers.get("last-event-id") or parse_qs(scope["query_string"].decode("latin-1")).get("since", [""])[0]
    await hub.in_thread(record_consultation, staff, "board.listen", [])
    listener = Listener(staff.pk, key, sight_class(staff))
    gone = asyncio.create_task(_until_gone(receive, listener))
    try:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": _headers(
                    {
                        "content-type": "text/event-stream; charset=utf-8",
                        "cache-control": "no-store",
                        "x-accel-buffering": "no",
                        **allowed,
                    }
                ),
            }
        )
        await send({"type": "http.response.body", "body": b"retry: 1000\n\n" + event("still", {}), "more_body": True})
        await send({"type": "http.response.body", "body": await hub.join(listener, since), "more_body": True})
        while (given := await listener.queue.get()) is not None and not gone.done():
            await send({"type": "http.response.body", "body": given, "more_body": True})
        if not gone.done():
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        hub.listeners.discard(listener)
        gone.cancel()


async def _until_gone(receive: Receive, listener: Listener) -> None:
    """End the listener when its board goes; its loop waits for its queue alone, and makes no task for each event."""
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.give(None)


async def _lifespan(receive: Receive, send: Send) -> None:
    global _hub
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            _hub = Hub()
            await _hub.start()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if _hub is not None:
                await _hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


def _allow(headers: dict[str, str]) -> dict[str, str] | None:
    """Headers that let the pages of this same host listen; none needed without an Origin; None for another site's page."""
    origin = headers.get("origin")
    if origin is None:
        return {}
    name = urlsplit(origin).hostname or ""
    here = urlsplit(f"//{headers.get('host', '')}").hostname or ""
    if name != here and name not in settings.ALLOWED_HOSTS:
        return None
    return {"access-control-allow-origin": origin, "access-control-allow-credentials": "true", "vary": "origin"}


async def _plain(send: Send, status: int, say: str, headers: dict[str, str]) -> None:
    whole = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store", **headers}
    await send({"type": "http.response.start", "status": status, "headers": _headers(whole)})
    await send({"type": "http.response.body", "body": say.encode(), "more_body": False})


def _headers(given: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in given.items()]
