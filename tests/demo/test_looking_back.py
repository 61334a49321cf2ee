"""The demo's look-back: risks of the last weeks as owned items, some of them decided."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from goldthread.demo.looking_back import A_DAY, BACK, look_back
from goldthread.lookback.models import Item, Run


def test_some_is_decided_and_the_rest_is_owned_by_the_desk_of_vast(
    small_force: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(BACK, "small", timedelta(days=366))
    made = look_back(small_force, "small")
    run = Run.objects.get()
    assert (run.agreed_by.username, run.capacity, run.made) == ("fim", A_DAY, made)
    assert made == Item.objects.count() > 3
    assert list(Item.objects.decided().order_by("pk").values_list("decision", flat=True)).count("vast") == 2
    assert Item.objects.exclude(outcome="").get().outcome == "confirmed"
    assert set(Item.objects.undecided().values_list("owner_team", flat=True)) == {run.team_id}
