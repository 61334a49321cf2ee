"""Pages cost the same number of queries however much stands open, was said or is stored. Who needs one more changes it here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Staff
from goldthread.contact.arrival_actions import receive
from goldthread.contact.arrival_rules import Arriving
from goldthread.contact.models import Incident
from tests.cast import Cast, attended, closed, graded, opened, say

Browser = Callable[[Staff | None], Client]


def _asked(client: Client, path: str) -> int:
    """Queries of a page that was seen before."""
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(path).status_code == 200
    return len(found)


def _more(cast: Cast, count: int) -> None:
    for number in range(count):
        incident = opened(cast.handler)
        say(cast.handler, incident, "kids crying upstairs, he has a knife")
        graded(cast.handler, incident, "priority" if number % 2 else "immediate")
        receive(None, Arriving("online", f"letter {incident.pk}", "I found a purse"), desk=cast.handler.team)


@pytest.mark.parametrize(("path", "queries"), [("/board/", 15), ("/board/wall", 14), ("/inbox/", 12), ("/units/", 8)])
def test_a_list_asks_as_often_for_many_as_for_few(cast: Cast, browser: Browser, path: str, queries: int) -> None:
    client = browser(cast.fim)
    _more(cast, 2)
    few = _asked(client, path)
    _more(cast, 8)
    assert _asked(client, path) == few
    assert few == queries


def test_an_incident_s_page_asks_as_often_for_a_long_record_as_for_a_short_one(cast: Cast, browser: Browser) -> None:
    client = browser(cast.fim)
    incident = opened(cast.handler)
    say(cast.handler, incident, "kids crying upstairs, he has a knife")
    graded(cast.handler, incident)
    few = _asked(client, f"/incidents/{incident.pk}/")
    for _ in range(12):
        say(cast.handler, incident, "kids crying upstairs, he has a knife")
    assert _asked(client, f"/incidents/{incident.pk}/") == few
    assert few == 24


def test_what_is_closed_costs_no_query(cast: Cast, browser: Browser) -> None:
    client = browser(cast.fim)
    _more(cast, 2)
    few = _asked(client, "/board/")
    for _ in range(3):
        incident = opened(cast.handler)
        graded(cast.handler, incident)
        attended(cast, incident)
        closed(cast, incident)
    assert Incident.objects.filter(closed_at__isnull=False).count() == 3
    assert _asked(client, "/board/") == few
