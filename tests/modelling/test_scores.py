"""Counts, intervals and noise that the evaluation rests on."""

from __future__ import annotations

import random

import pytest
from modelling.noise import shortened, slips
from modelling.scores import Share, detection, f1, kappa


def test_detection_counts_each_of_the_four() -> None:
    found = detection([True, True, True, False, False], [True, True, False, True, False])
    assert (found.recall.met, found.recall.of) == (2, 3)
    assert (found.specificity.met, found.specificity.of) == (1, 2)
    assert (found.precision.met, found.precision.of) == (2, 3)


def test_nothing_to_divide_by_is_no_share() -> None:
    assert detection([False], [False]).recall.value is None
    assert str(Share(0, 0)) == "no cases"


@pytest.mark.parametrize(
    ("met", "of", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0)]
)
def test_wilsons_interval(met: int, of: int, low: float, high: float) -> None:
    assert Share(met, of).interval == pytest.approx((low, high), abs=0.001)


def test_f1_of_one_label() -> None:
    assert f1(["a", "a", "b"], ["a", "b", "b"], "a") == (pytest.approx(2 / 3), 2)
    assert f1(["a"], ["b"], "c") == (0.0, 0)


def test_kappa_is_one_for_the_same_and_zero_for_chance() -> None:
    assert kappa("abab", "abab") == 1.0
    assert kappa("aabb", "abab") == pytest.approx(0.0)


def test_slips_are_the_same_for_the_same_seed_and_as_many_as_asked() -> None:
    text = "somebody shouting upstairs while children cry behind their bedroom window " * 40
    one, other = (slips(text, 0.4, random.Random(5)) for _ in range(2))
    assert one == other
    changed = sum(a != b for a, b in zip(text.split(), one.split(), strict=True)) / len(text.split())
    assert 0.3 < changed < 0.5
    assert slips(text, 0.0, random.Random(5)) == text
    assert shortened("with the children", 1.0, random.Random(1)) == "w/ the kids"
