"""How soon a written contact is to be read first by a person, read from ``first_read.toml``."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources

from goldthread.contact.choices import RECEIVED


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, int]]]:
    text = resources.files("goldthread.response").joinpath("first_read.toml").read_text(encoding="utf-8")
    found = sorted(((one["from"], one["minutes"]) for one in tomllib.loads(text)["set"]), key=lambda pair: pair[0])
    for start, minutes in found:
        if set(minutes) != set(RECEIVED):
            raise ValueError(f"first_read.toml: the set of {start} must name each of {', '.join(RECEIVED)}")
    return found


def first_read_target(channel: str, day: date) -> timedelta:
    """The time in force on ``day`` for a channel; the shortest of the set for channels that it does not name."""
    held = [minutes for start, minutes in _sets() if start <= day]
    minutes = held[-1] if held else _sets()[0][1]
    return timedelta(minutes=minutes.get(channel, min(minutes.values())))
