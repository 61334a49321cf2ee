"""What changed in how the force works through its year, left in its stories: see ``habits.toml``.

From the story's own identity, so that the dice of the telling are not touched: a habit takes out of a story, or puts later, what was told.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from goldthread.config.dated import table
from goldthread.demo import steps
from goldthread.demo.reviewing import HANDS

Steps = list[steps.Step]
LATE = (16, 45)
"""Minutes from the opening within which a THRIVE comes that is late: its target is 15."""
BEYOND = timedelta(minutes=80)
"""After the opening: a sweep finds after twenty minutes what is to be looked at within an hour."""


def habits() -> list[dict[str, Any]]:
    """Every habit of the file."""
    found: list[dict[str, Any]] = table("demo", "habits.toml")["habit"]
    return found


def lived(made: Steps, identity: int, now: datetime) -> Steps:
    """The steps of a closed story as the habits of its day leave them; ``now`` is when the demo begins."""
    rng = random.Random(identity + 5)  # noqa: S311 - a demo's dice
    ago = (now - made[0].at) / timedelta(days=1)
    for one in habits():
        dealt, late = rng.random(), rng.uniform(*LATE)
        if any(spell["until"] <= ago < spell["from"] and dealt < spell["share"] for spell in one["spells"]):
            made = WAYS[one["what"]](made, timedelta(minutes=late))
    return made


def _not_asked(made: Steps, _late: timedelta) -> Steps:
    return [one for one in made if not isinstance(one, steps.Answered)]


def _not_written(made: Steps, _late: timedelta) -> Steps:
    first = _first(made)
    return [one for one in made if one is not first]


def _late(made: Steps, late: timedelta) -> Steps:
    """The first THRIVE put later, where the story is still going on then."""
    first, at = _first(made), made[0].at + late
    if first is None or first.at >= at or at >= made[-1].at:
        return made
    return sorted((replace(one, at=at) if one is first else one for one in made), key=lambda one: one.at)


def _reviewed_late(made: Steps, late: timedelta) -> Steps:
    """Reviews that changed nothing and asked nothing put beyond their hour; none where the story is over then, or whoever looked has a hand in it."""
    at = made[0].at + BEYOND + late
    found: Steps = []
    for one in made:
        if not (isinstance(one, steps.Reviewed) and one.answer == "agreed" and one.at < at):
            found.append(one)
        elif at < made[-1].at and not any(
            each.by == one.by and each.at <= at for each in made if isinstance(each, HANDS)
        ):
            found.append(replace(one, at=at, began=one.began + (at - one.at)))
    return sorted(found, key=lambda one: one.at)


def _first(made: Steps) -> steps.Step | None:
    return next((one for one in made if isinstance(one, steps.Assessed)), None)


WAYS: dict[str, Callable[[Steps, timedelta], Steps]] = {
    "not_asked": _not_asked,
    "not_written": _not_written,
    "late": _late,
    "reviewed_late": _reviewed_late,
}
