"""Counts by group, with small ones withheld: values in, what may be told out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goldthread.measures.registry import SMALL


@dataclass(frozen=True)
class Group:
    """One group's figure: ``met`` of ``of`` cases; both None where they are withheld, because one of them or the rest is small, or because
    another group's could be reckoned from it.
    """

    name: str
    met: int | None
    of: int | None

    @property
    def percent(self) -> float | None:
        """The share in per cent; None where it is withheld or there is nothing to divide by."""
        return round(100 * self.met / self.of, 1) if self.of and self.met is not None else None


def is_small(met: int, of: int) -> bool:
    """Whether a figure would tell a small number: of cases, of those that meet it, or of those that do not."""
    return any(0 < one < SMALL for one in (of, met, of - met))


def told(name: str, met: int, of: int) -> Group:
    """One figure by itself, withheld where it would tell a small number."""
    return Group(name, None, None) if is_small(met, of) else Group(name, met, of)


def groups(counts: Mapping[str, tuple[int, int]]) -> list[Group]:
    """Figures of groups whose sum is told beside them, in their order: small ones are withheld, and with them the next smallest until
    the sum of what is withheld is no small number itself. Names map to ``(met, of)``.
    """
    hidden = {name for name, (met, of) in counts.items() if is_small(met, of)}
    while hidden and len(hidden) < len(counts) and (len(hidden) == 1 or is_small(*_sum(counts, hidden))):
        left = [name for name in counts if name not in hidden and counts[name][1]] or [
            name for name in counts if name not in hidden
        ]
        hidden.add(min(left, key=lambda name: (counts[name][1], name)))
    return [Group(name, None, None) if name in hidden else Group(name, *counts[name]) for name in counts]


def _sum(counts: Mapping[str, tuple[int, int]], names: set[str]) -> tuple[int, int]:
    return sum(counts[one][0] for one in names), sum(counts[one][1] for one in names)
