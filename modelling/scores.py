"""Counts of right and wrong, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""Standard deviations of a 95 % interval."""


@dataclass(frozen=True)
class Share:
    """``met`` of ``of``, with Wilson's 95 % interval; nothing where there is nothing to divide by."""

    met: int
    of: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1."""
        return self.met / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's interval at 95 %."""
        if not self.of:
            return None
        share, n = self.met / self.of, self.of
        middle = share + Z * Z / (2 * n)
        half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
        return max(0.0, (middle - half) / (1 + Z * Z / n)), min(1.0, (middle + half) / (1 + Z * Z / n))

    def __str__(self) -> str:
        if self.interval is None:
            return "no cases"
        low, high = self.interval
        return f"{self.met / self.of:.3f} ({low:.2f} to {high:.2f}) of {self.of:,}"


@dataclass(frozen=True)
class Detection:
    """How well risk was found: of the risky, of the harmless, of those called risky."""

    recall: Share
    specificity: Share
    precision: Share


def detection(truth: Sequence[bool], said: Sequence[bool]) -> Detection:
    """Count. Both have one entry for each text."""
    pairs = list(zip(truth, said, strict=True))
    hits = sum(one and other for one, other in pairs)
    return Detection(
        recall=Share(hits, sum(truth)),
        specificity=Share(sum(not one and not other for one, other in pairs), len(pairs) - sum(truth)),
        precision=Share(hits, sum(said)),
    )


def row(name: str, found: Detection) -> str:
    """A line of a table. Of texts all of one kind whoever is called risky is so always or never: a precision would tell nothing."""
    precision = str(found.precision) if found.recall.of and found.specificity.of else ""
    return f"{name:34}{found.recall!s:34}{found.specificity!s:34}{precision}".rstrip()


def f1(truth: Sequence[str], said: Sequence[str], label: str) -> tuple[float, int]:
    """F1 of one label, and how often it is true; 0 where it is never rightly said."""
    pairs = list(zip(truth, said, strict=True))
    hits = sum(one == other == label for one, other in pairs)
    true, told = sum(one == label for one, _ in pairs), sum(other == label for _, other in pairs)
    return (2 * hits / (true + told) if hits else 0.0), true


def kappa(one: Iterable[object], other: Iterable[object]) -> float:
    """Cohen's kappa of two readers' labels of the same texts, 1 for full agreement, 0 for chance."""
    pairs = list(zip(one, other, strict=True))
    labels = {label for pair in pairs for label in pair}
    agreed = sum(a == b for a, b in pairs) / len(pairs)
    chance = sum(
        sum(a == label for a, _ in pairs) * sum(b == label for _, b in pairs) / len(pairs) ** 2 for label in labels
    )
    return (agreed - chance) / (1 - chance) if chance < 1 else 1.0


def brier(truth: Sequence[bool], likely: Sequence[float]) -> float:
    """The mean square between what was said (0 to 1) and what was so; 0 is best."""
    return sum((one - said) ** 2 for one, said in zip(truth, likely, strict=True)) / len(truth)


@dataclass(frozen=True)
class Tenth:
    """Texts whose likelihood lay from ``low`` to a tenth above it: the mean said, and the share that was so."""

    low: float
    said: float
    met: Share


def tenths(truth: Sequence[bool], likely: Sequence[float]) -> list[Tenth]:
    """The tenths in which something lies, in order."""
    found = []
    for place in range(10):
        here = [(so, said) for so, said in zip(truth, likely, strict=True) if min(9, int(said * 10)) == place]
        if here:
            mean = sum(said for _, said in here) / len(here)
            found.append(Tenth(place / 10, mean, Share(sum(so for so, _ in here), len(here))))
    return found
