"""The full force: stories of four hundred people in shifts and of families who grow older."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from goldthread.clocks.local import LONDON
from goldthread.demo import steps
from goldthread.demo.generate import stories, town
from goldthread.demo.people import years
from goldthread.demo.roster import Roster
from goldthread.demo.staff import DEMO_USERS, force
from tests.demo.conftest import NOW

COUNT, OPEN = 6_000, 300


@pytest.fixture(scope="module")
def told() -> list[steps.Story]:
    return list(stories(1829, NOW, COUNT, OPEN, "full"))


def _steps(told: list[steps.Story], kind: type[steps.Step]) -> Iterator[tuple[steps.Story, steps.Step]]:
    return ((story, step) for story in told for step in story.steps if isinstance(step, kind))


def test_the_same_seed_and_time_tell_the_same_stories_to_the_letter(now: datetime) -> None:
    assert list(stories(3, now, 400, 40, "full")) == list(stories(3, now, 400, 40, "full"))


def test_there_are_four_hundred_people_each_once_and_the_demo_users_among_them() -> None:
    people = force("full").people

    assert len(people) == len({one.username for one in people}) == len({one.name for one in people}) == 400
    assert {username for username, *_ in DEMO_USERS} <= {one.username for one in people}
    assert {one.username for one in force().people if one.does} == {one.username for one in people if one.does}


def test_every_relief_has_people_for_everything_at_every_hour() -> None:
    found = force("full")
    for relief in found.rota.reliefs:
        here = [one for one in found.people if one.relief == relief]
        roles = Counter(one.role for one in here)
        assert roles["call_handler"] == 20
        assert roles["contact_supervisor"] == roles["fim"] == 2
        assert roles["vast_officer"] == 3
        for area in found.areas:
            local = Counter(one.role for one in here if one.area == area)
            assert (local["dispatcher"], local["sergeant"], local["officer"]) == (2, 1, 9)
            assert len([unit for unit in found.units if (unit.area, unit.relief) == (area, relief)]) == 8
    crews = [username for unit in found.units for username in unit.crew]
    assert len(crews) == len(set(crews))


def test_reliefs_share_all_shifts_and_nobody_comes_back_within_eleven_hours(now: datetime) -> None:
    rota = force("full").rota.turned_to(now)
    start = datetime(2026, 1, 1, 7, 30, tzinfo=LONDON)
    worked: dict[str, list[datetime]] = defaultdict(list)
    for turn in range(300):
        at = (start.replace(tzinfo=None) + timedelta(hours=8 * turn)).replace(tzinfo=LONDON)
        worked[rota.relief(at)].append(at)

    assert {relief: len(shifts) for relief, shifts in worked.items()} == dict.fromkeys("ABCDE", 60)
    for shifts in worked.values():
        assert all(after - before >= timedelta(hours=8 + 11) for before, after in pairwise(shifts))


@pytest.mark.parametrize("hour", range(24))
def test_the_demo_users_are_at_work_when_the_force_is_written(hour: int) -> None:
    at = datetime(2026, 9, 3, hour, 59, tzinfo=UTC)
    roster = Roster(force("full"), at)

    assert all(roster.on_duty(username, at - timedelta(hours=1)) for username, *_ in DEMO_USERS if username != "handler-b"
               and username != "supervisor-b")  # fmt: skip


def test_whoever_takes_a_call_sends_a_unit_or_is_sent_was_on_duty_then(told: list[steps.Story]) -> None:
    roster = Roster(force("full"), NOW)
    relief = {unit.call_sign: unit.relief for unit in force("full").units}
    for _, step in _steps(told, steps.Opened):
        assert roster.person[step.by].role == "call_handler"
        assert roster.on_duty(step.by, step.at)
    for kind in (steps.Sent, steps.Arrived, steps.Left, steps.Taken):
        for story, step in _steps(told, kind):
            assert roster.on_duty(step.by, step.at), (story.template, step)
            assert roster.person[step.by].area == story.area
    sent = list(_steps(told, steps.Sent))
    assert len(sent) > COUNT / 3
    assert all(relief[step.unit] == roster.rota.relief(step.at) for _, step in sent)  # type: ignore[attr-defined]
    for _, step in _steps(told, steps.Closed):
        assert roster.on_duty(step.by, step.at)


def test_no_unit_is_at_two_incidents_at_once_and_all_of_them_work(told: list[steps.Story]) -> None:
    jobs: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for story, step in _steps(told, steps.Sent):
        gone = story.steps[-1].at if story.state == "closed" else NOW
        jobs[step.unit].append((step.at, gone))  # type: ignore[attr-defined]

    assert set(jobs) == {unit.call_sign for unit in force("full").units}
    for held in jobs.values():
        assert all(done <= begun for (_, done), (begun, _) in pairwise(sorted(held)))


def test_no_story_runs_ahead_of_its_time_or_out_of_order(told: list[steps.Story]) -> None:
    assert len(told) == COUNT
    for story in told:
        assert all(before.at <= after.at for before, after in pairwise(story.steps)), story.template
        assert story.steps[-1].at <= NOW


def test_most_calls_carry_no_risk_to_a_child_and_many_of_those_mention_one(told: list[steps.Story]) -> None:
    closed = [one for one in told if one.state == "closed"]

    assert 0.85 < sum(not one.cues for one in closed) / len(closed) < 0.92
    answers = Counter(step.answer for _, step in _steps(told, steps.Answered))  # type: ignore[attr-defined]
    assert answers["named"] > 0.05 * COUNT
    assert answers["asked_none"] > answers["not_known"]


def test_hardly_any_two_calls_begin_with_the_same_words(told: list[steps.Story]) -> None:
    first = Counter(story.words[0] for story in told if story.words)

    assert len(first) > 0.9 * COUNT
    assert first.most_common(1)[0][1] < 0.01 * COUNT


def test_what_stands_open_is_a_mix_and_leaves_units_free(told: list[steps.Story]) -> None:
    standing = [one for one in told if one.state != "closed"]
    states = Counter(one.state for one in standing)
    busy = {step.unit for _, step in _steps(standing, steps.Sent)}  # type: ignore[attr-defined]
    relief = Roster(force("full"), NOW).rota.relief(NOW)

    assert len(standing) == OPEN
    assert len(states) >= 9
    assert states["scheduled"] > states["over_target"] > 0
    assert len([unit for unit in force("full").units if unit.relief == relief and unit.call_sign not in busy]) >= 4
    assert sum(one.steps[0].by == "handler" for one in standing) >= 5


def test_a_home_s_children_keep_their_names_and_grow_older(told: list[steps.Story]) -> None:
    homes = {home.address: home for home in town(NOW, "full", COUNT).homes}
    seen: dict[tuple[str, str], list[tuple[datetime, int]]] = defaultdict(list)
    for story, step in _steps(told, steps.Answered):
        place = story.steps[0].location  # type: ignore[attr-defined]
        if place in homes:
            on = step.at.astimezone(LONDON).date()
            born = {one.name: one.born for one in homes[place].children(on)}
            for child in step.children:  # type: ignore[attr-defined]
                assert child.age == years(born[child.name], story.opened_at.astimezone(LONDON).date())
                seen[place, child.name].append((step.at, child.age))

    assert sum(len(times) > 2 for times in seen.values()) > 2
    assert all(before[1] <= after[1] for times in seen.values() for before, after in pairwise(sorted(times)))
    assert any(len({age for _, age in times}) > 1 for times in seen.values())


def test_homes_have_addresses_of_their_own_and_no_number_is_shared() -> None:
    homes = town(NOW, "full", 200_000).homes
    numbers = [home.phone for home in homes if home.phone]

    assert len(homes) == len({home.address for home in homes}) == 48_000
    assert len(numbers) == len(set(numbers)) == 17_000
    assert all(home.phone for home in homes[:5_000])


def test_a_few_homes_call_often_and_most_seldom(told: list[steps.Story]) -> None:
    homes = {home.address for home in town(NOW, "full", COUNT).homes}
    calls = Counter(step.location for _, step in _steps(told, steps.Opened) if step.location in homes)  # type: ignore[attr-defined]

    assert calls.most_common(1)[0][1] > 12
    assert sum(count == 1 for count in calls.values()) > 200
