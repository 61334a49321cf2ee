"""An invented command-and-control system, *Nightingale*: what it would send of a day, the same each time for a seed.

    python tools/sample_system.py [--messages N] [--seed S] [--as-sent] > messages.jsonl

Some messages are sent twice, some early, some broken on the way, some grades fall there. ``day`` gives what happened in the order in
which it did; ``sent`` gives it as it arrives. Tests and the bench send both.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

SYSTEM = "nightingale"
BEGAN = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
REPEATED, EARLY, BROKEN = 0.05, 0.05, 0.01
"""Of what is sent: shares that come twice, before an earlier one of their incident, and broken."""
PLACES = ("Larch Road", "Elm Row", "Quarry Lane", "Station Approach", "Mill Street", "Harbour View")
WORDS = (
    "caller reports a purse left on the bus",
    "two men arguing outside the shop, no weapons mentioned",
    "kids crying upstairs then gone quiet, not seen mum since sat",
    "male banging on the door shouting at partner, daughter 6 inside",
    "fifteen year old not back since last night, phone off",
    "neighbour heard glass break, lights on, nobody answers",
    "caller wants advice about parking",
    "baby with a bruise, account changes",
    "road blocked by a fallen tree",
    "she says he will come back tonight and hurt them",
)
SIGNS = tuple(f"NG{number}" for number in range(11, 91))


@dataclass(frozen=True)
class Sent:
    """A line as it arrives. ``repeated``, ``early`` and ``broken`` say what happened to it on the way."""

    line: bytes
    message: dict[str, Any]
    repeated: bool = False
    early: bool = False
    broken: bool = False


def day(messages: int, seed: int = 1, began: datetime = BEGAN) -> list[dict[str, Any]]:
    """So many messages in the order in which they happened, of many incidents beside each other."""
    dice = random.Random(seed)  # noqa: S311 - an invented day, the same each time
    running: list[_Incident] = []
    found: list[dict[str, Any]] = []
    opened = 0
    while len(found) < messages:
        if not running or (len(running) < 40 and dice.random() < 0.2):
            opened += 1
            running.append(_Incident(dice, opened))
        one = dice.choice(running)
        found.append({"at": (began + timedelta(seconds=3 * len(found))).isoformat(), **one.next()})
        if one.over:
            running.remove(one)
    return found


def sent(happened: list[dict[str, Any]], seed: int = 1) -> list[Sent]:
    """The same as it arrives: each at least once, but the broken ones."""
    dice = random.Random(seed + 1)  # noqa: S311
    order = list(range(len(happened)))
    early = set()
    for at, one in enumerate(happened):
        before = next(
            (back for back in range(at - 1, max(at - 40, -1), -1) if happened[back]["incident"] == one["incident"]),
            None,
        )
        if before is not None and before not in early and dice.random() < EARLY * 1.9:
            early.add(at)
            order[at], order[before] = order[before], order[at]
    found = []
    for position, at in enumerate(order):
        line = json.dumps(happened[at]).encode()
        if dice.random() < BROKEN:
            found.append(Sent(_broken(dice, line), happened[at], broken=True))
            continue
        found.append(Sent(line, happened[at], early=order[position] != position and at in early))
        if dice.random() < REPEATED:
            found.append(Sent(line, happened[at], repeated=True))
    return found


def _broken(dice: random.Random, line: bytes) -> bytes:
    message = json.loads(line)
    match dice.randrange(5):
        case 0:
            return line[: len(line) // 2]
        case 1:
            return line.replace(b'"number": ', b'"number": -', 1)
        case 2:
            return json.dumps({**message, "at": "ten past two"}).encode()
        case 3:
            return b"\xff\xfe" + line
        case _:
            return json.dumps({**message, "kind": "moved"}).encode()


class _Incident:
    """One incident there: it opens, is told of, graded, sent to, sometimes lowered, and closed."""

    def __init__(self, dice: random.Random, number: int) -> None:
        self.dice, self.ref, self.number, self.over = dice, f"NG-261123-{number:05d}", 0, False
        self.grade = dice.choice(("1", "2", "3", "4"))
        self.sign = dice.choice(SIGNS)
        self.steps = self._steps()

    def next(self) -> dict[str, Any]:
        self.number += 1
        told, self.over = next(self.steps)
        return {
            "system": SYSTEM,
            "id": f"{self.ref}/{self.number}",
            "incident": self.ref,
            "number": self.number,
            **told,
        }

    def _steps(self) -> Iterator[tuple[dict[str, Any], bool]]:
        dice = self.dice
        place = f"{dice.randrange(1, 90)} {dice.choice(PLACES)}"
        yield {"kind": "opened", "channel": dice.choice(("999", "101", "web")), "location": place}, False
        yield {"kind": "words", "text": dice.choice(WORDS)}, False
        yield {"kind": "grade", "grade": self.grade}, False
        for _ in range(dice.randrange(1, 5)):
            yield {"kind": "words", "source": dice.choice(("caller", "officer")), "text": dice.choice(WORDS)}, False
        if dice.random() < 0.5:
            answer = (
                {"answer": "asked_none"} if dice.random() < 0.5 else {"named": [{"id": "1", "name": "Ada", "age": 6}]}
            )
            yield {"kind": "particulars", "children": answer}, False
        if self.grade in "12":
            for state in ("sent", "arrived", "left"):
                yield {"kind": "dispatch", "unit": self.sign, "state": state}, False
        if self.grade in "12" and dice.random() < 0.25:
            yield {"kind": "grade", "grade": "3", "why": "quieter now"}, False
        yield (
            {"kind": "closed", "reason": "attended" if self.grade in "12" else "advice", "result": "Dealt with."},
            True,
        )


def main() -> int:
    """Write the day's lines to standard output."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-sent", action="store_true", help="with repeats, early ones and broken ones")
    asked = parser.parse_args()
    happened = day(asked.messages, asked.seed)
    for line in (
        (one.line for one in sent(happened, asked.seed))
        if asked.as_sent
        else (json.dumps(one).encode() for one in happened)
    ):
        sys.stdout.buffer.write(line + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
