"""Shares of a whole, from a stratified draw whose chances are known: design-weighted, with an interval.

Each stratum's own limits lie between those of Jeffreys and of Clopper and Pearson, on as many records as were looked at, made more by the
finite population. They are put together by the method of variance estimates recovery (Zou and Donner 2008, Statistics in Medicine 27:
1693), which keeps the strata's weights and stays right where a stratum has all or none. Which limits, was chosen by simulation:
``docs/quality-figures.md``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)
BETWEEN = 0.2
"""Where a stratum's limits lie: 0 is Clopper and Pearson's, 0.5 is Jeffreys's. At 0.25 and 0.3 some simulated scenes with few records that
failed fell below 93 %, so the wider *(ours)*."""


@dataclass(frozen=True)
class Stratum:
    """What a draw found in one stratum: of ``population`` records ``looked_at`` were drawn at random and looked at; the question
    ``applies`` to so many of those, and so many ``met`` it.
    """

    population: int
    looked_at: int
    applies: int
    met: int

    def __post_init__(self) -> None:
        if not 0 <= self.met <= self.applies <= self.looked_at <= self.population:
            raise ValueError(f"counts that cannot be: {self}")


@dataclass(frozen=True)
class Rate:
    """A share of the whole, from 0 to 1, and the limits within which it lies with 95 % certainty.

    ``n`` is how many records it rests on. ``covered`` is the share of the whole that lies in strata of which any record was looked at:
    of the rest nothing is known, and the rate does not speak of it.
    """

    share: float
    low: float
    high: float
    n: int
    covered: float


def weighted(strata: Sequence[Stratum]) -> Rate | None:
    """The share of records that meet it among those to which it applies, over all strata that were looked at, each by its size.

    None where it applies to no record that was looked at.
    """
    whole = sum(one.population for one in strata)
    seen = [one for one in strata if one.looked_at]
    over = sum(one.population * one.applies / one.looked_at for one in seen)
    if not over:
        return None
    share = min(sum(one.population * one.met / one.looked_at for one in seen) / over, 1.0)
    applies = sum(one.applies for one in seen)
    pooled = (sum(one.met for one in seen) + 0.5) / (applies + 1)
    below = above = 0.0
    for one in seen:
        between = _of_applying(one, over, share, pooled)
        low, high = _off(one)
        weight = one.population * one.applies / one.looked_at / over
        below += (weight * low) ** 2 + between
        above += (weight * high) ** 2 + between
    return Rate(
        share,
        max(share - math.sqrt(below), 0.0),
        min(share + math.sqrt(above), 1.0),
        applies,
        sum(one.population for one in seen) / whole,
    )


def _off(one: Stratum) -> tuple[float, float]:
    """How far below and above its own share a stratum's limits lie."""
    if not one.applies or one.looked_at == one.population:
        return 0.0, 0.0
    share = one.met / one.applies
    # as many records as would tell as much of an endless population
    left = (one.population - one.looked_at) / max(one.population - 1, 1)
    low, high = limits(share, one.applies / left)
    return share - low, high - share


def _of_applying(one: Stratum, over: float, share: float, pooled: float) -> float:
    """What not knowing to how many records it applies adds to the squared distance of both limits."""
    applying = one.applies / one.looked_at
    own = (one.met + pooled) / (one.applies + 1)
    variance = applying * (1 - applying) * (own - share) ** 2 / one.looked_at
    return Z**2 * (one.population / over) ** 2 * (1 - one.looked_at / one.population) * variance


@lru_cache(maxsize=4096)
def limits(share: float, n: float) -> tuple[float, float]:
    """The limits of one share of ``n`` independent records; ``n`` need not be whole."""
    from scipy.special import betaincinv  # here: a second's loading that no page without rates needs

    met, tail = share * n, (1 - LEVEL) / 2
    low = float(betaincinv(met + BETWEEN, n - met + 1 - BETWEEN, tail)) if met > 0 else 0.0
    high = float(betaincinv(met + 1 - BETWEEN, n - met + BETWEEN, 1 - tail)) if met < n else 1.0
    return low, high
