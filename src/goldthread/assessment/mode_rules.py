"""How the reader stands to somebody, and of which incidents that shows them readings: values in, answer out."""

from __future__ import annotations

from collections.abc import Collection
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
NOT_READ = frozenset({"down", "off"})
"""States of a reading in which nothing was read: what stood before is held, and nothing may be taken as safe."""


@dataclass(frozen=True)
class Standing:
    """The mode that holds for somebody: ``since`` when, None where nobody ever set one; ``switch`` where it is the kill switch's."""

    mode: Mode = "open"
    since: datetime | None = None
    switch: bool = False


@dataclass(frozen=True)
class View:
    """Of which incidents somebody is shown readings: of all, of none, or of those that their ``team`` has assessed."""

    of: Literal["all", "none", "assessed"] = "all"
    team: int = 0

    def shows(self, assessed: Collection[int]) -> bool:
        """Whether they are shown the readings of an incident that somebody of these teams has assessed."""
        return self.of == "all" or (self.of == "assessed" and self.team in assessed)

    @property
    def code(self) -> str:
        """The same for all who are shown the same; empty where that is everything."""
        return "" if self.of == "all" else f"{self.of}:{self.team}" if self.team else self.of


ALL = View()
"""What a page shows that is the rescue's own, or everybody's paper."""


@dataclass(frozen=True)
class Shown:
    """Whether somebody is shown what was read of one incident, and how the reader stands to them."""

    readings: bool
    standing: Standing


def view(standing: Standing, *, rescues: bool, team: int) -> View:
    """What somebody of a team is shown. ``rescues``: they hold a verb of ``RESCUE``."""
    if rescues or standing.mode == "open":
        return ALL
    return View("assessed", team) if standing.mode == "blind_first" else View("none")


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


def child_unread(children_answer: str, on_line: str) -> str:
    """Whether a child is involved by what people said alone, as where the reader is off: *yes*, or *possible*."""
    return "yes" if children_answer == "named" or on_line == "child" else "possible"
