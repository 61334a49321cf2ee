"""Likelihood, threshold and doubtful stretch, fitted on invented points."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from types import SimpleNamespace
from typing import Any, cast

import pytest
from modelling.calibrate import LEAST_RECALL, RATES, Point, calibration, fitted, points

from goldthread.thrive.model import Model
from goldthread.thrive.reader import Reader
from modelling import calibrate
from tests.modelling.test_corpus import LOG


def _seen(slope: float, shift: float, count: int = 4_000) -> list[Point]:
    """Points whose texts are at risk as often as ``slope * odds + shift`` says; the worse typed the more pieces a word."""
    rng = random.Random(3)
    made = []
    for at in range(count):
        odds, rate = rng.uniform(-4, 4), RATES[at % len(RATES)]
        at_risk = rng.random() < 1 / (1 + exp(-(slope * odds + shift)))
        made.append(Point(odds, 1.2 + rate + 0.1 * rng.random(), at_risk, rate))
    return made


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.6, -0.5), (1.8, 0.7)])
def test_slope_and_shift_are_found_again(slope: float, shift: float) -> None:
    assert fitted(_seen(slope, shift)) == pytest.approx((slope, shift), abs=0.15)


def test_points_that_one_odds_parts_cleanly_leave_the_numbers_finite() -> None:
    slope, shift = fitted([Point(odds, 1.3, odds > 0, 0.0) for odds in (-2.0, -1.0, 1.0, 2.0)])
    assert 1 < slope < 1e6
    assert abs(shift) < 1e6


def test_the_threshold_finds_the_share_of_the_well_typed_risky_that_it_must() -> None:
    seen = _seen(1.0, 0.0)
    card = calibration(seen, [])
    risky = [one for one in seen if one.at_risk and not one.rate]
    found = [one for one in risky if 1 / (1 + exp(-(card["slope"] * one.odds + card["shift"]))) >= card["at_risk"]]
    assert len(found) / len(risky) == pytest.approx(LEAST_RECALL, abs=0.01)


def test_every_doubtful_stretch_lies_round_the_threshold_and_they_follow_each_other_in_badness() -> None:
    card = calibration(_seen(1.0, 0.0), [])
    stretches = card["unsure"]
    assert len(stretches) == len(calibrate.STRETCHES) + 1
    assert all(one["low"] <= card["at_risk"] <= one["high"] for one in stretches)
    pieces = [one["pieces"] for one in stretches]
    assert pieces == sorted(set(pieces))


def test_a_stretch_is_wider_where_less_can_be_told() -> None:
    seen = _seen(3.0, 0.0)
    # The worst typed are told apart by nothing.
    rng = random.Random(4)
    seen = [Point(one.odds / 4, one.pieces, rng.random() < 0.5, one.rate) if one.rate == 0.40 else one for one in seen]
    first, *_, last = calibration(seen, [])["unsure"]
    assert last["high"] - last["low"] > first["high"] - first["low"]


def test_long_contacts_have_a_stretch_of_their_own_from_below_most_risky_ones() -> None:
    seen = _seen(1.0, 0.0)
    drowned = [Point(one.odds - 2, one.pieces, one.at_risk, 0.0) for one in seen]
    card = calibration(seen, drowned)
    low, high = card["long"]["low"], card["long"]["high"]
    assert low <= card["at_risk"] <= high
    likely = [1 / (1 + exp(-(card["slope"] * one.odds + card["shift"]))) for one in drowned if one.at_risk]
    assert sum(one < low for one in likely) / len(likely) == pytest.approx(calibrate.MISSED, abs=0.01)
    assert calibration(seen, [])["long"] == {"clauses": calibrate.LONG, "low": card["at_risk"], "high": card["at_risk"]}


@dataclass
class _Network:
    """Answers 0.9 whatever it is given, and keeps that."""

    card: Any
    given: list[str]

    def decide(self, clauses: Sequence[str], found: object, whole: object) -> SimpleNamespace:
        self.given.append(" ".join(clauses))
        return SimpleNamespace(likely=0.9, pieces=1.4)


def test_each_log_is_a_point_at_each_rate_typed_well_first_and_the_same_again() -> None:
    reader = Reader()
    card = SimpleNamespace(codes=tuple(cue.code for cue in reader.cues))
    one, other = _Network(card, []), _Network(card, [])
    made = list(points(cast(Model, one), reader, [LOG, LOG]))
    assert [(point.rate, point.at_risk, point.pieces) for point in made] == [
        (rate, True, 1.4) for rate in RATES for _ in range(2)
    ]
    assert made[0].odds == pytest.approx(log(9))
    assert one.given[:2] == [LOG.text, LOG.text]
    assert one.given[-1] != LOG.text
    assert list(points(cast(Model, other), reader, [LOG, LOG])) == made
    assert other.given == one.given
