"""The prepared query finds exactly what the sight of the query sets finds."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Upper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from goldthread.accounts.models import Staff
from goldthread.accounts.roles import verbs
from goldthread.contact.models import Entry, Incident
from goldthread.contact.querysets import of_incident, one
from tests.cast import Cast, attended, closed, graded, make_cast, opened, say
from tests.conftest import Database


def _incidents(cast: Cast) -> list[Incident]:
    mine = opened(cast.handler)
    elsewhere = opened(cast.stranger, area="South")
    nowhere = opened(cast.teammate, area="")
    done = opened(cast.handler)
    graded(cast.handler, done)
    attended(cast, done)
    closed(cast, done)
    return [mine, elsewhere, nowhere, done]


def test_every_role_and_verb_reaches_the_same(cast: Cast) -> None:
    incidents = _incidents(cast)
    compared = 0
    for who in cast.everybody().values():
        for verb in verbs():
            for incident in incidents:
                for closed_too in (False, True):
                    sight = (
                        Incident.objects.in_scope(who, verb) if closed_too else Incident.objects.reached_by(who, verb)
                    )
                    wanted = sight.filter(pk=incident.pk).exists()
                    found = one(who, verb, incident.pk, closed_too=closed_too)
                    assert (found is not None) == wanted, (who, verb, incident.area, closed_too)
                    compared += wanted
    assert compared > 100


def test_the_row_is_whole_and_can_be_saved(cast: Cast) -> None:
    incident = opened(cast.handler)
    found = one(cast.handler, "incident.see", incident.pk)
    assert found is not None
    stored = Incident.objects.get(pk=incident.pk)
    assert {name: value for name, value in vars(found).items() if name != "_state"} == {
        name: value for name, value in vars(stored).items() if name != "_state"
    }
    assert found.owner == stored.owner
    found.area = "South"
    found.save()
    assert Incident.objects.get(pk=incident.pk).area == "South"


def test_nobody_whose_access_has_ended_reaches_anything_and_the_system_reaches_all(cast: Cast) -> None:
    incident = opened(cast.handler)
    cast.fim.is_active = False
    assert one(cast.fim, "incident.see", incident.pk) is None
    assert one(None, "entry.add", incident.pk) == incident
    assert one(None, "entry.add", uuid.uuid4()) is None


def test_what_is_asked_from_a_prepared_query_is_what_the_query_gives(cast: Cast) -> None:
    """Values that are converted, what is fetched beside and annotated, the order; each time for other values."""
    incidents = [opened(cast.handler), opened(cast.teammate)]
    for number, incident in enumerate(incidents):
        for _ in range(number + 1):
            say(cast.handler, incident, "kids crying upstairs")

    def entries(incident: Incident) -> QuerySet[Entry]:
        found = Entry.objects.filter(incident=incident).annotate(loud=Upper("text__text"))
        return found.select_related("text", "author").order_by("-seq")

    asked = of_incident(entries)
    for incident in [*incidents, *incidents]:
        wanted = list(entries(incident))
        with CaptureQueriesContext(connection) as found:
            rows = asked(incident)
            shown = [
                (one.data, one.text and one.text.text, one.author and one.author.name, one.loud)  # type: ignore[attr-defined]
                for one in rows
            ]
        assert len(found) == 1
        assert rows == wanted
        assert shown == [
            (one.data, one.text and one.text.text, one.author and one.author.name, one.loud)  # type: ignore[attr-defined]
            for one in wanted
        ]
    assert asked(Incident(pk=uuid.uuid4())) == []


def test_a_prepared_query_is_asked_over_the_connection_of_its_own_thread(committing: Database) -> None:
    incident = opened(make_cast().handler)
    assert one(None, "entry.add", incident.pk) == incident

    def elsewhere() -> tuple[Incident | None, bool]:
        try:
            with CaptureQueriesContext(connection) as found:
                return one(None, "entry.add", incident.pk), len(found) == 1
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(elsewhere).result() == (incident, True)


def test_a_page_after_the_database_ended_the_connection_is_answered(
    committing: Database, browser: Callable[[Staff | None], Client]
) -> None:
    client = browser(make_cast().handler)
    assert client.get("/incidents/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    with psycopg.connect(committing.admin_url) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", [own])
    assert client.get("/incidents/").status_code == 200
