"""The pages on which extracts are loaded and their loads are read, and what is restricted is listed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from goldthread.accounts.models import Staff
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.contact import records_rules
from goldthread.contact.people_models import Marker, Person
from goldthread.contact.records_models import RecordLoad
from tests import known_world as world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
PEOPLE = b"key,name,born\nN1,Orla Fenwick,2014-05-02\nN2,,\n"


@pytest.fixture
def integrator(cast: Cast) -> Staff:
    made = Staff(username="integrator", name="Ines Amber", role="integrator", team=cast.handler.team, password="x")
    made.save()
    return made


def asking(user: Staff) -> Client:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(user, backend="goldthread.accounts.sessions.SignIn")
    return client


def given(content: bytes = PEOPLE, **other: object) -> dict[str, object]:
    file = SimpleUploadedFile("people.csv", content, "text/csv")
    return {"file": file, "kind": "people", "source": "RMS", "as_of": "03/11/2025 14:02", **other}


def test_a_small_file_is_loaded_and_its_page_lists_what_was_not_used(integrator: Staff) -> None:
    client = asking(integrator)
    assert "Nothing was loaded yet." in client.get("/records/").text
    answer = client.post("/records/load", given(), follow=True)
    made = RecordLoad.objects.get()
    assert answer.redirect_chain == [(f"/records/loads/{made.pk}/", 302)]
    for words in (
        "It has no name.",
        "people.csv",
        "3 Nov 2025 14:02",
        made.digest,
        "Ines Amber",
        "2 lines read: 1 added",
    ):
        assert words in answer.text, words
    assert Person.objects.get().name == "Orla Fenwick"
    page = client.get("/records/").text
    assert page.count("people.csv") == 1
    assert "How fresh it is" in page
    assert ">old<" in page, "a year is long ago"
    event = AuditEvent.objects.filter(verb="records.load", duty="alteration").get()
    assert (event.staff_id, event.role) == (integrator.pk, "integrator")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"file": ""}, "Choose the file."),
        ({"kind": ""}, "Choose what the file holds."),
        ({"kind": "cats"}, "Choose from the list."),
        ({"source": " "}, "Name the system"),
        ({"source": "<b>"}, "Name the system"),
        ({"as_of": ""}, "Say as of when the file was taken"),
        ({"as_of": "yesterday"}, "Write the date and time"),
        ({"as_of": "03/11/2999 14:02"}, "still to come"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    integrator: Staff, wrong: dict[str, object], says: str
) -> None:
    answer = asking(integrator).post("/records/load", given(**{"source": "Custody", **wrong}))
    assert answer.status_code == 422
    assert says in answer.text
    assert "source" in wrong or 'value="Custody"' in answer.text
    assert not Person.objects.exists()


def test_a_file_too_large_for_a_page_or_of_no_known_kind_is_refused(
    integrator: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = asking(integrator)
    answer = client.post("/records/load", given(file=SimpleUploadedFile("people.xlsx", b"PK\x03\x04")))
    assert (answer.status_code, "must end in .csv or .parquet" in answer.text) == (422, True)
    assert "/tmp" not in answer.text
    small = {**records_rules.settings(), "page_bytes": 20}
    monkeypatch.setattr("goldthread.desk.records_views.settings", lambda: small)
    answer = client.post("/records/load", given())
    assert (answer.status_code, "larger than a page takes" in answer.text) == (422, True)
    answer = client.post("/records/load", given(b""))
    assert (answer.status_code, "people.csv is empty." in answer.text) == (422, True)


def test_a_whole_extract_is_stopped_with_its_sentence_and_the_stop_is_listed(integrator: Staff) -> None:
    client = asking(integrator)
    client.post("/records/load", given(b"key,name\n" + b"".join(b"P%d,Pat Amber\n" % n for n in range(9))))
    answer = client.post("/records/load", given(b"key,name\nP1,Pat Amber\n", whole="on", as_of="04/11/2025 14:02"))
    assert (answer.status_code, "would end 8 of the 9 rows" in answer.text) == (422, True)
    assert "stopped: nothing was changed" in client.get("/records/").text
    stop = RecordLoad.objects.get(outcome="stopped")
    assert "would end 8 of the 9 rows" in client.get(f"/records/loads/{stop.pk}/").text
    client.post("/records/load", given(b"key,name\nP1,Pat Amber\n", whole="on", yes="on", as_of="04/11/2025 14:02"))
    assert Person.objects.filter(ended_at=None).count() == 1


def test_nobody_else_loads_or_reads_loads(cast: Cast, integrator: Staff) -> None:
    asking(integrator).post("/records/load", given())
    load = RecordLoad.objects.get()
    for name, user in cast.everybody().items():
        client = asking(user)
        for address in ("/records/", f"/records/loads/{load.pk}/"):
            assert client.get(address).status_code == 403, (name, address)
        assert client.post("/records/load", given(source="Other")).status_code == 403, name
    assert RecordLoad.objects.count() == 1
    assert asking(integrator).get("/records/loads/999999/").status_code == 404
    assert Client(headers={"host": "localhost"}).get("/records/").status_code == 302


def test_restricted_warnings_are_listed_for_those_who_are_rung(cast: Cast, integrator: Staff) -> None:
    place = world.place(world.street("Larch Road"), "14")
    assert "No restricted marker, order or flag stands." in asking(cast.fim).get("/records/restricted/").text
    world.marker(place, "weapon", "Keeps a crossbow.", review_in=-3)
    world.marker(place, "dog", "Two dogs.", review_in=30)
    Marker.objects.filter(kind="weapon").update(restricted=True, as_of=database_now(connection) - timedelta(days=400))
    page = asking(cast.fim).get("/records/restricted/").text
    for words in ("Keeps a crossbow.", "14 Larch Road", "overdue since", f"from {world.SOURCE}, as of", ">old<"):
        assert words in page, words
    assert "Two dogs." not in page
    event = AuditEvent.objects.filter(verb="known.restricted").latest("id")
    assert (event.staff_id, event.duty, f'["marker","{Marker.objects.get(kind="weapon").pk}"]' in event.subjects) == (
        cast.fim.pk, "consultation", True,
    )  # fmt: skip
    for name, user in {**cast.everybody(), "integrator": integrator}.items():
        if not user.can("known.restricted"):
            assert asking(user).get("/records/restricted/").status_code == 403, name
