"""Draws: no more than there are, each as likely as any other, the same by the same seed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from goldthread.figures.draws import draw


@given(st.lists(st.integers(), unique=True), st.integers(0, 20), st.text())
def test_a_draw_takes_no_more_than_there_are_and_the_same_seed_the_same(
    members: list[int], number: int, seed: str
) -> None:
    found = draw(members, number, seed)
    assert len(found) == len(set(found)) == min(number, len(members))
    assert set(found) <= set(members)
    assert found == draw(members, number, seed)


def test_every_record_is_drawn_as_often_as_any_other() -> None:
    times = dict.fromkeys(range(10), 0)
    for seed in range(4_000):
        for one in draw(range(10), 3, str(seed)):
            times[one] += 1
    assert all(abs(number - 1200) < 5 * (4000 * 0.3 * 0.7) ** 0.5 for number in times.values())
