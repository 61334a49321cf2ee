"""Incident systems that hand their contacts in by lists of messages, as a force's own does at its peak, while parts are killed.

Each message tells several things at once: an opening tells the place, the caller, the first words and the grade. Each of them is a
write with an audit event of its own, and is compared in the end as if a person had made it.
"""

from __future__ import annotations

import itertools
import random
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from soak.load import LEFT_OPEN, SAID, Program
from soak.record import Write

TOGETHER = 12
"""Messages in a list: what an incident system at its peak has to tell within a few tenths of a second."""
CONTACTS = 6
"""Contacts of one system that run beside each other."""
FACTS = {"location": "{} Soak Row", "caller_name": "Caller {}", "caller_phone": "01632 960{:03}"}
"""What an opening tells of the place and the caller."""

Telling = tuple[dict[str, Any], list[tuple[str, str]]]
"""A message, and what it writes: verbs with what is told under each."""


def contact(system: int, ref: str, number: int, dice: random.Random) -> Iterator[Telling]:
    """The messages of one contact of a system, from its opening to its closing; every twelfth is graded and left to its clocks."""
    grade = "immediate" if number % LEFT_OPEN == 0 else "resolution"
    place = itertools.count(1)

    def message(kind: str, **more: Any) -> dict[str, Any]:
        at = next(place)
        return {"system": f"soak-{system}", "id": f"{ref}/{at}", "incident": ref, "number": at,
                "at": datetime.now(UTC).isoformat(), "kind": kind, **more}  # fmt: skip

    def words(line: int) -> str:
        return f"S{1000 + system}-{number}-{line}: {dice.choice(SAID)}"

    facts = {kind: form.format(number % 1000) for kind, form in FACTS.items()}
    first = words(0)
    yield (
        message("opened", channel="101", text=first, grade=grade, why="as it was told", **facts),
        [("incident.open", "101"), *(("particular.set", kind) for kind in facts), ("entry.add", first),
         ("grade.choose", grade)],
    )  # fmt: skip
    for line in (1, 2):
        more = words(line)
        yield message("words", text=more), [("entry.add", more)]
    yield message("particulars", children={"answer": "asked_none"}), [("children.answer", "asked_none")]
    if grade != "immediate":
        yield (
            message("closed", reason="advice", result="Advice given, reference given."),
            [("incident.close", "advice")],
        )


class Sender(Program):
    """An incident system, which hands in lists."""

    def _go(self) -> None:
        messages = self._messages(uuid.uuid4().hex[:8])
        while not self._over():
            some = [next(messages) for _ in range(TOGETHER)]
            self._wait(sum(len(writes) for _, writes in some))
            self._send(some)

    def _messages(self, run: str) -> Iterator[Telling]:
        """Messages of a few contacts, mingled; with each what it writes, as verb and what is told."""
        running: list[Iterator[Telling]] = []
        opened = 0
        while True:
            if len(running) < CONTACTS:
                opened += 1
                running.append(contact(self._number, f"{run}-{opened}", opened, self._dice))
            at = self._dice.randrange(len(running))
            found = next(running[at], None)
            if found is None:
                del running[at]
            else:
                yield found

    def _send(self, some: list[Telling]) -> None:
        """Send a list until there is an answer. Raises ``LostError`` where none comes."""
        began = time.monotonic()
        status, answer, tries = self._line.until_answered("/messages", [message for message, _ in some])
        self.told.again += tries
        if status != 200:
            self.told.refused[f"a list {status} {answer.get('detail', '')}"] += 1
            return
        took = time.monotonic() - began
        for ack, (_, writes) in zip(answer["messages"], some, strict=True):
            if ack["became"] not in ("taken", "repeated"):
                self.told.refused[f"a message {ack['became']} {ack['why']}"] += 1
                continue
            self.told.writes += [Write(verb, ack["incident_id"], what) for verb, what in writes]
            if not tries:
                self.told.took += [took] * len(writes)
