"""What was read of a contact stands when more is said in it: a later reading may raise it, and takes nothing away.

Risk said early weighs less beside a hundred routine lines, and is none the less said. The reader advises: who lowers, by the rule,
are people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from goldthread.assessment.marking import Finding
from goldthread.assessment.mode_rules import NOT_READ
from goldthread.thrive.decide import rank

HELD = "What was said before the newest words was read as more serious, and that stands. Read all of it yourself."
CHILD = ("no", "implied", "yes")


class Before(Protocol):
    """An earlier reading of the same contact."""

    child: str
    at_risk: bool
    probability: float
    level: str
    findings: list[dict[str, Any]]


def held(found: dict[str, Any], full: Before | None, newest: Before | None) -> dict[str, Any]:
    """A new reading's values, not below the last ``full`` one's; while the reader is down or off, with what the ``newest`` had.

    First looks hold nothing: the full reading that follows judges the same words better.
    """
    if found["state"] in NOT_READ:
        return found if newest is None else {**found, **_all_of(newest)}
    if full is None or not full.at_risk:
        return found
    level = max(found["level"], full.level, key=rank)
    if found["at_risk"] and level == found["level"]:
        return found
    return {
        **found,
        "at_risk": True,
        "level": level,
        "probability": max(found["probability"], full.probability),
        "child": max(found["child"], full.child, key=CHILD.index),
        "doubt": HELD,
        "findings": [*found["findings"], *_missing(found["findings"], full.findings)],
    }


def _all_of(reading: Before) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in ("child", "at_risk", "probability", "level", "findings")}


def _missing(here: Sequence[Finding], before: Sequence[Finding]) -> list[Finding]:
    known = {_place(one) for one in here}
    return [one for one in before if _place(one) not in known]


def _place(one: Finding) -> tuple[Any, ...]:
    return one["cue"], one["entry"], one["start"], one["end"]
