"""A demo started as an operator starts it, whose parts can be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg

GOLDTHREAD = [sys.executable, "-c", "import sys; from goldthread.cli import main; sys.exit(main())"]
ROOMS = ("Contact Team A", "Contact Team B", "Contact Team C")
WORDS = {"pages": "goldthread.cli.pages", "stream": "goldthread.desk.stream.app", "jobs": "goldthread.cli.steps"}

MISSED = """
SELECT kind, source, due_at FROM response_alarm
WHERE raised_at IS NULL AND ended_at IS NULL AND due_at < goldthread_now() - interval '30 seconds'
"""
"""Thirty seconds: the part that raises them may just have come back."""
TOLD = """
SELECT alarm.kind, alarm.source, count(entry.id) FROM response_alarm AS alarm
LEFT JOIN contact_entry AS entry ON entry.incident_id = alarm.incident_id AND entry.code = 'alarm.raised'
    AND entry.data->>'kind' = alarm.kind AND entry.data->>'source' = alarm.source
WHERE alarm.raised_at IS NOT NULL GROUP BY alarm.id HAVING count(entry.id) <> 1
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Demo:
    """A running ``goldthread demo`` in a folder of its own; stopped at the end of the block."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "data"
        self.port, self.stream_port = _free_port(), _free_port()
        self.base = f"http://localhost:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOLDTHREAD_", "DATABASE_"))}
        self.env = {
            **kept,
            "GOLDTHREAD_DATA": str(self._data),
            "GOLDTHREAD_PORT": str(self.port),
            "GOLDTHREAD_STREAM_PORT": str(self.stream_port),
        }

    def __enter__(self) -> Demo:
        log = (self._data.parent / "log").open("w")
        self.process = subprocess.Popen(
            [*GOLDTHREAD, "demo"], env=self.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        for _ in range(2400):
            if self.well():
                return self
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"the demo did not start: {(self._data.parent / 'log').read_text()[-2000:]}")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(90)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self, part: str) -> None:
        """End one part at once, as ``kill -9`` does."""
        if part == "database":
            pid_file = next((self._data / "postgres").rglob("postmaster.pid"))
            os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
            return
        mine = self._of(WORDS["pages" if part == "worker" else part])
        if part == "worker":
            numbers = {one.pid for one in mine}
            mine = [one for one in mine if one.ppid() in numbers and not one.children()][:1]
        for one in mine:
            with suppress(psutil.NoSuchProcess):
                one.kill()

    def audit_is_whole(self) -> None:
        """Raises ``LostError`` where the verifier finds anything."""
        from soak.kills import LostError

        checked = subprocess.run(
            [*GOLDTHREAD, "verify-audit"], env=self._with_database(), capture_output=True, text=True
        )
        print(checked.stdout.strip())
        if checked.returncode:
            raise LostError(f"the audit: {checked.stdout[-500:]}{checked.stderr[-500:]}")

    def alarms_are_exact(self) -> int:
        """How many alarms were raised; raises ``LostError`` where one that fell due was not, or was told twice."""
        from soak.kills import LostError

        with psycopg.connect(self.url()) as reading:
            rows = [reading.execute(asked).fetchall() for asked in (MISSED, TOLD)]
            (raised,) = reading.execute(
                "SELECT count(*) FROM response_alarm WHERE raised_at IS NOT NULL"
            ).fetchone() or (0,)
        for found, what in zip(rows, ("not raised", "not told once"), strict=True):
            if found:
                raise LostError(f"{len(found)} alarms were {what}: {found[:5]}")
        return int(raised)

    def url(self) -> str:
        """The address of the database, as its owner's role reads it."""
        asked = subprocess.run(
            [*GOLDTHREAD, "database", "url"], env=self.env, capture_output=True, text=True, check=True
        )
        return asked.stdout.strip().splitlines()[-1]

    def token(self, user: str) -> str:
        """A token of the API that acts as *user*."""
        made = subprocess.run(
            [*GOLDTHREAD, "token", user], env=self._with_database(), capture_output=True, text=True, check=True
        )
        return made.stdout.strip()

    def system(self, number: int) -> str:
        """A token by which an incident system hands messages in, under an account of its own and on one of the rooms' desks."""
        login, room = f"soak-{number}", ROOMS[number % len(ROOMS)]
        account = ["--by", "access", "--role", "incident_system", "--team", room, "--name", login, "--owner", "silver",
                   "--mail", "it@amberford.example", "--purpose", "Hands messages in while parts are killed."]  # fmt: skip
        for asked in (["make", login, *account], ["token", login, "--by", "access", "--scope", "messages.give"]):
            made = subprocess.run(
                [*GOLDTHREAD, "service", *asked], env=self._with_database(), capture_output=True, text=True, check=True
            )
        return made.stdout.strip().splitlines()[-1]

    def signed_in(self) -> dict[str, Any]:
        """Cookies of everybody who may see the board, and the board's mark."""
        asked = [sys.executable, "-m", "soak.signed_in"]
        env = {**self._with_database(), "DJANGO_SETTINGS_MODULE": "goldthread.config.settings"}
        made = subprocess.run(asked, env=env, capture_output=True, text=True, check=True)
        found: dict[str, Any] = json.loads(made.stdout.strip().splitlines()[-1])
        return found

    def pids(self, part: str) -> set[int]:
        """Process numbers of a part."""
        if part == "database":
            return {int(one.read_text().splitlines()[0]) for one in self._data.rglob("postmaster.pid")}
        return {one.pid for one in self._of(WORDS["pages" if part == "worker" else part])}

    def _with_database(self) -> dict[str, str]:
        return {**self.env, "DATABASE_URL": self.url(), "GOLDTHREAD_MODE": "demo"}

    def _of(self, word: str) -> list[psutil.Process]:
        """Processes of ours that run ``word``; a tether that watches over one is not meant."""
        found = []
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                told = process.cmdline()
                if "-m" in told[:3] and any(word in part for part in told):
                    found.append(process)
        return found

    def well(self) -> bool:
        with suppress(OSError), urllib.request.urlopen(f"{self.base}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
        return False
