"""What a database of the demo holds, as its own audit log tells: the plan of the force, what is written of it, whether it is whole.

Events, not a table: they are written in the same transaction as what they tell of, cannot be changed, and the seeding stands in
the log like any other collection of records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from goldthread.audit.actions import acting
from goldthread.demo.staff import Size

COUNTS: dict[Size, tuple[int, int]] = {"small": (2_000, 30), "full": (200_000, 300)}
"""Incidents, and how many of them are open, where none are asked for."""
CHUNK = 250
"""Incidents written in one transaction of a full force. All events of a transaction go to one row of the chain, whose versions
pile up until it commits: larger ones are slower, and smaller ones spend their time on beginning."""


@dataclass(frozen=True)
class Plan:
    """A force as it was asked for: stories of ``seed`` for the year before ``now``, ``chunk`` to a transaction.

    Of the full force the open ones are a chunk of their own, the last, told as they stand when all else is there.
    """

    size: Size
    seed: int
    now: datetime
    count: int
    open: int
    chunk: int = CHUNK

    @property
    def chunks(self) -> int:
        """How many transactions the closed ones take, and so the number of the chunk of the open ones."""
        return -(-(self.count - self.open) // self.chunk)


def recorded() -> Plan | None:
    """The plan of the force in this database; None where there is none, or one from before plans were kept."""
    found = _details("plan")
    return Plan(**{**found[0], "now": datetime.fromisoformat(found[0]["now"])}) if found else None


def is_whole() -> bool:
    """Whether the force was written to its end and checked."""
    return bool(_details("whole"))


def written() -> set[int]:
    """The numbers of the chunks that are there."""
    return {told["number"] for told in _details("chunk")}


def record_plan(plan: Plan) -> None:
    """Note what is to be written."""
    _record("plan", ["plan"], **asdict(plan))


def record_chunk(number: int, incidents: int, told_for: datetime) -> None:
    """Note, in the transaction that writes it, that a chunk is there, and the moment for which its stories were told."""
    _record("chunk", ["chunk", f"chunk-{number}"], number=number, incidents=incidents, told_for=told_for)


def told_for(number: int) -> datetime | None:
    """The moment for which a chunk's stories were told; None where it is not there."""
    found = _details(f"chunk-{number}")
    return datetime.fromisoformat(found[0]["told_for"]) if found else None


def record_whole(incidents: int) -> None:
    """Note that all is written and checked."""
    _record("whole", ["whole"], incidents=incidents)


def _record(verb: str, subjects: Iterable[str], **detail: Any) -> None:
    with acting(None) as act:
        act.record("collection", f"demo.{verb}", [("demo", subject) for subject in subjects], made="demo", **detail)


def _details(subject: str) -> list[dict[str, Any]]:
    """The details of the events about a part of the demo, found by their index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT detail FROM audit_event WHERE audit_about(subjects) @> ARRAY[%s] ORDER BY id", [f"demo:{subject}"]
        )
        found = [json.loads(detail) for (detail,) in cursor.fetchall()]
    for told in found:
        told.pop("made")
    return found
