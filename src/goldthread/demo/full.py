"""The full force: two hundred thousand incidents, written by several processes, in chunks that stand by themselves.

Each chunk is a transaction that also notes the chunk as written, so a start that was cut short (Ctrl-C, kill -9, a power cut)
leaves whole chunks and the next start goes on with those that are missing: the same plan tells the same stories. Nobody is
served before the whole is checked. See ``docs/decisions/0020-full-demo-in-chunks.md``.
"""

from __future__ import annotations

import os
import random
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import islice
from multiprocessing import get_context
from time import monotonic

import psycopg
from django.conf import settings
from django.db import connection, transaction

from goldthread.clocks.db import database_now
from goldthread.config.errors import Refused
from goldthread.demo import plan as plans
from goldthread.demo import workers
from goldthread.demo.check import check
from goldthread.demo.comments_rows import enter_the_comments
from goldthread.demo.desk_rows import watch
from goldthread.demo.extract import load_extract
from goldthread.demo.generate import SEED, Year
from goldthread.demo.learning_rows import learn
from goldthread.demo.looking_back import look_back
from goldthread.demo.plan import CHUNK, Plan
from goldthread.demo.plan_rows import enter_the_plan
from goldthread.demo.rounds import score_the_year
from goldthread.demo.seed import (
    LOCK,
    WAITING,
    Say,
    await_reading,
    establish,
    finish,
    known_in_database,
    refuse_production,
    teller_of_weeks,
    there,
    write,
)
from goldthread.demo.staff import force
from goldthread.demo.steps import Story
from goldthread.demo.told import tell_weeks
from goldthread.demo.writing import Known, Rows
from goldthread.safeguarding.owed_actions import owe_due

AHEAD = 2
"""Chunks for each worker that wait to be written; more would only fill the memory."""


def fill(
    now: datetime,
    count: int | None = None,
    open_count: int | None = None,
    *,
    chunk: int = CHUNK,
    processes: int = 0,
    progress: Say = lambda _: None,
) -> None:
    """Write the full force, or what is missing of it, and check it; nothing where it is whole.

    ``count`` and ``open_count`` hold for a new force; given for one that is there they must be its own. ``now``: aware, the end
    of the year that is told, of a new force only. ``processes``: how many read and write, 0 for one a core. Raises
    ``Refused`` as ``seed`` does and for numbers of another force, ``Broken`` if the record breaks its own rules.
    """
    refuse_production()
    with _alone(progress):
        with transaction.atomic():
            if not there("full"):
                progress("Writing people, units and what is known of the homes")
                given = plans.COUNTS["full"]
                establish(
                    Plan("full", SEED, now, given[0] if count is None else count,
                         given[1] if open_count is None else open_count, chunk)
                )  # fmt: skip
        plan = plans.recorded()
        if plan is None:
            raise Refused("The plan of the full force cannot be read from this database's audit log.")
        _same(plan, count, open_count)
        if plans.is_whole():
            return
        _write(plan, processes or os.cpu_count() or 1, progress)
        progress("Bringing the database's statistics up to date")
        settle()
        progress("Checking what was written")
        began = monotonic()
        with transaction.atomic():
            report = finish(plan, now := database_now(connection))
            await_reading(plan, now, WAITING)
            score_the_year(random.Random(SEED + 3), now, plan.size)  # noqa: S311 - a demo's dice
            learn(random.Random(SEED + 4), now)  # noqa: S311 - a demo's dice
            enter_the_plan(now, plan.size)
            enter_the_comments(now)
            looked = look_back(now, plan.size)
            tell_weeks(teller_of_weeks(plan), now)
            load_extract(database_now(connection))
            owe_due()
            check(database_now(connection))
        progress(f"Written and checked in {monotonic() - began:.0f} s: {report}")
        progress(f"{WAITING} written contacts wait in the inbox, and {looked:,} incidents are to be looked back at")


def _same(plan: Plan, count: int | None, open_count: int | None) -> None:
    for asked, held, option in ((count, plan.count, "--count"), (open_count, plan.open, "--open")):
        if asked is not None and asked != held:
            raise Refused(
                f"The full force here has {plan.count:,} incidents, {plan.open:,} of them open, and {option} asks for {asked:,}. "
                f"Start without {option}, or delete its data folder to begin anew."
            )


