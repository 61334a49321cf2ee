"""A run tells how far it is, how fast, and how long it still takes where that is known."""

from __future__ import annotations

import pytest

from goldthread.screening import progress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "monotonic", made)
    return made


def test_it_tells_rate_and_time_left_now_and_then(clock: Clock) -> None:
    told: list[str] = []
    run = progress.Progress(told.append, 0, 0.0)
    clock.now = 1
    run.at(100, 0.1)
    assert told == []
    clock.now = 10
    run.at(5000, 0.25)
    assert told == ["5,000 rows, 500 a second, 25%, about 30 s left"]


def test_what_was_done_before_is_not_counted_into_the_rate(clock: Clock) -> None:
    told: list[str] = []
    run = progress.Progress(told.append, 1000, 0.5)
    clock.now = 10
    run.at(1100, 0.6)
    assert told == ["1,100 rows, 10 a second, 60%, about 40 s left"]


def test_without_a_total_it_tells_no_time(clock: Clock) -> None:
    told: list[str] = []
    run = progress.Progress(told.append, 0, None)
    clock.now = 10
    run.at(100, None)
    assert told == ["100 rows, 10 a second"]


@pytest.mark.parametrize(("seconds", "told"), [(0.4, "0 s"), (59, "59 s"), (125, "2 min 05 s"), (7500, "2 h 05 min")])
def test_a_duration(seconds: float, told: str) -> None:
    assert progress.duration(seconds) == told
