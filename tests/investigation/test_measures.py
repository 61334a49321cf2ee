"""Investigation's measures: each tells good from bad."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from goldthread.clocks.db import database_now
from goldthread.contact.models import Incident
from goldthread.investigation import actions, queries, review_actions
from goldthread.measures.registry import measure
from tests.cast import Cast, key
from tests.investigation.scenes import accepted, ended, named, offered, reviewed, whole
from tests.response.test_alarms import later


def cases(code: str) -> tuple[set[Incident], set[Incident]]:
    now = database_now(connection)
    found = measure(code)
    of, met = found.cases(now - found.window, now)
    return set(of), set(met)


def test_accepted_and_reviewed_in_time(cast: Cast) -> None:
    silent = named(cast)
    offered(cast, silent)
    late, good = accepted(cast), accepted(cast)
    later(timedelta(hours=2))
    reviewed(cast.detective_sergeant, good)
    later(timedelta(hours=24))
    reviewed(cast.detective_sergeant, late)
    both = {late.incident, good.incident}
    assert cases("investigation-accepted") == ({*both, silent}, both)
    assert cases("investigation-reviewed") == (both, {good.incident})


def test_children_heard_before_the_end(cast: Cast) -> None:
    good, bad = whole(cast), whole(cast)
    running = whole(cast)
    child = actions.add_child(cast.investigator, bad.pk, key=key(), name="Fern", age=1)
    review_actions.cannot_hear(cast.detective_sergeant, bad.pk, child, key=key(), why="Abroad; three calls made.")
    for one in (good, bad):
        ended(cast, one)
    assert running.is_open
    later(timedelta(minutes=1))
    assert cases("investigation-heard") == ({good.incident, bad.incident}, {good.incident})
    assert queries.children_of(bad)[-1].heard, "it may end, and yet nobody heard that child"
