"""``goldthread serve | demo | migrate``: the running service and the demo force."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from goldthread.cli.database import cluster_directory
from goldthread.cli.processes import Part, SupervisorError, check_port, only_one, run_parts
from goldthread.config.postgres import Cluster, ClusterError

if TYPE_CHECKING:
    from goldthread.cli.visit import Visitor

SETTINGS = "goldthread.config.settings"
READING = "reading"
"""The socket's name in our own folder."""
STEP_STOPS = 10.0
"""Seconds that a step has to leave things whole when it is told to stop."""
MOST = 2_000_000
"""Incidents of a demo; more than any force has in a year *(ours)*."""


@dataclass(frozen=True)
class Where:
    """Where the service listens."""

    host: str
    port: int
    stream_port: int

    @property
    def name(self) -> str:
        """The host as a person on this machine types it."""
        return "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else self.host  # noqa: S104 - shown only

    @property
    def pages(self) -> str:
        """The address of the pages, without a slash at its end."""
        return f"http://{self.name}:{self.port}"

    @property
    def stream(self) -> str:
        """The address of the board's stream."""
        return f"http://{self.name}:{self.stream_port}/board"


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``serve``, ``demo``, ``migrate`` and the demo's live calls."""
    serve = subparsers.add_parser("serve", help="serve pages, stream and jobs on the database that DATABASE_URL names")
    serve.set_defaults(run=_serve)
    migrate = subparsers.add_parser("migrate", help="bring the database up to date as the migrating role")
    migrate.set_defaults(run=_migrate)
    demo = subparsers.add_parser("demo", help="run the invented force Amberford on a database of its own")
    demo.add_argument("--live", action="store_true", help="let new calls arrive, so that the board moves")
    demo.add_argument(
        "--busy-night", action="store_true", help="--live with bursts, callers who ring again and a change of shifts"
    )
    demo.add_argument(
        "--full", action="store_true", help="the full force: 200,000 incidents of a year, 400 staff in shifts"
    )
    demo.add_argument(
        "--count", metavar="N", type=_number, help="incidents of the full force, when it is first written"
    )
    demo.add_argument("--open", metavar="N", type=_number, help="how many of them are open (usually 30, full 300)")
    demo.add_argument("--check", action="store_true", help="start everything, see that the pages answer, and stop")
    demo.set_defaults(run=_demo)
    calls = subparsers.add_parser("demo-calls", help="let calls arrive at a running demo (what demo --live does)")
    calls.set_defaults(run=_calls)


def _serve(_: argparse.Namespace) -> int:
    from goldthread.config.env import environment

    env = environment()
    where = Where(env.host, env.port, env.stream_port)
    try:
        check_port(where.host, where.port, "GOLDTHREAD_PORT")
        check_port(where.host, where.stream_port, "GOLDTHREAD_STREAM_PORT")
        with own_folder() as own:
            return _step("ready", {}) or run_parts(_parts(where, {}, own), on_ready=lambda: _told(where, demo=False))
    except SupervisorError as error:
        print(error, file=sys.stderr)
        return 2


def _migrate(_: argparse.Namespace) -> int:
    from goldthread.config.env import environment

    if not environment().database_owner_url:
        print(
            "DATABASE_OWNER_URL is not set: it names the role that owns the tables and migrates them.", file=sys.stderr
        )
        return 2
    return _step("migrate", {"GOLDTHREAD_AS_OWNER": "1"})


