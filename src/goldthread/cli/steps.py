"""Steps that run in processes of their own: ``python -m goldthread.cli.steps migrate | seed | fill | jobs | webhooks | alarms | reading | calls | busy``.

``seed`` and ``fill`` (the full force) take how many incidents and how many open ones, each empty for the usual number.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

QUEUES = ("default", "audit")
"""What the worker of jobs takes on; webhooks have a worker of their own. A test asks that every task's queue has one."""


def main(step: str, *numbers: str) -> int:
    """Run one step; 0 done, 2 with one sentence where it could not be."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django
    from django.db import OperationalError

    from goldthread.config.errors import Refused

    django.setup()
    try:
        if step in {"seed", "fill"}:
            return _seed(step == "fill", *(int(number) if number else None for number in numbers))
        return {
            "migrate": _migrate,
            "ready": _ready,
            "jobs": _jobs,
            "webhooks": _webhooks,
            "alarms": _alarms,
            "reading": _reading,
            "calls": _calls,
            "busy": _busy,
        }[step]()
    except OperationalError as error:
        from goldthread.cli.serve import unreachable

        sys.stderr.write(unreachable("DATABASE_OWNER_URL" if step == "migrate" else "DATABASE_URL", error) + "\n")
        return 2
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _migrate() -> int:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return 0


def _seed(full: bool, count: int | None = None, open_count: int | None = None) -> int:
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.config.workers import end_when_orphaned
    from goldthread.demo.check import Broken
    from goldthread.demo.full import fill, settle
    from goldthread.demo.plan import COUNTS
    from goldthread.demo.seed import WAITING, seed, there
    from goldthread.learning.effect_actions import take_effects
    from goldthread.measures.actions import take_points

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def stop(*_: object) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # a terminal's Ctrl-C comes here and through our parent
        raise KeyboardInterrupt

    end_when_orphaned()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        if full:
            fill(database_now(connection), count, open_count, progress=say)
        else:
            usual = COUNTS["small"]
            if not there("small"):
                settle()  # what a start that was cut short left would be cleared during the seed, and the tables be taken for empty
            seed(database_now(connection), usual[0] if count is None else count,
                 usual[1] if open_count is None else open_count, progress=say, waiting=WAITING)  # fmt: skip
        take_points(database_now(connection))  # or the measures of a new demo would have no past until the hour's job
        take_effects(database_now(connection))
    except Broken as error:
        say(f"{error}\nThe invented force cannot be used. Delete its data folder and start again.")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def _ready() -> int:
    """Say in a sentence why the service could not serve on this database."""
    from django.db import ProgrammingError, connection

    from goldthread.accounts.models import Staff
    from goldthread.clocks.db import database_now
    from goldthread.demo.plan import is_whole, recorded

    try:
        database_now(connection)
        Staff.objects.exists()
        plan = recorded()
        if plan is not None and not is_whole():
            full = " --full" if plan.size == "full" else ""
            sys.stderr.write(
                "The database that DATABASE_URL names holds an invented force that is not written to its end: its making was "
                f"stopped, or still runs. Run 'goldthread demo{full}' on this database, which goes on from there, or name "
                "another in DATABASE_URL.\n"
            )
            return 2
    except ProgrammingError:
        sys.stderr.write(
            "The database that DATABASE_URL names is not set up for this version: run 'goldthread migrate' first.\n"
        )
        return 2
    return 0


def _jobs() -> int:
    from django.core.management import call_command

    call_command("procrastinate", "worker", "--concurrency", "2", "--queues", ",".join(QUEUES))
    return 0


def _webhooks() -> int:
    """Send webhooks in a process of its own, with a thread for each system that is told: none of them keeps another waiting, or a job."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    from goldthread.integration.webhook_rules import MOST
    from goldthread.integration.webhook_tasks import QUEUE

    connector = app.connector
    assert isinstance(connector, DjangoConnector)

    async def work() -> None:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST + 2))
        with app.replace_connector(connector.get_worker_connector()):
            async with app.open_async():
                await app.run_worker_async(
                    queues=[QUEUE], concurrency=MOST + 2, name="webhooks", fetch_job_polling_interval=1.0
                )

    asyncio.run(work())
    return 0


def _alarms() -> int:
    from goldthread.config.workers import end_when_orphaned
    from goldthread.desk.board import place_again
    from goldthread.integration.message_place_actions import give_up_waiting
    from goldthread.response.alarm_loop import watch
    from goldthread.safeguarding import clock_actions

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    end_when_orphaned()
    watch(stop, [place_again, clock_actions.watch, give_up_waiting])
    return 0


def _reading() -> int:
    from concurrent.futures.process import BrokenProcessPool

    from django.conf import settings

    from goldthread.assessment import aside
    from goldthread.assessment.reading import found_in_full

    if settings.ENV.reading_socket is None:
        sys.stderr.write("GOLDTHREAD_READING_SOCKET is not set: 'goldthread serve' sets it and starts this step.\n")
        return 2
    try:
        aside.serve(settings.ENV.reading_socket, found_in_full, prepare_to_read)
    except BrokenProcessPool as error:
        sys.stderr.write(f"The process that reads aside is gone ({error}); it is started anew.\n")
        return 1
    return 0


def prepare_to_read() -> None:
    """Load the reader in the process that reads aside. Raises ``RuntimeError`` where it could not read in full there."""
    import django

    from goldthread.assessment.reading import reads_fully

    django.setup()
    if not reads_fully():
        raise RuntimeError("the network could not be loaded; the line before says why")


def _busy() -> int:
    return _calls(busy=True)


def _calls(*, busy: bool = False) -> int:
    from django.conf import settings

    if settings.ENV.mode == "production":
        sys.stderr.write("Invented calls are for the demo only: this service runs in production mode.\n")
        return 2
    from goldthread.demo import live

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    live.run(stop, 0.0, busy=busy)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
