"""From the network's odds to a likelihood, a threshold, and where it may not be sure: fitted on the tune part, typed well and badly."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from goldthread.thrive import features
from goldthread.thrive.clauses import clauses as cut
from goldthread.thrive.model import Decided, Model
from goldthread.thrive.reader import Reader
from modelling.corpus import HOME, Log
from modelling.noise import shortened, slips, unpunctuated

SEED = 47
RATES = (0.0, 0.05, 0.15, 0.40)
"""Shares of words with a slip; each text is taken once at each."""
BARE = 0.2
"""Share of the badly typed texts that also lose the signs between their sentences *(ours)*."""
LEAST_RECALL = 0.90
"""Share of the risky logs of the tune part, typed well, that the threshold must find: a missed child costs more than a needless look *(ours)*."""
MISSED, ALARMED = 0.06, 0.15
"""Shares of risky texts below the doubtful stretch and of harmless ones above it, each taken by itself."""
STRETCHES = (0.40, 0.75, 0.95)
"""Shares of the texts by word pieces a word at which another stretch of badness begins."""
LONG = 40
"""Clauses beyond which a contact is long: few logs that were trained on have more *(ours)*."""
MOST = 0.995
"""Share of the texts beyond whose word pieces a word nothing is sure."""


@dataclass(frozen=True)
class Point:
    """One text as the network saw it."""

    odds: float
    pieces: float
    at_risk: bool
    rate: float


def points(model: Model, reader: Reader, logs: Sequence[Log]) -> Iterator[Point]:
    """Every log at every rate of slips. The model's card must say slope 1 and shift 0."""
    rng = random.Random(SEED)
    for rate in RATES:
        for one in logs:
            text = shortened(slips(one.text, rate, rng), rate, rng)
            if rate and rng.random() < 0.5:
                text = text.lower()
            if rate and rng.random() < BARE:
                text = unpunctuated(text)
            yield _point(_decided(model, reader, text), one, rate)


def long_points(model: Model, reader: Reader, logs: Sequence[Log]) -> Iterator[Point]:
    """Every third log among three others, among ten, and among sixty routine lines, typed well; those beyond ``LONG`` clauses."""
    rng = random.Random(SEED)
    lines = (HOME / "routine.txt").read_text(encoding="utf-8").splitlines()
    harmless = [one.text for one in logs if not one.at_risk]
    for of, count in ((harmless, 3), (harmless, 10), (lines, 60)):
        for one in logs[::3]:
            parts = [one.text, *rng.choices(of, k=count)]
            rng.shuffle(parts)
            made = _decided(model, reader, "\n".join(parts))
            if made.size > LONG:
                yield _point(made, one, 0.0)


def fitted(seen: Sequence[Point]) -> tuple[float, float]:
    """Slope and shift by logistic regression (Platt), in Newton's steps."""
    slope, shift = 1.0, 0.0
    for _ in range(50):
        first, second = [0.0, 0.0], [0.0, 0.0, 0.0]
        for one in seen:
            likely = 1 / (1 + exp(-max(-40.0, min(40.0, slope * one.odds + shift))))
            off, steep = likely - one.at_risk, max(likely * (1 - likely), 1e-9)
            first[0] += off * one.odds
            first[1] += off
            second[0] += steep * one.odds * one.odds
            second[1] += steep * one.odds
            second[2] += steep
        second[0] += 1e-6
        down = second[0] * second[2] - second[1] ** 2
        slope -= (second[2] * first[0] - second[1] * first[1]) / down
        shift -= (second[0] * first[1] - second[1] * first[0]) / down
    return slope, shift


def calibration(seen: Sequence[Point], of_long: Sequence[Point]) -> dict[str, Any]:
    """The card's numbers: slope, shift, threshold, and the doubtful stretches for each badness of typing and for long contacts."""
    slope, shift = fitted(seen)

    def likely(one: Point) -> float:
        return 1 / (1 + exp(-(slope * one.odds + shift)))

    risky = sorted(likely(one) for one in seen if one.at_risk and not one.rate)
    at_risk = risky[int((1 - LEAST_RECALL) * len(risky))]
    by_pieces = sorted(one.pieces for one in seen)
    edges = [by_pieces[int(share * len(by_pieces))] for share in (*STRETCHES, MOST)]
    unsure = []
    below = 0.0
    for edge in edges:
        here = [one for one in seen if below < one.pieces <= edge]
        unsure.append({"pieces": round(edge, 3), **_stretch(here, likely, at_risk)})
        below = edge
    return {
        "slope": round(slope, 5), "shift": round(shift, 5), "at_risk": round(at_risk, 4), "unsure": unsure,
        "long": {"clauses": LONG, **_stretch(of_long, likely, at_risk)},
    }  # fmt: skip


def _stretch(here: Sequence[Point], likely: Callable[[Point], float], at_risk: float) -> dict[str, float]:
    """From below most risky texts to above most harmless ones; whatever lies near the threshold is doubtful anyhow."""
    low = _quantile([likely(one) for one in here if one.at_risk], MISSED, at_risk)
    high = _quantile([likely(one) for one in here if not one.at_risk], 1 - ALARMED, at_risk)
    return {"low": round(min(low, at_risk), 4), "high": round(max(high, at_risk), 4)}


def _quantile(values: Sequence[float], share: float, none: float) -> float:
    """The value below which so much lies; *none* where there are no values."""
    order = sorted(values)
    return order[min(len(order) - 1, int(share * len(order)))] if order else none


def _decided(model: Model, reader: Reader, text: str) -> Decided:
    places = cut(text)
    reading = reader.read(text)
    return model.decide(
        [text[start:end] for start, end in places],
        features.of_clauses(places, reading.findings, model.card.codes),
        features.of_whole(reading),
    )


def _point(made: Decided, one: Log, rate: float) -> Point:
    likely = min(1 - 1e-9, max(1e-9, made.likely))
    return Point(log(likely / (1 - likely)), made.pieces, one.at_risk, rate)
