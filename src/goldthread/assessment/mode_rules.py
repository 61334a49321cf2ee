"""How the reader stands to somebody, and what of a reading that shows them: values in, answer out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast, get_args

from goldthread.config.errors import Invalid
from goldthread.contact.rules import short

Mode = Literal["off", "silent", "blind_first", "open"]
MODES = [
    ("off", "Off: nothing is read"),
    ("silent", "Silent: read, and nothing shown"),
    ("blind_first", "Blind first: shown after the first assessment"),
    ("open", "Open: shown as it is read"),
]
RESCUE = ("supervision.review", "concern.see")
"""Verbs whose holders see every reading in every mode: they are who rescues what a silent reader did not say."""
LONGEST_WHY = 400
"""Characters of a reason *(ours)*."""


@dataclass(frozen=True)
class Standing:
    """The mode that holds for somebody: ``since`` when, None where nobody ever set one; ``switch`` where it is the kill switch's."""

    mode: Mode = "open"
    since: datetime | None = None
    switch: bool = False


@dataclass(frozen=True)
class Shown:
    """Whether somebody is shown what was read of an incident, and how the reader stands to them."""

    readings: bool
    standing: Standing

    @property
    def is_off(self) -> bool:
        """Whether nothing is read for them."""
        return self.standing.mode == "off"


def shows(standing: Standing, *, rescues: bool, assessed: bool) -> Shown:
    """What somebody is shown. ``rescues``: they hold a verb of ``RESCUE``; ``assessed``: their team has saved its first assessment."""
    match standing.mode:
        case "open":
            return Shown(True, standing)
        case "blind_first":
            return Shown(rescues or assessed, standing)
        case _:
            return Shown(rescues, standing)


def mode(given: str) -> Mode:
    """The mode of this name. Raises ``Invalid``."""
    if given not in get_args(Mode):
        raise Invalid({"mode": f"Choose a mode: {', '.join(get_args(Mode))}. Nothing was changed."})
    return cast("Mode", given)


def begins(since: datetime | None, now: datetime) -> datetime:
    """From when a change holds: now unless given. Raises ``Invalid`` for a time that has passed."""
    if since is None:
        return now
    if since < now:
        raise Invalid({"since": "That is in the past. Leave it empty to begin now; nothing was changed."})
    return since


def why(text: str) -> str:
    """The reason as it will be kept. Raises ``Invalid`` for none, or too long a one."""
    return short(text, "why", LONGEST_WHY, needed="Write why, in a few words. Nothing was changed.")
