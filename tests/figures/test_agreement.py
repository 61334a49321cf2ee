"""Agreement of two assessors: alpha as published examples have it, an interval that a seed fixes, and no figure where none can be told."""

from __future__ import annotations

import pytest

from goldthread.figures.agreement import FEWEST, alpha

Pairs = list[list[tuple[str, str]]]

# Two observers, ten units, two values: Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), example A; alpha is 0.095.
PUBLISHED: Pairs = [[(a, b)] for a, b in zip("0100000010", "1110010000", strict=True)]


def test_it_gives_the_published_examples_figure() -> None:
    found = alpha(PUBLISHED, 1)
    assert found is not None
    assert found.alpha == pytest.approx(0.095, abs=0.001)
    assert found.n == 10
    assert found.low < found.alpha < found.high


def test_full_agreement_is_one_and_the_same_seed_gives_the_same_interval() -> None:
    same: Pairs = [[("yes", "yes"), ("no", "no")] for _ in range(8)]
    found = alpha(same, 1)
    assert found is not None
    assert (found.alpha, found.low, found.high) == (1.0, 1.0, 1.0)
    assert alpha(PUBLISHED, 4) == alpha(PUBLISHED, 4)
    assert alpha(PUBLISHED, 4) != alpha(PUBLISHED, 5)


def test_too_few_records_or_one_answer_alone_tell_nothing() -> None:
    assert alpha(PUBLISHED[: FEWEST - 1], 1) is None
    assert alpha([[("yes", "yes")] for _ in range(20)], 1) is None
    assert alpha([], 1) is None


def test_who_scored_first_makes_no_difference_to_alpha() -> None:
    turned = [[(b, a) for a, b in record] for record in PUBLISHED]
    first, second = alpha(PUBLISHED, 1), alpha(turned, 1)
    assert first is not None
    assert second is not None
    assert first.alpha == pytest.approx(second.alpha)
