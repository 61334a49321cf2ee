"""Simulate figures of which nothing changes, and some that do, and write how often the charts' rules cry out: ``docs/chart-rules.md``.

    python -m tools.chart_rules [HISTORIES]

A *scene* is a figure of a force: how many cases a week, the share that meets it, and whether the share wavers from week to week by more
than its cases do. Values look back over 28 days and are kept each week, as the measures' are, so that neighbours share cases; or over a
week. The same seed gives the same page.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from goldthread.figures.charts import BASE, Chart, Figure, chart
from goldthread.governance.rules import chart_rules

PAGE = Path(__file__).resolve().parent.parent / "docs" / "chart-rules.md"
HISTORIES, SEED = 400, 7
WEEK = timedelta(days=7)
START = datetime(2025, 1, 6, tzinfo=UTC)
YEAR, CHANGED = 104, 52
"""Weeks of a history, and the week in which a share changes where it does."""
CASES = (5, 30, 300)
SHARES = (0.5, 0.8, 0.95, 0.99)
WAVERS = (0.0, 1.0)
"""By how much the share wavers, as a multiple of what a week's cases do by chance."""


@dataclass(frozen=True)
class Scene:
    """A figure whose truth is known."""

    cases: int
    share: float
    wavers: float
    weeks: int
    """How far each value looks back."""

    def history(self, rng: np.random.Generator, falls: float = 0.0) -> list[Figure]:
        """Values of two years; ``falls``: by how much the share is lower in the second."""
        of = rng.poisson(self.cases, YEAR + self.weeks)
        share = np.full(len(of), self.share)
        if self.wavers:
            size = 1 / self.wavers**2 * self.cases
            share = rng.beta(self.share * size, (1 - self.share) * size, len(of))
        share[CHANGED + self.weeks :] = np.clip(share[CHANGED + self.weeks :] - falls, 0, 1)
        met = rng.binomial(of, share)
        found = []
        for week in range(YEAR):
            n, m = int(of[week : week + self.weeks].sum()), int(met[week : week + self.weeks].sum())
            found.append(Figure(START + week * WEEK, m / n if n else None, n, m))
        return found

    def charted(self, rng: np.random.Generator, falls: float = 0.0) -> Chart:
        return chart(self.history(rng, falls), self.weeks * WEEK, chart_rules())


def false_alarms(scene: Scene, histories: int) -> tuple[Counter[str], int, int]:
    """Values that complete each rule although nothing changed, of how many that are judged; and boards that saw any at a week's end."""
    rng = np.random.default_rng(SEED)
    broken: Counter[str] = Counter()
    judged = seen = 0
    for _ in range(histories):
        marks = [one for one in scene.charted(rng).marks if one.centre is not None]
        judged += len(marks)
        for mark in marks:
            broken.update(code for code, _ in mark.broken)
            seen += bool(mark.broken)
    return broken, judged, seen


def weeks_until(scene: Scene, falls: float, histories: int) -> list[int | None]:
    """Weeks from a fall to the first value that completes a rule on its side; None where none did within the year."""
    rng = np.random.default_rng(SEED)
    found: list[int | None] = []
    for _ in range(histories):
        marks = scene.charted(rng, falls).marks[CHANGED:]
        found.append(
            next((week for week, one in enumerate(marks, start=1) if any(s == "down" for _, s in one.broken)), None)
        )
    return found


def page(histories: int) -> str:
    """The whole page."""
    rules = chart_rules()
    head = " | ".join(one.word for one in rules)
    lines = [
        "# The charts' rules, simulated",
        "",
        f"Written by `python -m tools.chart_rules {histories}` from what it measured; the same seed gives the same page. Limits rest on the first {BASE} "
        "values that share no cases. Each history is two years of weeks.",
        "",
        "## Where nothing changes",
        "",
        "Of a hundred values at week's end, how many complete a rule. A history whose first values happen to lie high or low is judged by a "
        "centre that lies there too, so runs come more often than the rule alone would say. *Wavers*: the share differs from week to week by as much again "
        "as its cases let chance do.",
        "",
        f"| Cases a week | Share | Wavers | Looks back | {head} | any |",
        "|---|---|---|---|" + "---|" * (len(rules) + 1),
    ]
    total: Counter[str] = Counter()
    every = anything = 0
    for weeks in (1, 4):
        for cases in CASES:
            for share in SHARES:
                for wavers in WAVERS:
                    broken, judged, seen = false_alarms(Scene(cases, share, wavers, weeks), histories)
                    if weeks == 4:
                        total += broken
                        every += judged
                        anything += seen
                    told = " | ".join(f"{100 * broken[one.code] / judged:.2f}" for one in rules)
                    lines.append(
                        f"| {cases} | {share:.0%} | {'yes' if wavers else 'no'} | {weeks * 7} days | {told} | {100 * seen / judged:.2f} |"
                    )
    told = ", ".join(f"*{one.word}* {100 * total[one.code] / every:.2f}" for one in rules)
    lines += [
        "",
        f"Over the scenes of 28 days, as the measures are kept: {told}; any {100 * anything / every:.2f}. So of forty figures that do not change a board "
        f"sees {40 * anything / every:.1f} with a signal at a week's end.",
        "",
        "## Where the share falls",
        "",
        "Weeks from the change until a value completes a rule on that side: half of the histories within the first number, nine in ten within the second.",
        "",
        "| Cases a week | Share | Falls by | Looks back | Half within | Nine in ten within | Not within a year |",
        "|---|---|---|---|---|---|---|",
    ]
    for weeks in (1, 4):
        for cases in CASES:
            for share, falls in ((0.8, 0.05), (0.8, 0.2), (0.95, 0.05), (0.95, 0.2)):
                found = weeks_until(Scene(cases, share, 0.0, weeks), falls, histories)
                lines.append(
                    f"| {cases} | {share:.0%} | {falls * 100:.0f} points | {weeks * 7} days | {_within(found, 0.5)} | {_within(found, 0.9)} | "
                    f"{sum(one is None for one in found) / len(found):.0%} |"
                )
    return "\n".join([*lines, ""])


def _within(found: list[int | None], share: float) -> str:
    ordered = sorted(one if one is not None else YEAR for one in found)
    at = ordered[max(0, math.ceil(len(ordered) * share) - 1)]
    return f"{at} weeks" if at < YEAR else "a year and more"


if __name__ == "__main__":
    PAGE.write_text(page(int(sys.argv[1]) if len(sys.argv) > 1 else HISTORIES), encoding="utf-8")
