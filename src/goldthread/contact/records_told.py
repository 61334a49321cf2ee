"""How what is known tells where it comes from; the same words wherever it is shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from goldthread.web.times import ago, clock

if TYPE_CHECKING:
    from goldthread.contact.records_models import RecordLoad

RECORDED_HERE = {"contact": "recorded on a call"}


class SaysWhere(Protocol):
    """Anything with a source and a time; ``ended_at`` where it may be held no longer."""

    @property
    def source(self) -> str: ...
    @property
    def as_of(self) -> datetime: ...


def told_by(by: SaysWhere, now: datetime) -> str:
    """*from RMS, as of 3 Nov 14:02, 21 days ago*, and since when its source holds it no longer, where that is so."""
    said = f"{RECORDED_HERE.get(by.source, f'from {by.source}')}, as of {clock(by.as_of, now)}, {ago(by.as_of, now)}"
    ended: datetime | None = getattr(by, "ended_at", None)
    return f"{said}; not held there since {clock(ended, now)}" if ended else said


def said(made: RecordLoad) -> str:
    """What came of a load, in a sentence."""
    return (
        f"{made.lines:,} lines read: {made.added:,} added, {made.changed:,} changed, {made.same:,} as they stood, "
        f"{made.late:,} older than what stands, {made.refused:,} not used; {made.ended:,} rows ended."
    )
