"""The invented force's extract is loaded by the action: orders, flags, and families whom only named roles see."""

from __future__ import annotations

from datetime import datetime

from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.contact.known import force_day, standing
from goldthread.contact.people_models import Marker, Person
from goldthread.contact.records_models import RecordLoad
from goldthread.contact.search import find
from goldthread.demo.extract import load_extract


def test_it_is_the_same_at_every_start_and_stands_where_something_is_open(small_force: datetime) -> None:
    now = small_force
    first = load_extract(now)
    assert {one.kind for one in first} == {"addresses", "people", "residences", "markers", "orders", "flags"}
    assert not any(one.refused for one in first), [
        (one.kind, list(one.refusals.values_list("why", flat=True))) for one in first
    ]
    hidden = Person.objects.filter(restricted=True)
    assert hidden.count() == 5
    homes = set(standing().filter(incident__closed_at=None, kind="place").values_list("place", flat=True))
    assert {one.residences.get().place_id for one in hidden} <= homes
    name, day = hidden.order_by("id")[0].name, force_day(now)
    assert name in [one.name for one in find("person", name, day, restricted=True)]
    assert name not in [one.name for one in find("person", name, day)]
    assert Marker.objects.filter(sort="order").exists()
    assert Marker.objects.filter(sort="flag").exists()
    again = load_extract(now)
    assert [one.pk for one in again] == [one.pk for one in first]
    client = Client(headers={"host": "localhost"})
    client.force_login(Staff.objects.get(username="integrator"), backend="goldthread.accounts.sessions.SignIn")
    assert client.get("/records/").text.count("loaded</span>") >= RecordLoad.objects.count() - 1