@contextmanager
def _alone(progress: Say) -> Iterator[None]:
    """Hold this database's seeding for the length of the block; another start that is at it is waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            progress("Another start is writing this force; waiting for it")
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        with suppress(Exception), connection.cursor() as cursor:  # a lost connection has let go of it already
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _write(plan: Plan, processes: int, progress: Say) -> None:
    done = plans.written()
    if done:
        progress(f"Going on with the full force: {len(done):,} of {plan.chunks + 1:,} parts are there")
    else:
        people = len(force("full").people)
        progress(
            f"Writing the full force: {people} staff and a year of {plan.count:,} incidents, by {processes} processes"
        )
    year = Year(plan.seed, plan.now, plan.count, plan.size)
    told = year.closed(plan.count - plan.open)
    waiting: deque[tuple[int, Future[None]]] = deque()
    line = Progress(plan.count, progress)
    with ProcessPoolExecutor(processes, get_context("spawn"), workers.begin) as pool:
        try:
            for number in range(plan.chunks):
                part = list(islice(told, plan.chunk))
                if number in done:
                    line.skip(len(part))
                    continue
                waiting.append((len(part), pool.submit(workers.write_chunk, number, part, plan.now)))
                if len(waiting) >= AHEAD * processes:
                    _collect(waiting, line)
            while waiting:
                _collect(waiting, line)
            # Told only now, so that the board shows this moment and not the one at which the writing began.
            now = database_now(connection)
            write_chunk(plan.chunks, year.standing(now, plan.open), now)
            line.add(plan.open)
            line.end()
        except BrokenProcessPool:
            line.end()
            raise Refused(
                "A process that writes the force ended unexpectedly, perhaps for want of memory. Start again: it goes on from here."
            ) from None
        except KeyboardInterrupt:
            line.end()
            progress("Stopped. The next start goes on from here.")
            raise
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _collect(waiting: deque[tuple[int, Future[None]]], line: Progress) -> None:
    incidents, future = waiting.popleft()
    future.result()
    line.add(incidents)


@lru_cache(maxsize=1)
def _known() -> Known:
    plan = plans.recorded()
    assert plan is not None
    return known_in_database(plan)


def write_chunk(number: int, told: list[Story], told_for: datetime) -> None:
    """Write one chunk and note it, unless it is there: a worker of a start that was killed may just have done it."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit = off")  # what a power cut takes, the next start writes again
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, number])
        if plans.told_for(number) is not None:
            return
        watched = watch(told_for, Rows(), _known().ids)  # of this chunk alone
        write(replace(_known(), watch=watched), told)
        watched.finish()
        plans.record_chunk(number, len(told), told_for)


def settle() -> None:
    """Statistics for the planner, which has seen none of these tables filled: as their owner, where that one is known."""
    if settings.ENV.database_owner_url:
        with psycopg.connect(settings.ENV.database_owner_url, autocommit=True) as owner:
            owner.execute("VACUUM (ANALYZE)")


class Progress:
    """Incidents done, incidents a second and the time left: one line that a terminal sees change, elsewhere one now and then."""

    def __init__(self, total: int, say: Say, clock: Callable[[], float] = monotonic) -> None:
        self._total, self._say, self._clock = total, say, clock
        self._done = self._written = 0
        self._began: float | None = None
        self._told = clock()
        self._live = sys.stderr.isatty()

    def skip(self, incidents: int) -> None:
        """Count incidents that were there."""
        self._done += incidents

    def add(self, incidents: int) -> None:
        """Count incidents written and tell, at most each half second on a terminal and each ten seconds elsewhere."""
        self._done += incidents
        if self._began is None:
            self._began = (
                self._clock()
            )  # until the first are there the processes were starting, which says nothing of the rate
        else:
            self._written += incidents
        if self._clock() - self._told >= (0.5 if self._live else 10):
            self._told = self._clock()
            self._tell(str(self))

    def end(self) -> None:
        """Tell where it ended."""
        self._tell(str(self))
        if self._live:
            sys.stderr.write("\n")

    def __str__(self) -> str:
        line = f"  {self._done:,} of {self._total:,} incidents"
        if self._began is None or not self._written:
            return line
        rate = self._written / max(self._clock() - self._began, 0.001)
        left = self._total - self._done
        return f"{line}, {rate:,.0f} a second" + (f", about {_span(left / max(rate, 0.001))} left" if left else "")

    def _tell(self, line: str) -> None:
        if self._live:
            sys.stderr.write(f"\r{line:<79}")
            sys.stderr.flush()
        else:
            self._say(line)


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{max(1, round(seconds))} s"
