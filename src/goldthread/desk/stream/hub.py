"""The stream's heart: follows the change log, renders each changed row once for each class of sight, and hands it on.

A class of sight is everybody who sees the same open incidents with the same of what was read: the scope of their role's row with its
area or team, and the mode of the reader for them. Whoever is handed an incident sees that one too, so they are a class of their own
until it is answered. A listener holds no database connection; one connection listens, and worker threads borrow Django's to read and
render.
"""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import close_old_connections, connection

from goldthread.assessment.mode_actions import CHANNEL as MODES
from goldthread.config.logs import log
from goldthread.desk.board import CHANNEL
from goldthread.desk.queries import snapshot
from goldthread.desk.stream import questions
from goldthread.desk.stream.sight import OnBoard, after, alone, sight_class
from goldthread.desk.stream.sign_in import still_signed_in

GATHER, GATHER_EACH = 0.05, 0.0003
"""Seconds in which changes are gathered into one event, and how many more for each listener: each event goes
to all of them, and a thousand boards are not to keep a core from those who write *(ours; what it gains was not measured)*."""
RECHECK = 10.0
"""Seconds between two looks at whether each listener is still signed in with the same sight."""
COUNT_AGAIN = 15.0
"""Seconds after which the counts are sent anew, since time alone puts incidents over target."""
COUNT_EACH, COUNT_EACH_BOARD = 0.3, 0.0025
"""Seconds between a change and the counts with it, and how many more for each listener: to count costs more than to tell the
changed rows *(ours)*."""
BACKLOG = 200
"""Events a listener may lag behind before it is let go; it then resumes from its mark."""
MARK = re.compile(r"\d{1,20}:\d{1,20}:[\d,]{0,4000}")
"""A snapshot's text."""


