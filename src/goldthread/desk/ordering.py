"""Where an open incident stands on the board: risk x time over target x new information, each factor named. Values in, answer out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated

FIRST = {"called": 0, "unseen": 0, "orphan": 1, "handoff": 2, "transfer": 3, "request": 4}
"""What stands above every score until somebody takes it: a supervisor called, a risk in the words that nobody
recognised, nobody who owns it, a hand-off not acknowledged,
another agency that has not answered, a request that is now the FIM's to decide."""
REST = 9
NEW = {
    "marks": "a threat to life unanswered",
    "reassess": "reassessment overdue",
    "question": "a supervisor's question overdue",
    "assess": "something new since its THRIVE",
    "unread": "reader off, down or unsure",
}


@dataclass(frozen=True)
class Facts:
    """What places an incident. ``severity`` as ``board.urgency`` has it; ``child`` yes, possible or none.

    ``since`` and ``due`` are the earliest running clock's, or when the incident opened and its next action; ``needs`` what wants
    somebody: keys of ``FIRST`` and ``NEW``, and others that do not count here.
    """

    severity: int
    child: str
    attended: bool
    since: datetime
    due: datetime
    needs: Collection[str]


@dataclass(frozen=True)
class Placed:
    """Where it stands: ``first`` (lower stands higher), then ``score`` (higher stands higher), a hundred times the product of ``parts``.

    A part is ``[code, factor]``. ``again`` is when time alone changes the score; None where it never does.
    """

    first: int
    score: int
    parts: list[tuple[str, float]]
    again: datetime | None


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, dict[str, Any]]]:
    return dated.sets("desk", "order.toml", dict)


def place(facts: Facts, now: datetime) -> Placed:
    """Where the incident stands now, why, and from when on time makes it another place."""
    weights = dated.on(_sets(), now.date())
    parts: list[tuple[str, float]] = [("risk", weights["risk"].get(str(facts.severity), max(weights["risk"].values())))]
    if facts.child != "none":
        parts.append((f"child:{facts.child}", weights["child"][facts.child]))
    again = None
    if facts.attended:
        parts.append(("attended", weights["attended"]))
    else:
        step, again = _time(weights["time"], facts.since, facts.due, now)
        if step["name"]:
            parts.append((f"time:{step['name']}", step["factor"]))
    new = [code for code in NEW if code in facts.needs]
    if new:
        # A set from before a need was known goes without its factor: no row may fail to be placed.
        most = max(new, key=lambda code: weights["new"].get(code, 1))
        parts.append((f"new:{most}", weights["new"].get(most, 1)))
    score = 100.0
    for _, factor in parts:
        score *= factor
    first = min((rank for code, rank in FIRST.items() if code in facts.needs), default=REST)
    return Placed(first, round(score), parts, again)


def _time(
    steps: list[dict[str, Any]], since: datetime, due: datetime, now: datetime
) -> tuple[dict[str, Any], datetime | None]:
    """The step that holds now, and when the next begins. A time that was due at once is over."""
    whole = max(due - since, timedelta(0))
    starts = [(since + whole * step["share"], step) for step in steps]
    passed = [step for start, step in starts if start <= now]
    coming = [start for start, _ in starts if start > now]
    return (passed or [steps[0]])[-1], min(coming, default=None)


def told(parts: Collection[tuple[str, float]]) -> list[str]:
    """The parts in words, the risk aside: what the board says of why a row stands where it does."""
    return [_name(code) for code, _ in parts if code != "risk"]


def arithmetic(parts: Collection[tuple[str, float]], grade: str, score: int) -> str:
    """The score as it was worked out: ``Priority 40 x child involved 2 = 80``."""
    said = [f"{(grade or 'not graded yet') if code == 'risk' else _name(code)} {factor:g}" for code, factor in parts]
    return f"{' x '.join(said)} = {score / 100:g}"


def _name(code: str) -> str:
    kind, _, what = code.partition(":")
    return (
        {"child:yes": "child involved", "child:possible": "child possible"}.get(code) or NEW.get(what) or what or kind
    )
