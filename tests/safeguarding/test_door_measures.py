"""The door's measures: each tells good from bad."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.measures.registry import measure
from goldthread.safeguarding.clock_actions import watch
from goldthread.safeguarding.door_rules import ChildAtDoor
from tests.cast import Cast, attended, opened
from tests.response.test_alarms import later
from tests.safeguarding.doors import BOTH, ELLA, TOM, answer, leave, recorded


def at(cast: Cast, *found: ChildAtDoor, minutes: int = 0) -> Incident:
    """Attended, left, and answered that many minutes later."""
    made = opened(cast.handler)
    recorded(cast.handler, made, ELLA, TOM)
    attended(cast, made)
    if minutes:
        leave(cast, made)
        later(timedelta(minutes=minutes))
        watch()
    answer(cast.officer, made, *found)
    if not minutes:
        leave(cast, made)
    return made


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [
        ("door-seen", (*BOTH,), (BOTH[0], ChildAtDoor(TOM, "no", "at nan's"))),
        ("door-alone", (*BOTH,), (BOTH[0], ChildAtDoor(TOM, "yes"))),
    ],
)
def test_one_child_who_was_not_makes_it_bad(
    cast: Cast, code: str, good: tuple[ChildAtDoor, ...], bad: tuple[ChildAtDoor, ...]
) -> None:
    well, badly = at(cast, *good), at(cast, *bad)
    opened(cast.handler)
    counted(code, {well.pk, badly.pk}, {well.pk})


def test_an_answer_after_the_sergeant_was_told_is_late(cast: Cast) -> None:
    soon, late = at(cast, *BOTH, minutes=10), at(cast, *BOTH, minutes=16)
    counted("door-answered", {soon.pk, late.pk}, {soon.pk})


def counted(code: str, of: set[object], met: set[object]) -> None:
    now = database_now(connection)
    found, good = measure(code).cases(now - timedelta(days=28), now)
    assert {one.pk for one in found} == of
    assert {one.pk for one in good} == met
