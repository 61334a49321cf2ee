"""How far two who scored the same records agree beyond chance: Krippendorff's alpha, with an interval.

Answers are names (nominal): *partly* against *yes* and *not applicable* against *yes* are each one disagreement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95
DRAWS = 1_000
"""Draws of the bootstrap *(ours)*."""
FEWEST = 5
"""Records scored twice below which no alpha is told: its interval would say anything *(ours)*."""


@dataclass(frozen=True)
class Agreement:
    """Alpha (1 is full agreement, 0 what chance gives) with its limits, and how many records were scored twice."""

    alpha: float
    low: float
    high: float
    n: int


def alpha(records: Sequence[Sequence[tuple[str, str]]], seed: int) -> Agreement | None:
    """Alpha over records scored twice, each a sequence of the two answers to each question.

    The interval draws whole records anew, since answers of one record go together (Hayes and Krippendorff 2007 draw units). The same
    records and seed give the same interval. None where fewer than ``FEWEST`` were scored twice, or every answer is the same: alpha is
    not defined then.
    """
    import numpy as np

    names = sorted({answer for record in records for pair in record for answer in pair})
    if len(records) < FEWEST or len(names) < 2:
        return None
    place = {name: number for number, name in enumerate(names)}
    together = np.zeros((len(records), len(names), len(names)))
    for number, record in enumerate(records):
        for first, second in record:
            together[number, place[first], place[second]] += 1
    drawn = np.random.default_rng(seed).multinomial(len(records), np.full(len(records), 1 / len(records)), size=DRAWS)
    again = [found for counts in drawn if (found := _alpha(np.tensordot(counts, together, 1))) is not None]
    point = _alpha(together.sum(axis=0))
    if point is None or len(again) < DRAWS / 2:
        return None
    low, high = np.quantile(again, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Agreement(point, min(float(low), point), max(float(high), point), len(records))


def _alpha(pairs: object) -> float | None:
    """Alpha from how often each two answers met (names by names), by the library; None where all answers are the same."""
    import krippendorff
    import numpy as np

    counts = np.asarray(pairs)
    both = counts + counts.T
    if np.count_nonzero(both.sum(axis=0)) < 2:
        return None
    first, second = np.nonzero(counts)
    units = np.zeros((len(first), len(counts)), dtype=int)
    np.add.at(units, (np.arange(len(first)), first), 1)
    np.add.at(units, (np.arange(len(first)), second), 1)
    times = counts[first, second].astype(int)
    return float(krippendorff.alpha(value_counts=np.repeat(units, times, axis=0), level_of_measurement="nominal"))