@dataclass(eq=False)
class Listener:
    """One open board: who, with which sight by their role and which now, and the events on their way to it (None ends it)."""

    staff_id: int
    session_key: str
    by_role: str
    sight: str = ""
    queue: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(BACKLOG))

    def __post_init__(self) -> None:
        self.sight = self.sight or self.by_role

    def give(self, event: bytes | None) -> None:
        """Put an event on its way; a listener too far behind is ended, to resume from its mark."""
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Hub:
    """All listeners of this process, and the tasks that feed them."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.mark = ""
        self._on_board: dict[str, OnBoard] = {}
        # Batches of changes and the answers to those who join follow one another, so that each knows what the other told.
        self._turn = asyncio.Lock()
        # What those who join are waiting to be told they missed, by mark and class of sight, until it is asked.
        self._asked: dict[tuple[str, str], asyncio.Future[bytes | None]] = {}
        # Changes have a thread of their own: a thousand boards that join at once must not hold them up.
        self._changes = ThreadPoolExecutor(1, thread_name_prefix="changes")
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="stream")
        self._tasks: list[asyncio.Task[None]] = []
        self._woken = asyncio.Event()
        self._changed = asyncio.Event()
        self._looked_at = asyncio.Event()

    async def start(self) -> None:
        """Take the first mark and start following."""
        self.mark = await self.in_thread(snapshot)
        self._tasks = [
            asyncio.create_task(one) for one in (self._listen(), self._follow(), self._watch(), self._count())
        ]

    async def stop(self) -> None:
        """End every listener and task."""
        for task in self._tasks:
            task.cancel()
        for listener in list(self.listeners):
            listener.give(None)
        for pool in (self._pool, self._changes):
            pool.shutdown(wait=False, cancel_futures=True)

    async def in_thread(self, function: Any, *args: Any, pool: ThreadPoolExecutor | None = None) -> Any:
        """Run what uses the database in a worker thread, of ``pool`` where one is given."""

        def run() -> Any:
            close_old_connections()
            try:
                return function(*args)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(pool or self._pool, run)

    async def join(self, listener: Listener, since: str) -> bytes:
        """Add a listener and return what it missed since its mark; it gets everything later by its queue.

        Where only a reload shows what it missed, it is told so, and ended.
        """
        if not MARK.fullmatch(since):
            listener.give(None)
            return event("reload", {})
        try:
            # No batch is under way meanwhile: what commits from here on is in one that knows of this listener.
            async with self._turn:
                await self._known(listener.by_role, listener.staff_id)
                self.listeners.add(listener)
            missed = await self._missed_by(since, listener)
        except ValueError:
            missed = None
        if missed is None:
            listener.give(None)
            return event("reload", {})
        return missed

    async def _missed_by(self, since: str, listener: Listener) -> bytes | None:
        """What a listener missed, asked once for all who come with its sight and mark before the question is put."""
        offered, lost = await self.in_thread(questions.handed, listener.staff_id)
        if offered:
            listener.sight = alone(listener.staff_id)
        key = since, listener.sight
        waiting = self._asked.get(key)
        if waiting is None:
            waiting = self._asked[key] = asyncio.ensure_future(self._ask(*key, listener.staff_id))
        missed = await asyncio.shield(waiting)  # whoever leaves takes no answer from the others
        if missed is None or not lost:
            return missed
        return missed + event("changes", {"rows": [{"id": str(one), "gone": True} for one in lost]})

    async def _ask(self, since: str, sight: str, staff_id: int) -> bytes | None:
        async with self._turn:
            del self._asked[since, sight]  # who comes from here on is not in the answer: it would miss what commits now
            board = await self._known(sight, staff_id)
            ahead = not after(self.mark, since)
            mark, missed, seen = await self.in_thread(
                questions.missed, since, sight, staff_id, None if ahead else board.had(since)
            )
            board.here |= seen
        return None if missed is None else event("changes", missed, mark)

    async def _known(self, sight: str, staff_id: int) -> OnBoard:
        """What this class has on its boards."""
        if sight not in self._on_board:
            self._on_board[sight] = await self.in_thread(questions.on_board, sight, staff_id)
        return self._on_board[sight]

    async def _listen(self) -> None:
        """Wait for NOTIFY on a connection of its own; connect again whenever it breaks."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(_dsn(), autocommit=True) as listening:
                    await listening.execute(f"LISTEN {CHANNEL}")
                    await listening.execute(f"LISTEN {MODES}")
                    self._woken.set()  # what changed while nobody listened
                    async for told in listening.notifies():
                        (self._looked_at if told.channel == MODES else self._woken).set()
            except (psycopg.Error, OSError) as error:
                log().warning("the stream lost the database", part="stream", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        while True:
            await self._woken.wait()
            await asyncio.sleep(GATHER + GATHER_EACH * len(self.listeners))
            self._woken.clear()
            try:
                async with self._turn:
                    await self._tell()
            except Exception as error:  # noqa: BLE001 - the mark stays, so that the next try finds the same changes
                log().warning("a batch of changes failed", part="stream", error=type(error).__name__)
                await asyncio.sleep(0.5)
                self._woken.set()

    async def _tell(self) -> None:
        """Tell everybody what changed since the last mark."""
        here = {listener.staff_id for listener in self.listeners}
        mark, batch, offered = await self.in_thread(
            questions.batch, self.mark, self._classes(), here, pool=self._changes
        )
        self.mark = mark
        self._changed.set()
        for listener in self.listeners:
            if listener.staff_id in offered and listener.sight != alone(listener.staff_id):
                by_role = self._on_board.get(listener.by_role)
                listener.sight = alone(listener.staff_id)
                self._on_board.setdefault(listener.sight, OnBoard(mark, set(by_role.here if by_role else ())))
        sent = {sight: event("changes", one, mark) for sight, one in batch.items() if self._kept(sight, one, mark)}
        for listener in list(self.listeners):
            if listener.sight in sent:
                listener.give(sent[listener.sight])
            if listener.staff_id in here - offered:  # what they were handed is answered, and has just been told
                listener.sight = listener.by_role
        for sight in set(self._on_board) - set(self._classes()):
            del self._on_board[sight]

    def _classes(self) -> dict[str, list[int]]:
        """The classes of sight of those who listen, each with who may stand for it; a role's stay while one of its people does."""
        found: dict[str, set[int]] = {}
        for listener in self.listeners:
            for sight in (listener.by_role, listener.sight):
                found.setdefault(sight, set()).add(listener.staff_id)
        return {sight: sorted(ids) for sight, ids in found.items()}

    def _kept(self, sight: str, one: dict[str, Any], mark: str) -> bool:
        """Leave out what this class never had, and say whether anything is left to tell."""
        board = self._on_board.setdefault(sight, OnBoard(mark, set()))
        one["rows"] = [row for row in one["rows"] if "html" in row or uuid.UUID(row["id"]) in board.here]
        for row in one["rows"]:
            if "gone" in row:
                board.take(uuid.UUID(row["id"]), mark)
            else:
                board.here.add(uuid.UUID(row["id"]))
        return bool(one["rows"])

    async def _watch(self) -> None:
        """Say that the stream lives, and end whoever is no longer signed in with the same sight."""
        while True:
            with suppress(TimeoutError):  # a mode of the reader that changes is told at once
                await asyncio.wait_for(self._looked_at.wait(), RECHECK)
            self._looked_at.clear()
            here = list(self.listeners)
            try:
                kept = await self.in_thread(still_signed_in, {(one.session_key, one.staff_id) for one in here})
            except Exception as error:  # noqa: BLE001 - unsure of anybody's rights: everybody signs on anew
                log().warning("rights could not be checked", part="stream", error=type(error).__name__)
                kept = {}
            for one in here:
                staff = kept.get((one.session_key, one.staff_id))
                if staff is None or not staff.can("board.see") or sight_class(staff) != one.by_role:
                    one.give(event("ended", {}))
                    one.give(None)
                else:
                    one.give(event("still", {}))

    async def _count(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), COUNT_AGAIN)
            await asyncio.sleep(COUNT_EACH + COUNT_EACH_BOARD * len(self.listeners))
            self._changed.clear()
            classes = self._classes()
            try:
                strips = await self.in_thread(questions.strips, classes)
            except Exception as error:  # noqa: BLE001 - counted again at the next turn
                log().warning("counting failed", part="stream", error=type(error).__name__)
                continue
            for listener in list(self.listeners):
                if listener.sight in strips:
                    listener.give(event("changes", {"rows": [], "strip": strips[listener.sight]}))


def event(name: str, data: dict[str, Any], mark: str = "") -> bytes:
    """A server-sent event, ready for the wire."""
    head = f"id: {mark}\n" if mark else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n".encode()


def _dsn() -> str:
    given = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        "",
        host=given["HOST"],
        port=given["PORT"] or None,
        dbname=given["NAME"],
        user=given["USER"],
        password=given["PASSWORD"],
    )
