"""The invented force is the same at every start."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from goldthread.demo.generate import SPAN, stories
from goldthread.demo.staff import DEMO_PASSWORD, DEMO_USERS, force


def test_the_same_seed_and_time_tell_the_same_stories_to_the_letter(now: datetime) -> None:
    assert list(stories(3, now, 150, 13)) == list(stories(3, now, 150, 13))


def test_another_seed_tells_others(now: datetime) -> None:
    assert [one.words for one in stories(3, now, 50, 5)] != [one.words for one in stories(4, now, 50, 5)]


def test_there_are_as_many_stories_as_asked_for_and_as_many_of_them_open(now: datetime) -> None:
    told = list(stories(3, now, 200, 30))

    assert len(told) == 200
    assert sum(one.state != "closed" for one in told) == 30


def test_nothing_happens_ahead_of_its_time(now: datetime) -> None:
    for one in stories(3, now, 600, 30):
        assert now - SPAN - timedelta(days=2) < one.opened_at
        assert all(before.at <= after.at for before, after in pairwise(one.steps)), one.template
        assert one.steps[-1].at <= now


def test_stories_come_in_order_with_their_references_counted_by_the_force_s_own_day(now: datetime) -> None:
    told = list(stories(3, now, 600, 30))

    assert [one.opened_at for one in told] == sorted(one.opened_at for one in told)
    assert len({one.reference for one in told}) == 600
    assert told[-1].reference.startswith("260619-")


def test_no_unit_is_at_two_incidents_at_once(now: datetime) -> None:
    jobs: dict[str, list[tuple[datetime, datetime]]] = {}
    for one in stories(3, now, 2_000, 30):
        for step in one.steps:
            if type(step).__name__ == "Sent":
                gone = one.steps[-1].at if one.state == "closed" else now
                jobs.setdefault(step.unit, []).append((step.at, gone))  # type: ignore[attr-defined]

    for unit, held in jobs.items():
        assert all(done <= begun for (_, done), (begun, _) in pairwise(sorted(held))), unit


def test_every_role_has_a_demo_user_and_the_password_is_one_the_force_accepts() -> None:
    from django.contrib.auth.password_validation import validate_password

    from goldthread.accounts.roles import roles

    service_accounts = {"contact_gateway", "incident_system"}
    assert {role for _, role, _, _ in DEMO_USERS} == set(roles()) - service_accounts
    validate_password(DEMO_PASSWORD)


def test_the_force_is_staffed_and_every_unit_has_a_crew_of_its_own_area() -> None:
    found = force()
    area_of = {one.username: one.area for one in found.people}

    assert len({one.username for one in found.people}) == len(found.people) >= 60
    assert len({one.name for one in found.people}) == len(found.people)
    assert {(unit.area, area_of[name]) for unit in found.units for name in unit.crew} == {
        (area, area) for area in found.areas
    }