def _number(given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 1 <= int(given[:9]) <= MOST:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {MOST:,} is wanted, not {given[:20]}")
    return int(given[:9])


def _demo(args: argparse.Namespace) -> int:
    data = Path(os.environ.get("GOLDTHREAD_DATA") or ".goldthread").resolve()
    if args.full:
        data /= "full"  # a data folder of its own within the small one's: the two forces never meet
    if args.count and not args.full:
        print("--count is for the full force: goldthread demo --full --count N.", file=sys.stderr)
        return 2
    most = args.count or (200_000 if args.full else 2_000)
    if args.open and args.open > most:
        print(f"--open asks for {args.open:,} open incidents, and there are {most:,} in all.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupted)  # so that a stop during the start leaves no database behind
    try:
        where = _demo_address()
        data.mkdir(parents=True, exist_ok=True)
        with only_one(data, f"{where.pages}/"):
            check_port(where.host, where.port, "GOLDTHREAD_PORT")
            check_port(where.host, where.stream_port, "GOLDTHREAD_STREAM_PORT")
            return _demo_in(data, where, args)
    except (SupervisorError, ClusterError) as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(
            f"Goldthread may not write to {error.filename or data}. Give this user the right to, "
            "or set GOLDTHREAD_DATA to a folder of its own.",
            file=sys.stderr,
        )
    except OSError as error:
        print(
            f"Goldthread cannot use {data}: {error.strerror}. Make room or set GOLDTHREAD_DATA to another folder.",
            file=sys.stderr,
        )
    return 2


def _demo_in(data: Path, where: Where, args: argparse.Namespace) -> int:
    """Database up, migrated and seeded, then the parts; whatever was started here is stopped here."""
    env = {"GOLDTHREAD_MODE": "demo", "GOLDTHREAD_DATA": str(data), "DJANGO_SETTINGS_MODULE": SETTINGS}
    ended = threading.Event()
    cluster = None if os.environ.get("DATABASE_URL") else Cluster(cluster_directory(data), _say)
    try:
        if cluster is not None:
            found = cluster.start()
            env |= {"DATABASE_URL": found.app_url, "DATABASE_OWNER_URL": found.owner_url}
        os.environ.update(env)
        _say("Bringing the database up to date")
        seed = ["fill" if args.full else "seed", str(args.count or ""), str(args.open or "")]
        status = _step("migrate", {"GOLDTHREAD_AS_OWNER": "1"}) or _step(seed[0], {}, *seed[1:])
        if status:
            return status
        if cluster is not None:
            threading.Thread(target=_keep, args=(cluster, ended), daemon=True).start()
        with own_folder() as own:
            if args.check:
                return _check(where, _parts(where, env, own), own)
            live = "busy" if args.busy_night else "calls" if args.live else ""
            return run_parts(_parts(where, env, own, live=live), on_ready=lambda: _told(where, demo=True))
    except KeyboardInterrupt:
        return 130
    finally:
        ended.set()
        if cluster is not None:
            cluster.stop()


def _keep(cluster: Cluster, ended: threading.Event) -> None:
    """Start the database again whenever it has stopped by itself, until ``ended``."""
    while not ended.wait(1):
        if cluster.status().state == "stopped":
            _say("The database stopped; starting it again")
            try:
                cluster.start()
            except ClusterError as error:
                _say(str(error))


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def _step(step: str, extra: dict[str, str], *numbers: str) -> int:
    """Run a step in a process of its own, since migrating and serving connect as different roles; a stop is passed on."""
    command = [sys.executable, "-m", "goldthread.cli.steps", step, *numbers]
    with subprocess.Popen(command, env={**os.environ, **extra}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            try:
                process.wait(STEP_STOPS)
            except subprocess.TimeoutExpired:
                process.kill()
            raise


@contextmanager
def own_folder() -> Iterator[Path | None]:
    """A folder that this user alone may enter, for the socket over which words are read aside; gone after the block.

    Its path is short, since the name of a socket has room for a hundred bytes. None, and a sentence, where none can be made.
    """
    try:
        usual = tempfile.gettempdir()
        short = usual if len(os.fsencode(usual)) < 60 else "/tmp"  # noqa: S108
        made = tempfile.TemporaryDirectory(prefix="goldthread-", dir=short)
    except OSError as error:
        _say(
            f"No temporary folder can be made ({error.strerror}), so that the pages themselves read words in full, and answer "
            "slower meanwhile. Set TMPDIR to a folder with a short name that this user may write to, and start again."
        )
        yield None
        return
    with made as folder:
        yield Path(folder)


def _parts(where: Where, env: dict[str, str], own: Path | None, *, live: str = "") -> list[Part]:
    settings = {"DJANGO_SETTINGS_MODULE": SETTINGS, **env}
    if own is not None:
        settings["GOLDTHREAD_READING_SOCKET"] = str(own / READING)
    # Granian's "backpressure" counts connections, not requests: every browser keeps one, and more of them than this would
    # wait until somebody else's tab is closed.
    shared = [
        "--host", where.host, "--log-level", "error", "--respawn-failed-workers", "--backlog", "4096",
        "--backpressure", "4096",
    ]  # fmt: skip
    # Many workers with few threads: threads of one process wait for one another at every question to the database.
    workers = str(max(4, 2 * (os.cpu_count() or 1)))
    pages = [
        sys.executable, "-m", "goldthread.cli.pages", *shared, "--interface", "wsgi", "--port", str(where.port),
        "--workers", workers, "--blocking-threads", "2", "goldthread.config.wsgi:application",
    ]  # fmt: skip
    stream = [
        sys.executable, "-m", "granian", *shared, "--interface", "asgi", "--port", str(where.stream_port),
        "--workers", "1", "goldthread.desk.stream.app:application",
    ]  # fmt: skip
    step = [sys.executable, "-m", "goldthread.cli.steps"]
    parts = [
        Part("pages", pages, settings, ready=(where.host, where.port)),
        Part("stream", stream, settings, ready=(where.host, where.stream_port)),
        Part("jobs", [*step, "jobs"], settings),
        Part("webhooks", [*step, "webhooks"], settings, needed=False),
        Part("alarms", [*step, "alarms"], settings),
    ]
    if own is not None:
        parts.append(Part("reading", [*step, "reading"], settings, needed=False))
    return [*parts, Part("calls", [*step, live], settings)] if live else parts


def _check(where: Where, parts: list[Part], own: Path | None) -> int:
    """Start everything, sign in, see that pages and stream answer and that words are read aside, and stop."""
    stop = threading.Event()
    wrong: list[str] = []

    def look() -> None:
        try:
            wrong.extend(_look(where))
            if own is not None:
                wrong.extend(_ask_aside(own / READING))
        except (OSError, ValueError, KeyError) as error:
            wrong.append(f"A page did not answer as it should: {error}")
        stop.set()

    status = run_parts(parts, on_ready=lambda: threading.Thread(target=look).start(), stop=stop)
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    if status == 0 and not wrong:
        print("All answer: health, sign-in, contact, board, stream, measures and the full reading.")
    return status or int(bool(wrong))


def _look(where: Where) -> list[str]:
    """What is wrong with a running demo, as sentences; empty when all is well."""
    from goldthread.cli.visit import Visitor
    from goldthread.demo.staff import DEMO_PASSWORD

    wrong = []
    with urllib.request.urlopen(f"{where.pages}/healthz", timeout=20) as answer:  # noqa: S310 - our own address
        if json.load(answer).get("database") != "well":
            wrong.append("The database does not answer.")
    for username, path, word in VISITS:
        visitor = Visitor(where.pages)
        visitor.sign_in(username, DEMO_PASSWORD)
        page = visitor.get(path)
        if word not in page:
            wrong.append(f"{path} does not answer as {username}.")
        if path == "/board/" and (said := _streamed(visitor, where, page)) is not None:
            wrong.append(f"The stream does not answer as it should: {said}.")
    return wrong


def _streamed(visitor: Visitor, where: Where, page: str) -> str | None:
    """None where the stream tells of changes; else what it told. Told to load the board anew, as it is while much changes, do so."""
    said = ""
    for _ in range(5):
        said = visitor.stream(where.stream, page)
        if "event: changes" in said:
            return None
        if "event: reload" not in said:
            break
        page = visitor.get("/board/")
    return said.strip()[:40] or "it told nothing"


def _ask_aside(socket: Path, patience: float = 60.0) -> list[str]:
    """What is wrong with the part that reads aside, as sentences; it may be loading still."""
    from goldthread.assessment import aside

    why = "it reads nothing"
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if (found := aside.ask(socket, "Rang about the bins.")) is not None:
                return [] if found.get("path") == "full" else ["The part reading does not read in full."]
        except aside.AsideError as error:
            why = str(error)
        time.sleep(0.2)
    return [f"The part reading does not answer ({why}): no words are read in full while they are typed."]


VISITS = (
    ("handler", "/contact/", "New contact"),
    ("dispatcher", "/board/", "Board"),
    ("pcc", "/commissioner/", "What is published"),
)


def _calls(_: argparse.Namespace) -> int:
    return _step("calls", {})


def _demo_address() -> Where:
    """Where the demo listens; read here, before the settings, which need a database."""

    def number(name: str, default: int) -> int:
        given = os.environ.get(name, "")
        if given and (not given.isdigit() or not 1 <= int(given) <= 65535):
            raise SupervisorError(f"{name} must be a port number from 1 to 65535.")
        return int(given or default)

    host = os.environ.get("GOLDTHREAD_HOST", "127.0.0.1")
    return Where(host, number("GOLDTHREAD_PORT", 8000), number("GOLDTHREAD_STREAM_PORT", 8001))


def _told(where: Where, *, demo: bool) -> None:
    print(f"\nGoldthread is at {where.pages}/   (Ctrl-C stops it)")
    if demo:
        from goldthread.accounts.roles import roles
        from goldthread.demo.staff import DEMO_PASSWORD, DEMO_USERS

        print(f"\nDemo users, all with the password {DEMO_PASSWORD}")
        for username, role, name, does in DEMO_USERS:
            print(f"  {username:<26}{name:<24}{roles()[role].name:<34}{does}")
    sys.stdout.flush()


def unreachable(setting: str, error: Exception) -> str:
    """One sentence for a database that does not answer: which setting names it, what it said, what to do."""
    where = urlsplit(os.environ.get(setting, "")).hostname or "its socket"
    first = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
    return f"The database that {setting} names ({where}) cannot be reached: {first}. Check the address and that it runs, then start again."


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
