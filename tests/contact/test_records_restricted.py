"""What is restricted is not there for whoever may not see it: at no address, in no list, in no number; a danger gets through unworded."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from goldthread.accounts.actions import issue_token
from goldthread.accounts.models import Staff
from goldthread.accounts.roles import roles
from goldthread.accounts.routes import declarations_of
from goldthread.assessment.actions import children_known
from goldthread.audit.models import AuditEvent
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, Refused
from goldthread.contact import known_actions
from goldthread.contact.known import settled
from goldthread.contact.models import Entry, Incident
from goldthread.contact.people_models import Lookup, Marker, Person, Phone, Place
from goldthread.contact.restricted import WARNING
from goldthread.contact.search import find
from goldthread.desk.known import Known, state
from goldthread.safeguarding import child_queries
from goldthread.safeguarding.child_presenters import household
from tests import known_world as world
from tests.cast import Cast, key, opened, say
from tests.contact.test_records import Loading
from tests.integration.conftest import Program
from tests.meta.test_routes import ROUTES
from tests.safeguarding.children import child, recorded

pytestmark = pytest.mark.django_db
SECRET = ("Quillfeather", "Zephyrine", "Bartholomew", "crossbow", "Wychwood", "AM-7731", "07700 900771")
"""Words that stand in restricted rows and nowhere else."""

PEOPLE = """key,name,born,restricted
N1,Orla Fenwick,1984-05-02,
N2,Zephyrine Quillfeather,2019-05-02,yes
N3,Bartholomew Quillfeather,1980-01-01,yes
N4,Orla Quillfeather,1999-01-01,yes
"""
ADDRESSES = "key,number,street,area,restricted\nA1,14,Larch Road,North,\nA2,9,Elm Row,North,yes\nA3,,Wychwood House,North,yes\nA4,3,Elm Row,North,\n"
PHONES = "key,person,number\nT1,N3,07700 900771\nT2,N1,07700900417\nT3,N2,07700900417\n"
RESIDENCES = "key,person,address\nR1,N1,A1\nR2,N2,A1\nR3,N3,A1\nR4,N4,A2\nR5,N1,A2\n"
MARKERS = """key,kind,person,address,words,review_on,restricted
M1,weapon,N3,,Owns a crossbow.,2030-01-01,
M2,dog,,A2,Keeps a crossbow and dogs.,2030-01-01,
M3,interpreter,N1,,Speaks crossbow.,2030-01-01,yes
M4,interpreter,N1,,Needs Welsh.,2030-01-01,no
"""
ORDERS = "key,kind,person,number,conditions,from,restricted\nO1,order,N1,AM-7731,Crossbow is not to be kept.,2026-01-01,yes\n"


@dataclass(frozen=True)
class Scene:
    """An incident of the handler at 14 Larch Road, where restricted people live among others."""

    cast: Cast
    incident: Incident
    place: Place
    hidden: dict[str, Person]


@pytest.fixture
def scene(cast: Cast, tmp_path: object) -> Scene:
    put = Loading(tmp_path)  # type: ignore[arg-type]
    for kind, text in (
        ("people", PEOPLE), ("addresses", ADDRESSES), ("phones", PHONES), ("residences", RESIDENCES), ("markers", MARKERS), ("orders", ORDERS),
    ):  # fmt: skip
        made = put(kind, text)
        assert made.refused == 0, list(made.refusals.values_list("line", "why"))
    incident = opened(cast.handler)
    place = Place.objects.get(number="14")
    known_actions.search(cast.handler, incident.pk, key=key(), kind="place", typed="14 Larch Rd")
    world.settled_on(cast.handler, incident, place)
    return Scene(cast, incident, place, {one.name.split()[0]: one for one in Person.objects.filter(restricted=True)})


def shown(user: Staff, incident: Incident) -> Known:
    return Known(user, incident, database_now(connection))


def names(kind: str, typed: str, *, restricted: bool = False) -> list[str]:
    return [one.name for one in find(kind, typed, world.today(), restricted=restricted)]


def test_a_search_finds_what_is_restricted_for_those_who_may_see_it_only(scene: Scene) -> None:
    for kind, typed, found in (
        ("person", "Zephyrine Quillfeather", "Zephyrine Quillfeather"),
        ("person", "Quillfeather", "Orla Quillfeather"),
        ("place", "9 Elm Row", "9 Elm Row"),
        ("place", "Wychwood House", "Wychwood House"),
        ("phone", "07700 900771", "07700 900771"),
    ):
        assert found in names(kind, typed, restricted=True), typed
        assert found not in names(kind, typed), typed
    assert names("person", "Orla Fenwick") == ["Orla Fenwick"]
    assert [one.note for one in find("phone", "07700900417", world.today())] == ["Orla Fenwick"]
    (orla,) = find("person", "Orla Fenwick", world.today())
    assert "Elm Row" not in orla.note, "where she lives besides is restricted"
    assert find("place", "9 Elm Row", world.today())[0].note == "number 9 is not in the gazetteer"


def test_the_column_is_as_if_it_were_not_there_and_the_danger_gets_through(scene: Scene) -> None:
    (card,) = state(shown(scene.cast.handler, scene.incident), "place").cards
    assert ([one.name for one in (*card.children, *card.adults)], card.warning) == (["Orla Fenwick"], WARNING)
    assert [one.words for one in card.markers] == ["Needs Welsh."]
    (whole,) = state(shown(scene.cast.fim, scene.incident), "place").cards
    assert {one.name for one in (*whole.children, *whole.adults)} == {
        "Orla Fenwick", "Zephyrine Quillfeather", "Bartholomew Quillfeather",
    }  # fmt: skip
    assert {one.words for one in whole.markers} >= {
        "Owns a crossbow.",
        "Speaks crossbow.",
        "Crossbow is not to be kept.",
    }
    assert whole.warning == "", "who may read it needs no other's word"


def test_a_danger_at_a_restricted_address_gets_through_to_whoever_types_it(scene: Scene) -> None:
    cast, incident = scene.cast, opened(scene.cast.handler)
    known_actions.search(cast.handler, incident.pk, key=key(), kind="place", typed="9 Elm Row, Amberford")
    found = state(shown(cast.handler, incident), "place")
    assert (found.warning, found.cards) == (WARNING, [])
    Marker.objects.filter(kind="dog").update(kind="interpreter")
    assert state(shown(cast.handler, incident), "place").warning == "", "what is no danger is not told of at all"


def test_a_danger_that_has_run_out_is_told_of_no_longer(scene: Scene) -> None:
    Marker.objects.filter(kind="weapon").update(until=world.today() - timedelta(days=1))
    (card,) = state(shown(scene.cast.handler, scene.incident), "place").cards
    assert card.warning == ""


def test_no_number_tells_of_it(scene: Scene) -> None:
    cast = scene.cast
    for before, user in enumerate((cast.handler, cast.fim)):
        incident = opened(cast.handler)
        for kind, typed, found in (
            ("person", "Orla", 1),
            ("person", "Zephyrine", 0),
            ("place", "9 Elm Row", 1),
            ("phone", "07700900771", before),
        ):
            made = known_actions.search(user, incident.pk, key=key(), kind=kind, typed=typed)
            assert made.found == found, (kind, typed, "the record counts what everybody may see, whoever searched")
        assert [one.outcome for one in Lookup.objects.filter(incident=incident).order_by("id")][1] == "none"
        told = Entry.objects.filter(incident=incident, code="known.searched").order_by("seq")
        assert [one.data.get("found", 0) for one in told] == [1, 0, 1, 0], (
            "of the number, the other incident is told elsewhere"
        )
    # Who may see it chooses from it all the same.
    known_actions.search(cast.fim, incident.pk, key=key(), kind="person", typed="Zephyrine")
    found_by = {user.username: state(shown(user, incident), "person") for user in (cast.fim, cast.handler)}
    assert (found_by["fim"].say, len(found_by["fim"].choose)) == ("searched: 1 found, none chosen", 1)
    assert (found_by["handler"].say, found_by["handler"].choose) == ("searched: no trace", [])
    number = state(shown(cast.handler, incident), "phone").cards[0]
    assert (number.told.startswith("recorded on a call"), number.adults) == (True, [])


def test_what_only_a_restricted_child_would_say_is_not_said(scene: Scene) -> None:
    assert not children_known(scene.incident, world.today())
    known = shown(scene.cast.handler, answered_none(scene.incident))
    assert known.conflict is None
    assert shown(scene.cast.fim, answered_none(scene.incident)).conflict is not None


def answered_none(incident: Incident) -> Incident:
    incident.children_answer = "asked_none"
    return incident


def test_it_cannot_be_settled_on_by_guessing_and_the_answer_is_as_for_what_is_not_there(scene: Scene) -> None:
    cast, incident = scene.cast, scene.incident
    street = Place.objects.get(street__name="Wychwood House").street
    choices = [
        f"person-{scene.hidden['Zephyrine'].pk}", f"place-{Place.objects.get(number='9').pk}", f"street-{street.pk}",
        f"phone-{Phone.objects.get(shown='07700 900771').pk}", "person-99999999",
    ]  # fmt: skip
    for choice in choices:
        with pytest.raises(Invalid, match="That is no longer there"):
            known_actions.settle(cast.handler, incident.pk, key=key(), choice=choice)
    known_actions.settle(cast.fim, incident.pk, key=key(), choice=choices[0])
    with pytest.raises(Refused, match="That is not settled"):
        known_actions.withdraw(cast.handler, incident.pk, key=key(), choice=choices[0])


def test_what_those_settle_on_who_may_see_it_stands_for_them_alone(scene: Scene) -> None:
    cast, incident, child_there = scene.cast, scene.incident, scene.hidden["Zephyrine"]
    other = opened(cast.stranger)
    lines = Entry.objects.filter(incident=incident).count()
    for one in (incident, other):
        known_actions.settle(cast.fim, one.pk, key=key(), choice=f"person-{child_there.pk}", typed="Zephyrine")
    elsewhere = Place.objects.get(number="9")
    known_actions.settle(cast.fim, incident.pk, key=key(), choice=f"place-{elsewhere.pk}")
    assert [str(one) for one in settled(incident, restricted=True).people] == ["Zephyrine Quillfeather"]
    assert (settled(incident).people, str(settled(incident).place)) == ([], "14 Larch Road")
    incident.refresh_from_db()
    assert incident.location is not None
    assert incident.location.text == "14 Larch Road"
    assert Entry.objects.filter(incident=incident).count() == lines
    assert [one.id for one in shown(cast.fim, incident).matters] == [other.pk]
    assert shown(cast.handler, incident).matters == [], "nor does another incident come up by it"
    event = AuditEvent.objects.filter(verb="known.settle", staff_id=cast.fim.pk).order_by("id")[0]
    assert f'["person","{child_there.pk}"]' in event.subjects, "the audit knows"
    known_actions.withdraw(cast.fim, incident.pk, key=key(), choice=f"person-{child_there.pk}")
    assert settled(incident, restricted=True).people == []


def test_who_becomes_restricted_goes_out_of_sight_where_they_were_settled(scene: Scene, tmp_path: object) -> None:
    cast, orla = scene.cast, Person.objects.get(name="Orla Fenwick")
    known_actions.settle(cast.handler, scene.incident.pk, key=key(), choice=f"person-{orla.pk}")
    assert [str(one) for one in settled(scene.incident).people] == ["Orla Fenwick"]
    Loading(tmp_path)("people", "key,name,born,restricted\nN1,Orla Fenwick,1984-05-02,yes\n", age=1)  # type: ignore[arg-type]
    found = state(shown(cast.handler, scene.incident), "person")
    assert (found.code, found.cards) == ("not_searched", [])
    assert names("person", "Orla Fenwick") == []


FILLED = re.compile(r"<(?:(\w+):)?(\w+)>")


def every_address(user: Staff, ids: dict[str, list[str]]) -> list[str]:
    """Every address at which this person is not refused outright, each parameter filled with all that it could mean in the scene."""
    found = []
    for address, one in ROUTES.items():
        told = declarations_of(one.callback, one.name).values()
        if not any(each.verb in {"signed-in", "anyone"} or user.can(each.verb) for each in told) or "logout" in address:
            continue
        ways = [""]
        at = 0
        for part in FILLED.finditer(address):
            ways = [way + address[at : part.start()] + value for way in ways for value in ids[part[1] or "str"]]
            at = part.end()
        found += [f"/{way}{address[at:]}" for way in ways]
    return found


ROLES = [
    "call_handler",
    *(pytest.param(one, marks=pytest.mark.long) for one in ("contact_supervisor", "officer", "dispatcher", "auditor")),
]


@pytest.mark.parametrize("role", ROLES)
def test_no_address_shows_a_restricted_name_to_whoever_may_not_see_it(scene: Scene, role: str) -> None:
    """A handler asks at every address of the pages and of the API; in the long run somebody of other roles does as well."""
    cast, incident = scene.cast, scene.incident
    say(cast.handler, incident, "shouting next door, kids crying upstairs")
    here, there = child(cast.handler, "Mia Fenwick", 7, incident=incident), child(cast.handler, "Mya Fenwick", 7)
    other = Incident.objects.get(pk=there[0])
    world.settled_on(cast.handler, other, scene.place)
    record = recorded(cast.vast, here, there)
    for one in (incident, other):
        for person in scene.hidden.values():
            known_actions.settle(
                cast.fim, one.pk, key=key(), choice=f"person-{person.pk}", typed=person.name.split()[0]
            )
    user = next(one for one in cast.everybody().values() if one.role == role)
    assert not user.can("known.restricted")
    ids = {
        "uuid": [str(incident.pk), str(record), str(here[1])], "uuidstr": [str(incident.pk)], "slug": ["assessed"], "str": ["assessed"],
        "int": [str(scene.hidden["Zephyrine"].pk), str(Marker.objects.order_by("id")[0].pk)],
    }  # fmt: skip
    addresses = every_address(user, ids)
    assert f"/incidents/{incident.pk}/known/" in addresses or role == "auditor"
    client, program, looked = asking(user), Program(issue_token(user.username)[0]), 0
    for address in addresses:
        answer = program.get(address.removeprefix("/api/v1")) if address.startswith("/api/v1/") else client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        looked += answer.status_code == 200
        told = body.decode("utf-8", "replace")
        assert not [word for word in SECRET if word in told], address
    assert looked > (15 if role == "auditor" else 20), "an auditor has few pages: they see who saw, not what was seen"
    for kind, typed in (
        ("person", "Zephyrine"),
        ("person", "Quillfeather"),
        ("place", "Wychwood House"),
        ("phone", "07700900771"),
    ):
        told = client.post(f"/incidents/{incident.pk}/known/suggest", {"kind": kind, "typed": typed, "list": "x"}).text
        assert not [word for word in SECRET if word in told], typed
    # The words are there to be found: whoever may see them is shown them.
    assert "Zephyrine Quillfeather" in asking(cast.fim).get(f"/incidents/{incident.pk}/known/").text


def asking(user: Staff) -> Client:
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    client.force_login(user, backend="goldthread.accounts.sessions.SignIn")
    return client


def test_a_childs_page_shows_the_household_as_far_as_its_reader_may_see_it(scene: Scene) -> None:
    cast = scene.cast
    one = child(cast.handler, "Mia Fenwick", 7, incident=scene.incident)
    record = recorded(cast.vast, one)
    whole = child_queries.seen(cast.vast, record)
    assert whole is not None
    for user in (cast.vast, cast.investigator):
        told = {each["name"] for each in household(replace(whole, user=user), database_now(connection))}
        assert ("Zephyrine Quillfeather" in told, "Orla Fenwick" in told) == (user == cast.vast, True)
    handed = {each["name"] for each in household(whole, database_now(connection), handed_on=True)}
    assert handed == {"Orla Fenwick"}, "no sheet has what is restricted, whoever prints it"
    page = asking(cast.vast).get(f"/safeguarding/children/{record}/").text
    assert "Zephyrine Quillfeather" in page
    assert "from RMS, as of " in page


def test_the_roles_that_see_it_are_named_and_few(cast: Cast) -> None:
    assert {code for code, one in roles().items() if one.can("known.restricted")} == {"fim", "vast_officer"}
