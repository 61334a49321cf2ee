"""Effects of a course: what is planted is found, what is not is not, the same by the same seed, and too few tell nothing."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from goldthread.figures.effects import Effect, NotYet, Seen, effect

PEOPLE = range(24)
TRAINED = frozenset(PEOPLE[::2])
BLOCKS = {one: f"team {one // 8}" for one in PEOPLE}


def seen(gain: float, *, each: int = 12, seed: int = 1, noise: float = 0.1, strict: float = 0.0) -> list[Seen]:
    """Work of everybody before and after, of which the trained gain; every second record is scored by somebody strict."""
    rng = random.Random(seed)
    return [
        Seen(
            one, after, 0.5 + rng.uniform(-noise, noise) + (gain if after and one in TRAINED else 0) + (0.1 if after else 0)
            - (strict if number % 2 else 0), labels=(f"assessor {number % 2}", "after" if after else "before"),
        )
        for one in PEOPLE for after in (False, True) for number in range(each)
    ]  # fmt: skip


def told(found: Effect | NotYet) -> Effect:
    assert isinstance(found, Effect), found
    return found


def test_a_planted_gain_is_found_and_what_everybody_gained_is_not_the_courses() -> None:
    found = told(effect(seen(0.2), TRAINED, BLOCKS, "a"))
    assert found.difference == pytest.approx(0.2, abs=0.04)
    assert found.low < 0.2 < found.high
    assert found.low > 0.1
    assert found.p == pytest.approx(2 / 2000), "no other draw stands out as much: the real one alone, for two sides"
    assert (found.trained[0].people, found.untrained[1].people, found.n) == (12, 12, 24 * 24)
    assert found.untrained[1].share - found.untrained[0].share == pytest.approx(0.1, abs=0.03)


def test_where_nothing_changed_the_limits_hold_nothing() -> None:
    found = told(effect(seen(0.0), TRAINED, BLOCKS, "a"))
    assert found.low < 0 < found.high
    assert found.p > 0.05


def test_limits_and_p_value_say_the_same_of_no_effect() -> None:
    for seed in range(12):
        found = told(effect(seen(0.02, seed=seed, noise=0.3), TRAINED, BLOCKS, "b"))
        assert (found.p <= 0.05) == (found.low > 0 or found.high < 0), seed


def test_a_loss_is_as_plain_as_a_gain() -> None:
    up, down = (told(effect(seen(gain), TRAINED, BLOCKS, "a")) for gain in (0.2, -0.2))
    assert down.difference == pytest.approx(up.difference - 0.4, abs=1e-9)
    assert down.high < 0


def test_the_same_seed_tells_the_same_and_the_order_of_records_nothing() -> None:
    rows = seen(0.05)
    assert effect(rows, TRAINED, BLOCKS, "a") == effect(rows, TRAINED, BLOCKS, "a")
    first, turned = told(effect(rows, TRAINED, BLOCKS, "a")), told(effect(rows[::-1], TRAINED, BLOCKS, "a"))
    assert turned.difference == pytest.approx(first.difference)
    assert told(effect(rows, TRAINED, BLOCKS, "c")).low != first.low


def test_a_strict_assessor_who_scored_the_trained_after_is_not_the_courses_loss() -> None:
    rows = [
        Seen(one.person, one.after, one.value - (0.15 if strict else 0), labels=("strict" if strict else "mild",))
        for number, one in enumerate(seen(0.0, each=20))
        for strict in [number % 4 == 0 or (one.after and one.person in TRAINED and number % 4 < 3)]
    ]
    unlabelled = [Seen(one.person, one.after, one.value) for one in rows]
    assert told(effect(unlabelled, TRAINED, BLOCKS, "a")).high < 0
    found = told(effect(rows, TRAINED, BLOCKS, "a"))
    assert found.low < 0 < found.high


def test_a_record_of_a_large_stratum_counts_for_more() -> None:
    rows = [
        Seen(one, after, (0.9 if after and one in TRAINED else 0.5) if rare else 0.5, weight=1.0 if rare else 9.0)
        for one in PEOPLE for after in (False, True) for rare in (True, False) * 3
    ]  # fmt: skip
    assert told(effect(rows, TRAINED, BLOCKS, "a")).difference == pytest.approx(0.04)


def test_many_cases_told_together_are_as_many_told_one_by_one() -> None:
    apart = [Seen(one.person, one.after, float(one.value > 0.55), 1.0) for one in seen(0.1)]
    sums: dict[tuple[int, bool], list[float]] = {}
    for one in apart:
        sums.setdefault((one.person, one.after), []).append(one.value)
    together = [
        Seen(person, after, sum(some) / len(some), float(len(some)), len(some))
        for (person, after), some in sums.items()
    ]
    first, second = (told(effect(rows, TRAINED, BLOCKS, "a")) for rows in (apart, together))
    assert second.difference == pytest.approx(first.difference)
    assert (second.low, second.high, second.n) == (pytest.approx(first.low), pytest.approx(first.high), first.n)


def test_cannot_be_told_is_an_answer_with_its_reason() -> None:
    rows = seen(0.2)
    some = [one for one in rows if one.person not in TRAINED or one.person < 8]
    assert effect(some, TRAINED, BLOCKS, "a") == NotYet("few_trained", 4)
    assert effect(rows, set(PEOPLE), BLOCKS, "a") == NotYet("few_untrained", 0)
    assert effect([one for one in rows if not one.after], TRAINED, BLOCKS, "a") == NotYet("few_after", 0)
    assert effect([one for one in rows if one.after], TRAINED, BLOCKS, "a") == NotYet("few_before", 0)
    whole_teams = frozenset(range(8))
    assert effect(rows, whole_teams, BLOCKS, "a") == NotYet("few_both", 0)
    assert effect([], TRAINED, BLOCKS, "a") == NotYet("few_trained", 0)


def test_so_few_ways_to_choose_that_chance_cannot_be_ruled_out_tell_nothing() -> None:
    pairs = {one: f"pair {one // 2}" for one in range(10)}
    rows = [one for one in seen(0.2) if one.person < 10]
    found = effect(rows, {one for one in range(10) if one % 2 == 0}, pairs, "a")
    assert found == NotYet("few_ways", 32)


def test_nobody_outside_the_blocks_counts() -> None:
    rows = seen(0.1)
    more = [*rows, *(Seen(99, after, 1.0) for after in (False, True) for _ in range(50))]
    assert effect(more, {*TRAINED, 99}, BLOCKS, "a") == effect(rows, TRAINED, BLOCKS, "a")


def test_a_larger_gain_moves_the_whole_interval() -> None:
    found = [told(effect(seen(gain), TRAINED, BLOCKS, "a")) for gain in (0.0, 0.05, 0.1)]
    for less, more in pairwise(found):
        assert (less.low, less.difference, less.high) < (more.low, more.difference, more.high)
