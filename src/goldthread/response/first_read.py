"""How soon a written contact is to be read first by a person, read from ``first_read.toml``."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from goldthread.config import dated
from goldthread.contact.choices import RECEIVED


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, int]]]:
    found: list[tuple[date, dict[str, int]]] = dated.sets("response", "first_read.toml", lambda row: row["minutes"])
    for start, minutes in found:
        if set(minutes) != set(RECEIVED):
            raise ValueError(f"first_read.toml: the set of {start} must name each of {', '.join(RECEIVED)}")
    return found


def first_read_target(channel: str, day: date) -> timedelta:
    """The time in force on ``day`` for a channel; the shortest of the set for channels that it does not name."""
    minutes = dated.on(_sets(), day)
    return timedelta(minutes=minutes.get(channel, min(minutes.values())))
