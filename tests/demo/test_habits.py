"""What changed in the force's year takes a step out of a story, or puts it later, and touches no other story."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from goldthread.demo import generate, steps
from goldthread.demo.generate import SEED, stories
from goldthread.demo.habits import WAYS, habits


def test_a_story_is_as_it_was_told_but_for_what_a_habit_of_its_day_takes_out_or_puts_later(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = list(stories(SEED, now, 400, 4))
    monkeypatch.setattr(generate, "lived", lambda made, _identity, _now: made)
    plain = list(stories(SEED, now, 400, 4))
    assert [one.id for one in changed] == [one.id for one in plain]
    out: Counter[str] = Counter()
    for one, was in zip(changed, plain, strict=True):
        kept = [step for step in was.steps if step in one.steps]
        moved = [step for step in one.steps if step not in was.steps]
        assert [step for step in one.steps if step in was.steps] == kept, "in the order in which they were told"
        for step in moved:
            assert isinstance(step, steps.Assessed | steps.Reviewed)
            assert step.at - one.opened_at > timedelta(minutes=15 if isinstance(step, steps.Assessed) else 80)
        assert [step.at for step in one.steps] == sorted(step.at for step in one.steps)
        assert one.steps[-1] == was.steps[-1], "it ends as it did"
        assert one.state == "closed" or one == was
        out.update(type(step).__name__ for step in was.steps if step not in one.steps)
    assert set(out) == {"Answered", "Assessed", "Reviewed"}


def test_each_habit_says_what_it_is_and_its_shares_and_days_are_such() -> None:
    assert {one["what"] for one in habits()} == set(WAYS)
    for one in habits():
        assert one["why"].endswith(".")
        for spell in one["spells"]:
            assert 0 < spell["share"] <= 1
            assert 0 <= spell["until"] < spell["from"] <= 366
