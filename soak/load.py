"""Programs that write at the API as fast as they are let, while parts of the service are killed under them.

Each writer opens contacts, adds words to them, answers the children question, grades and closes; every twelfth contact is
graded and left to its clocks, so that alarms fall due. A write whose answer did not come is sent again with its key until it
does, as ``docs/api.md`` asks of programs. What was answered is kept here, and in the end compared with the record.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import uuid
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from soak.kills import LostError
from soak.record import KINDS, Write, compared
from soak.service import Demo

WORDS_EACH = 4
"""Entries of words in a contact."""
LEFT_OPEN = 12
"""Of so many contacts one is graded and left."""
PATIENCE = 120.0
"""Seconds within which a write must get its answer, whatever was killed."""
AGAIN = 0.25
"""Seconds before a write without an answer is sent again."""
VERBS = {
    "incidents": "incident.open",
    "entries": "entry.add",
    "children": "children.answer",
    "grade": "grade.choose",
    "closing": "incident.close",
}
"""The audit's verb for what is sent to an address, by its last part."""
SAID = (
    "van parked across the drive again, owner has been asked twice",
    "caller wants the reference for his insurer, nothing else",
    "shed lock cut, strimmer and two ladders gone, no one seen",
    "bins set alight behind the shops, out now, nobody near",
    "dog barking at number 9 most of the night, council told",
)


@dataclass
class Told:
    """What the service acknowledged to one writer."""

    writes: list[Write] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    again: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Line:
    """A connection to the API under one token, opened anew where it broke."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._open: http.client.HTTPConnection | None = None

    def post(self, path: str, given: object, key: str = "") -> tuple[int, dict[str, Any]]:
        """Status and answer; 0 where the connection broke."""
        try:
            if self._open is None:
                self._open = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._open.request("POST", f"/api/v1{path}", json.dumps(given), {
                "Authorization": f"Bearer {self._token}", "Content-Type": "application/json",
                "Host": f"localhost:{self._port}", **({"Idempotency-Key": key} if key else {}),
            })  # fmt: skip
            found = self._open.getresponse()
            body = found.read()
            return found.status, json.loads(body) if body.startswith(b"{") else {}
        except (OSError, http.client.HTTPException):
            if self._open is not None:
                self._open.close()
            self._open = None
            return 0, {}

    def until_answered(self, path: str, given: object, key: str = "") -> tuple[int, dict[str, Any], int]:
        """Send until there is an answer: its status, what it says, and how often it was sent again. Raises ``LostError`` where none comes."""
        began, tries = time.monotonic(), 0
        while True:
            status, answer = self.post(path, given, key)
            if status < 500 and status:
                return status, answer, tries
            tries += 1
            if time.monotonic() - began > PATIENCE:
                raise LostError(f"{path} got no answer in {PATIENCE:g} s; the last was {status or 'none'}")
            time.sleep(AGAIN)


class Program(threading.Thread, ABC):
    """Something that writes, with its token and one connection; ``pace`` seconds between its writes, where it is not behind."""

    def __init__(self, demo: Demo, token: str, number: int, pace: float, over: Callable[[], bool]) -> None:
        super().__init__(name=f"{type(self).__name__} {number}")
        self.told = Told()
        self.wrong: Exception | None = None
        self._number, self._pace, self._over = number, pace, over
        self._line = Line(demo.port, token)
        self._dice = random.Random(self.name)
        self._due = time.monotonic() + pace * self._dice.random()

    def run(self) -> None:
        """Write until it is over; what is on its way then is still seen through."""
        try:
            self._go()
        except (LostError, OSError, KeyError, ValueError) as error:
            self.wrong = error

    @abstractmethod
    def _go(self) -> None:
        """Write until it is over."""

    def _wait(self, writes: int = 1) -> None:
        """Wait until so many writes are due; who is behind does not wait, and makes up for a second of it at most."""
        time.sleep(max(0.0, self._due - time.monotonic()))
        self._due = max(self._due + self._pace * writes, time.monotonic() - 1.0)


class Writer(Program):
    """A program of a person, which writes one thing after another."""

    def _go(self) -> None:
        for contact in range(1_000_000):
            for path, given in self._contact(contact):
                if self._over():
                    return
                self._wait()
                self._write(path, given)

    def _contact(self, contact: int) -> Iterator[tuple[str, dict[str, Any]]]:
        self._incident = ""
        yield "/incidents", {"channel": "101", "location": f"{contact} Soak Row", "area": "North"}
        at = f"/incidents/{self._incident}"
        for line in range(WORDS_EACH):
            serial = f"S{self._number}-{contact}-{line}"
            yield f"{at}/entries", {"source": "caller", "text": f"{serial}: {self._dice.choice(SAID)}"}
        yield f"{at}/children", {"answer": "asked_none"}
        if contact % LEFT_OPEN == LEFT_OPEN - 1:
            yield f"{at}/grade", {"grade": "immediate", "why": "left to its clocks"}
            return
        yield f"{at}/grade", {"grade": "resolution", "why": "advice is enough"}
        yield f"{at}/closing", {"reason": "advice", "result": "Advice given, reference given."}

    def _write(self, path: str, given: dict[str, Any]) -> None:
        """Send until there is an answer. Raises ``LostError`` where none comes."""
        began = time.monotonic()
        status, answer, tries = self._line.until_answered(path, given, str(uuid.uuid4()))
        self.told.again += tries
        if status not in (200, 201, 204):
            self.told.refused[f"{path.rsplit('/', 1)[-1]} {status} {answer.get('detail', '')}"] += 1
            return
        if not tries:
            self.told.took.append(time.monotonic() - began)
        if path == "/incidents":
            self._incident = answer["id"]
        verb = VERBS[path.rsplit("/", 1)[-1]]
        self.told.writes.append(Write(verb, self._incident, given[KINDS[verb][1]]))


def nothing_lost_or_doubled(demo: Demo, told: list[Told]) -> Counter[str]:
    """How many writes of each kind stand as acknowledged. Raises ``LostError`` where one is missing, twice or elsewhere."""
    with psycopg.connect(demo.url()) as connection, connection.cursor() as reading:
        return compared(reading, [write for one in told for write in one.writes])
