"""Simulate cohorts whose truth is known, and write how often their effect is found, and one found that is not there: ``docs/cohort-effect.md``.

    python -m tools.cohort_effect [TRIES]

A *scene* is a force's handlers in teams, how many of them a cohort trained, how many of each one's records were scored before and after,
and what the course gave. Handlers differ in skill and in what they have to do with, assessors in strictness, strata in difficulty and in
the chance with which they are drawn; everybody improves a little. Each scene is tried ``TRIES`` times; the same seed gives the same page.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from goldthread.figures.effects import DRAWS, FEWEST_PEOPLE, FEWEST_RECORDS, Effect, Seen, effect

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cohort-effect.md"
TRIES, SEED, WITHIN = 1_000, 11, (3.0, 7.0)
CHANCE, EASY = (0.2, 0.05, 0.02), (-0.15, 0.05, 0.1)
"""Strata: with which chance their records are drawn, and what they add to the chance of a good one."""
SHARES = (0.35, 0.35, 0.3)
"""Which share of the records looked at is of each stratum."""
STRICT, SKILL, LATER, BASE = (0.0, -0.06, -0.14), 0.08, 0.03, 0.55
"""What each assessor takes off; how far handlers differ; what everybody gains meanwhile; the chance of a good record."""
FORCES = {
    "a small force": (5, 4, 7, 6),
    "a middling one": (6, 8, 16, 6),
    "a large one": (10, 12, 40, 8),
    "a small cohort": (6, 8, 6, 6),
    "few records": (6, 8, 16, 3),
}
"""Teams, handlers in each, how many were trained, records of each handler before and as many after."""
GAINS = (0.0, 0.1, 0.2, 0.3)


@dataclass(frozen=True)
class Scene:
    """What is simulated."""

    name: str
    teams: int
    each: int
    trained: int
    records: int
    gain: float

    @property
    def people(self) -> int:
        """Handlers in all."""
        return self.teams * self.each

    def tried(self, rng: np.random.Generator, seed: str) -> Effect | None:
        """What one try tells; None where it cannot be told."""
        blocks = {one: f"team {one // self.each}" for one in range(self.people)}
        trained = set(rng.choice(self.people, self.trained, replace=False).tolist())
        skill = rng.normal(0, SKILL, self.people)
        seen = []
        for one in range(self.people):
            for after in (False, True):
                strata = rng.choice(len(CHANCE), self.records, p=SHARES)
                assessors = rng.integers(len(STRICT), size=self.records)
                for stratum, assessor in zip(strata.tolist(), assessors.tolist(), strict=True):
                    chance = BASE + skill[one] + EASY[stratum] + STRICT[assessor] + (LATER if after else 0)
                    chance += self.gain if after and one in trained else 0
                    value = float(rng.random() < min(max(chance, 0.0), 1.0))
                    labels = (f"assessor {assessor}", f"stratum {stratum}")
                    seen.append(Seen(one, after, value, 1 / CHANCE[stratum], labels=labels))
        found = effect(seen, trained, blocks, seed)
        return found if isinstance(found, Effect) else None

    def row(self, tries: int, rng: np.random.Generator) -> Row:
        """What all tries come to."""
        all_of_it = (self.tried(rng, f"{SEED}.{self.name}.{self.gain}.{number}") for number in range(tries))
        found = [one for one in all_of_it if one is not None]
        held = [one.low <= self.gain <= one.high for one in found]
        return Row(
            self, tries, len(found), 100 * float(np.mean([one.p <= 0.05 for one in found])), 100 * float(np.mean(held)),
            float(np.mean([one.difference for one in found])), float(np.mean([one.high - one.low for one in found])),
        )  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Of ``tries``, in how many an effect could be told; of those in how many per cent one was found at p of 0.05, and the limits held
    the truth; the mean effect and how far its limits lie apart.
    """

    scene: Scene
    tries: int
    told: int
    found: float
    held: float
    mean: float
    wide: float


def rows(tries: int) -> list[Row]:
    """Every scene, tried."""
    rng = np.random.default_rng(SEED)
    return [Scene(name, *sizes, gain).row(tries, rng) for gain in GAINS for name, sizes in FORCES.items()]


def page(tries: int) -> str:
    """The report in Markdown."""
    found = rows(tries)
    none = [one for one in found if not one.scene.gain]
    within = [one for one in none if WITHIN[0] <= round(one.found, 1) <= WITHIN[1]]
    unsure = 1.96 * 100 * (0.05 * 0.95 / tries) ** 0.5
    lines = [
        "# A cohort's effect, simulated",
        "",
        f"Written by `python -m tools.cohort_effect {tries}` from what it measured; the same seed gives the same page.",
        "",
        f"{len(found)} scenes, each tried {tries:,} times with {DRAWS:,} draws of who might have been trained. Handlers differ in skill "
        f"(standard deviation {SKILL:.0%}), three assessors in strictness (to {-min(STRICT):.0%}), three strata in difficulty (from "
        f"{min(EASY):+.0%} to {max(EASY):+.0%}) and in the chance with which their records are drawn "
        f"({', '.join(f'{one:.0%}' for one in CHANCE)}); everybody gains {LATER:.0%} meanwhile. Who is trained is as good as chance. "
        f"An effect is told from {FEWEST_PEOPLE} people and {FEWEST_RECORDS} records in each group.",
        "",
        "## Where a course gives nothing",
        "",
        f"An effect found all the same, at p of 0.05 or less; wanted {WITHIN[0]:.0f} to {WITHIN[1]:.0f} %. A share is known to about {unsure:.1f} points.",
        "",
        "| Force | Handlers | Trained | Records of each, before and after | Told | Found | Limits hold nothing |",
        "|---|---|---|---|---|---|---|",
        *(_row(one) for one in none),
        "",
        f"As wanted: {len(within)} of {len(none)}.",
        "",
        "## Where it gives something",
        "",
        "Found, of those told; and by how much the limits lie apart, in points.",
        "",
        "| Force | Planted | Told | Found | Mean effect | Limits hold it | Limits apart |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {one.scene.name} | {one.scene.gain:+.0%} | {100 * one.told / one.tries:.0f} % | {one.found:.1f} % "
            f"| {100 * one.mean:+.1f} | {one.held:.1f} % | {100 * one.wide:.0f} |"
            for one in found
            if one.scene.gain
        ),
        "",
        "Where the limits lie far apart, *no change shown* is no sign that nothing changed: in a small force only a large gain is found. "
        "What stands here says nothing of cohorts that were chosen: where those trained first were those who needed it most, the comparison "
        "favours or wrongs the course, and no figure can tell. Handlers are best put into cohorts by lot within their teams.",
        "",
    ]  # fmt: skip
    return "\n".join(lines)


def _row(one: Row) -> str:
    scene = one.scene
    return (
        f"| {scene.name} | {scene.people} in {scene.teams} teams | {scene.trained} | {scene.records} and {scene.records} | "
        f"{100 * one.told / one.tries:.0f} % | {one.found:.1f} % | {one.held:.1f} % |"
    )


if __name__ == "__main__":
    PAGE.write_text(page(int(sys.argv[1]) if len(sys.argv) > 1 else TRIES), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(PAGE.parent.parent)}")
