"""A child who comes again after closing is measured."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from goldthread.contact.models import Incident
from goldthread.safeguarding import child_actions
from goldthread.safeguarding.child_measures import came_again
from goldthread.safeguarding.child_models import ChildTie
from tests import known_world
from tests.cast import Cast, ended, key
from tests.response.test_alarms import later
from tests.safeguarding.children import child, recorded


def test_a_child_who_comes_again_after_closing_is_measured(cast: Cast) -> None:
    at = [child(cast.handler, seen="spoken_to") for _ in range(2)]
    for incident, _ in at:
        ended(cast, Incident.objects.get(pk=incident))
    later(timedelta(days=10))
    again = child(cast.handler)
    a, b = recorded(cast.vast, at[0]), recorded(cast.vast, at[1])
    recorded(cast.vast, again)
    third = ChildTie.objects.get(incident=again[0]).record_id
    child_actions.merge(cast.vast, a, third, key=key(), why="One child.")
    later(timedelta(days=30))
    now = known_world.database_now(connection)
    found, met = came_again(timedelta(days=30), now - timedelta(days=28), now)
    assert set(found.values_list("pk", flat=True)) == {pk for pk, _ in at}
    assert set(met.values_list("pk", flat=True)) == {at[0][0]}
    assert b != a
