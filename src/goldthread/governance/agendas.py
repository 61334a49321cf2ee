"""What boards' lists are made of, from ``agendas.toml``: values in, answer out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated


@dataclass(frozen=True)
class Reason:
    """Why something stands on a list: see the file's head."""

    code: str
    name: str
    weight: float
    boards: frozenset[str]


@dataclass(frozen=True)
class Agendas:
    """What is in force on a day: see the file's head. ``lacking`` is by board."""

    reasons: Mapping[str, Reason]
    idle: timedelta
    told_for: timedelta
    lacking: Mapping[str, float]

    def of(self, board: str, reasons: Mapping[str, str]) -> dict[str, str]:
        """Of these reasons, codes with their words, those for which something stands on a board's list, the weightiest first."""
        return {code: reasons[code] for code, one in self.reasons.items() if code in reasons and board in one.boards}

    def points(self, reasons: Collection[str]) -> float:
        """What reasons weigh together."""
        return sum(self.reasons[code].weight for code in reasons)


def made(row: Mapping[str, Any]) -> Agendas:
    """A set of the file. Raises ``ValueError`` for a reason given twice."""
    found = [Reason(one["code"], one["name"], one["weight"], frozenset(one["boards"])) for one in row["reason"]]
    if len({one.code for one in found}) != len(found):
        raise ValueError("agendas.toml: a reason is given twice")
    order = sorted(found, key=lambda one: -one.weight)
    idle, told_for = (timedelta(days=row[name]) for name in ("idle", "told_for"))
    return Agendas({one.code: one for one in order}, idle, told_for, row["lacking"])


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Agendas]]:
    return dated.sets("governance", "agendas.toml", made)


def agendas_on(day: date) -> Agendas:
    """What is in force on a day."""
    return dated.on(_sets(), day)
