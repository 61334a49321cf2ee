"""When calls come: more in the evening than before dawn, most of all on weekend nights."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

from goldthread.clocks.local import LONDON
from goldthread.demo.shape import arrivals, demand
from goldthread.demo.staff import force


def _year(now: datetime) -> list[datetime]:
    return [at.astimezone(LONDON) for at in arrivals(random.Random(5), now - timedelta(days=364), now, 20_000)]


def test_evenings_are_far_busier_than_the_hours_before_dawn(now: datetime) -> None:
    hours = Counter(at.hour for at in _year(now))

    assert sum(hours[hour] for hour in (17, 18, 19, 20)) > 4 * sum(hours[hour] for hour in (3, 4, 5, 6))
    assert min(hours, key=hours.__getitem__) in {4, 5}


def test_friday_and_saturday_nights_are_busier_than_tuesday_nights(now: datetime) -> None:
    nights = Counter((at - timedelta(hours=6)).strftime("%a") for at in _year(now) if at.hour >= 22 or at.hour < 3)

    assert nights["Fri"] > 1.5 * nights["Tue"]
    assert nights["Sat"] > 1.5 * nights["Tue"]


def test_summer_is_busier_than_late_winter(now: datetime) -> None:
    months = Counter(at.month for at in _year(now))

    assert months[7] > 1.05 * months[2]


def test_the_hour_that_counts_is_the_force_s_own() -> None:
    # 17:30 in London both times: 16:30 UTC in summer, 17:30 in winter.
    summer, winter = datetime(2026, 7, 7, 17, 30, tzinfo=LONDON), datetime(2026, 12, 8, 17, 30, tzinfo=LONDON)

    assert abs(demand(summer) / demand(winter) - 1.12 / 1.02) < 0.001


def test_arrivals_stay_within_the_time_asked_for(now: datetime) -> None:
    found = arrivals(random.Random(1), now - timedelta(hours=5, minutes=20), now, 300)

    assert now - timedelta(hours=5, minutes=20) <= found[0] <= found[-1] <= now


def test_every_hour_has_one_contact_team_and_every_team_works_every_shift() -> None:
    start = datetime(2026, 6, 1, 8, tzinfo=LONDON)
    rota = force().rota
    turns = Counter((rota.relief(start + timedelta(hours=8 * turn)), turn % 3) for turn in range(90))

    assert turns == {(team, shift): 10 for team in "ABC" for shift in range(3)}
