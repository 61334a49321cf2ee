"""Simulate draws whose truth is known, and write what the rates' and agreement's intervals did: ``docs/quality-figures.md``.

    python -m tools.quality_figures [DRAWS]

A *scene* is a force's period (records by stratum), a plan (how many are drawn of each), how the shares differ between strata, and
to how many records the question applies. Each is drawn ``DRAWS`` times without replacement; the same seed gives the same page.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from goldthread.figures.agreement import alpha
from goldthread.figures.rates import Stratum, weighted

PAGE = Path(__file__).resolve().parent.parent / "docs" / "quality-figures.md"
DRAWS, SEED, ENOUGH = 2_000, 7, 5
PERIODS = {
    "a large month": (400, 60, 90, 12, 150, 700, 3000),
    "a small month": (40, 6, 9, 1, 15, 70, 300),
    "strata alike": (500, 500, 500, 500, 500, 500, 500),
    "strata of one and none": (2000, 1, 1, 0, 2, 40, 5000),
}
PLANS = {
    "10 of each": (10, 10, 10, 10, 10, 10, 10),
    "40 in all": (6, 4, 4, 3, 5, 6, 12),
    "235 in all": (60, 20, 20, 10, 25, 40, 60),
}
APART = {
    "alike": (0.0,) * 7,
    "apart": (-0.15, -0.3, -0.2, 0.1, -0.1, 0.05, 0.02),
    "far apart": (-0.5, -0.4, -0.3, -0.2, -0.1, 0.0, 0.0),
}
BASES = (0.5, 0.7, 0.85, 0.95, 0.99)
APPLIES = (1.0, 0.6)


@dataclass(frozen=True)
class Scene:
    """A population whose truth is known, and the draw from it."""

    name: str
    population: tuple[int, ...]
    drawn: tuple[int, ...]
    applies: tuple[int, ...]
    met: tuple[int, ...]

    @property
    def share(self) -> float:
        """The truth."""
        return sum(self.met) / sum(self.applies)

    @property
    def expected(self) -> tuple[float, float]:
        """How many met and not met to expect in an unweighted sample that would tell as much as this draw, at most as large."""
        truth, over = self.share, sum(self.applies)
        variance = 0.0
        for size, drawn, applies, met in zip(self.population, self.drawn, self.applies, self.met, strict=True):
            if size < 2 or not drawn:
                continue
            squares = (met * (1 - truth) ** 2 + (applies - met) * truth**2) / size
            spread = (squares - ((met - applies * truth) / size) ** 2) * size / (size - 1)
            variance += size**2 * (1 - drawn / size) * spread / drawn
        looked = sum(d * a / p for d, a, p in zip(self.drawn, self.applies, self.population, strict=True) if p)
        n = min(truth * (1 - truth) * over**2 / variance, looked) if variance else looked
        return n * truth, n * (1 - truth)

    @property
    def is_large(self) -> bool:
        """Whether both expected counts are ``ENOUGH`` or more."""
        return min(self.expected) >= ENOUGH

    def coverage(self, draws: int, rng: np.random.Generator) -> float:
        """The share of draws, in per cent, whose limits hold the truth."""
        strata = [
            rng.multivariate_hypergeometric([met, applies - met, size - applies], drawn, size=draws)
            for size, drawn, applies, met in zip(self.population, self.drawn, self.applies, self.met, strict=True)
        ]
        held = told = 0
        for row in zip(*strata, strict=True):
            found = weighted(
                [
                    Stratum(size, drawn, int(met + unmet), int(met))
                    for size, drawn, (met, unmet, _) in zip(self.population, self.drawn, row, strict=True)
                ]
            )
            if found is not None:
                told += 1
                held += found.low - 1e-9 <= self.share <= found.high + 1e-9
        return 100 * held / told


def scenes() -> list[Scene]:
    """Every scene of the page."""
    made = []
    for period, plan, apart, base, applies in itertools.product(PERIODS, PLANS, APART, BASES, APPLIES):
        sizes = PERIODS[period]
        to_which = [round(one * applies) if one > 1 else one for one in sizes]
        shares = [min(max(base + off, 0.0), 1.0) for off in APART[apart]]
        met = tuple(round(one * share) for one, share in zip(to_which, shares, strict=True))
        drawn = tuple(min(one, most) for one, most in zip(sizes, PLANS[plan], strict=True))
        name = f"{period}, {plan}, shares {apart} about {base:.0%}, applies to {applies:.0%}"
        made.append(Scene(name, sizes, drawn, tuple(to_which), met))
    return made


def agreeing(truth: float, records: int, draws: int, rng: np.random.Generator) -> float:
    """The share of draws, in per cent, whose limits hold alpha, where two copy one another with chance ``truth`` and answer by
    chance otherwise: alpha is ``truth`` then.
    """
    names, chance = np.array(["yes", "partly", "no", "na"]), [0.6, 0.15, 0.15, 0.1]
    held = told = 0
    for number in range(draws):
        first = rng.choice(names, size=(records, 12), p=chance)
        other = rng.choice(names, size=(records, 12), p=chance)
        second = np.where(rng.random((records, 12)) < truth, first, other)
        pairs = [list(zip(a, b, strict=True)) for a, b in zip(first.tolist(), second.tolist(), strict=True)]
        found = alpha(pairs, number)
        if found is not None:
            told += 1
            held += found.low <= truth <= found.high
    return 100 * held / told


def page(draws: int) -> str:
    """The report in Markdown."""
    rng = np.random.default_rng(SEED)
    rows = [(one, one.coverage(draws, rng)) for one in scenes()]
    large = [(one, found) for one, found in rows if one.is_large]
    small = [(one, found) for one, found in rows if not one.is_large]
    lines = [
        "# Quality's figures, simulated",
        "",
        f"Written by `python -m tools.quality_figures {draws}` from what it measured; the same seed gives the same page.",
        "",
        "## Weighted rates",
        "",
        f"{len(rows)} scenes, each drawn {draws:,} times: four periods of seven strata, three plans, shares alike and apart, questions "
        "that apply to all records and to six in ten. *Expected counts* are how many records that meet the question, and that do not, an "
        "unweighted sample would hold that tells as much as the draw: a draw whose weights differ much tells less than its size says. "
        f"One scene's coverage is known to about {1.96 * 100 * (0.05 * 0.95 / draws) ** 0.5:.1f} points.",
        "",
        "| Scenes | Number | Lowest | Mean | Highest | As wanted |",
        "|---|---|---|---|---|---|",
        _row(f"both expected counts {ENOUGH} or more; wanted 93 to 97 %", large, lambda x: 93 <= x <= 97),
        _row("elsewhere; wanted 93 % at least", small, lambda x: x >= 93),
        "",
        "Scenes that are not as wanted:",
        "",
        "| Scene | Truth | Expected counts | Coverage |",
        "|---|---|---|---|",
        *(
            f"| {one.name} | {one.share:.1%} | {one.expected[0]:.1f} and {one.expected[1]:.1f} | {found:.1f} % |"
            for one, found in rows
            if found < 93 or (one.is_large and found > 97)
        ),
        "",
        "## Agreement of two assessors",
        "",
        "Twelve questions a record; two agree by design with chance alpha and otherwise answer by chance.",
        "",
        "| Records scored twice | Alpha | Coverage |",
        "|---|---|---|",
        *(
            f"| {records} | {truth} | {agreeing(truth, records, max(draws // 10, 20), rng):.1f} % |"
            for records, truth in itertools.product((10, 20, 40), (0.4, 0.6, 0.8))
        ),
        "",
    ]
    return "\n".join(lines)


def _row(name: str, rows: list[tuple[Scene, float]], wanted: Any) -> str:
    found = [coverage for _, coverage in rows]
    good = sum(wanted(round(one, 1)) for one in found)
    mean = sum(found) / len(found)
    return (
        f"| {name} | {len(found)} | {min(found):.1f} % | {mean:.1f} % | {max(found):.1f} % | {good} of {len(found)} |"
    )


if __name__ == "__main__":
    PAGE.write_text(page(int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(PAGE.parent.parent)}")
