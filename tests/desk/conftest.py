"""One room for a whole module: the cast and an incident, made once; every test in it undoes what it did. And a home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client

from goldthread.contact.models import Incident
from goldthread.contact.people_models import Person, Place
from goldthread.response import actions as response
from tests import known_world as world
from tests.cast import Cast, graded, key, make_cast, opened, say


@dataclass(frozen=True)
class Room:
    """The cast, an incident in which something was said, with a unit on its way, and a FIM's client."""

    cast: Cast
    incident: Incident
    allocation: int
    client: Client


@pytest.fixture(scope="module")
def made_room(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Room]:
    """The room, in one transaction that is rolled back after the module's last test."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        cast = make_cast()
        incident = opened(cast.handler)
        say(cast.handler, incident, "shouting next door, kids crying")
        graded(cast.handler, incident, "scheduled")
        sent = response.allocate(cast.dispatcher, incident.pk, key=key(), unit_id=cast.unit.pk)
        client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        client.force_login(cast.fim, backend="goldthread.accounts.sessions.SignIn")
        yield Room(cast, incident, sent.pk, client)
        transaction.set_rollback(True)


@pytest.fixture
def room(made_room: Room) -> Iterator[Room]:
    """The room as it was made."""
    with transaction.atomic():
        yield made_room
        transaction.set_rollback(True)


@dataclass(frozen=True)
class Home:
    """14 Larch Road: a mother, a man with a marker, and two children."""

    place: Place
    mother: Person
    man: Person


@pytest.fixture
def home(cast: Cast) -> Home:
    place = world.place(world.street("Larch Road"), "14")
    mother = world.person("Shannon Fosberry", world.years_ago(31), place, "07700 900417")
    man = world.person("Darren Thorogood", world.years_ago(40), place)
    world.person("Mia Fosberry", world.years_ago(6), place)
    world.person("Theo Fosberry", world.years_ago(3), place)
    world.marker(man, "violent", "Has threatened officers with a chair.", review_in=-40)
    world.marker(place, "dog", "Large dog, loose in the yard.", review_in=90)
    return Home(place, mother, man)
