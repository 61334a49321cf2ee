"""From the network's odds to a likelihood, a threshold, and where it may not be sure: fitted on the tune part, typed well and badly."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

from goldthread.thrive import features
from goldthread.thrive.clauses import clauses as cut
from goldthread.thrive.model import Model
from goldthread.thrive.reader import Reader
from modelling.corpus import Log
from modelling.noise import shortened, slips, unpunctuated

SEED = 47
RATES = (0.0, 0.05, 0.15, 0.40)
"""Shares of words with a slip; each text is taken once at each."""
BARE = 0.2
"""Share of the badly typed texts that also lose the signs between their sentences *(ours)*."""
LEAST_RECALL = 0.88
"""Share of the risky logs of the tune part, typed well, that the threshold must find: a missed child costs more than a needless look *(ours)*."""
MISSED, ALARMED = 0.06, 0.15
"""Shares of risky texts below the doubtful stretch and of harmless ones above it, each taken by itself."""
STRETCHES = (0.40, 0.75, 0.95)
"""Shares of the texts by word pieces a word at which another stretch of badness begins."""
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
            places = cut(text)
            reading = reader.read(text)
            made = model.decide(
                [text[start:end] for start, end in places],
                features.of_clauses(places, reading.findings, model.card.codes),
                features.of_whole(reading),
            )
            likely = min(1 - 1e-9, max(1e-9, made.likely))
            yield Point(log(likely / (1 - likely)), made.pieces, one.at_risk, rate)


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


def calibration(seen: Sequence[Point]) -> dict[str, Any]:
    """The card's numbers: slope, shift, threshold, and the doubtful stretch for each badness of typing."""
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
        low = _quantile([likely(one) for one in here if one.at_risk], MISSED)
        high = _quantile([likely(one) for one in here if not one.at_risk], 1 - ALARMED)
        # Whatever lies near the threshold is doubtful anyhow.
        unsure.append(
            {"pieces": round(edge, 3), "low": round(min(low, at_risk), 4), "high": round(max(high, at_risk), 4)}
        )
        below = edge
    return {"slope": round(slope, 5), "shift": round(shift, 5), "at_risk": round(at_risk, 4), "unsure": unsure}


def _quantile(values: Sequence[float], share: float) -> float:
    """The value below which so much lies."""
    order = sorted(values)
    return order[min(len(order) - 1, int(share * len(order)))]
