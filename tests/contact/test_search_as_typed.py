"""Search as typed: slips of the keys, three letters, six notations of one number, an address that exists three times."""

from __future__ import annotations

import time

import pytest
from django.db import connection

from goldthread.contact import search
from goldthread.contact.people_models import NameWord, Street
from goldthread.contact.search_rules import LONGEST, number, typed_place
from tests import known_world as world


@pytest.fixture
def streets(db: None) -> dict[str, Street]:
    names = ["Larch Road", "Kestrel Close", "St Osyn's Street", "Gamekeeper's Lane", "Weir Street", "Larkfield Road"]
    made = {name: world.street(name) for name in names}
    for one in made.values():
        world.place(one, "14")
    return made


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("14 Larch Road", "14 Larch Road"),
        ("14 larch rd", "14 Larch Road"),
        ("14 lrach road", "14 Larch Road"),
        ("14 larhc rd", "14 Larch Road"),
        ("14, Larch Road, Amberford", "14 Larch Road"),
        ("larch road 14", "14 Larch Road"),
        ("14 kestral cl", "14 Kestrel Close"),
        ("14 kestrell", "14 Kestrel Close"),
        ("14 st osyns st", "14 St Osyn's Street"),
        ("14 ST OSYN\u2019S STREET", "14 St Osyn's Street"),
        ("14 osyns", "14 St Osyn's Street"),
        ("14 gamekeeprs lane", "14 Gamekeeper's Lane"),
        ("14 l\u00e4rch road", "14 Larch Road"),
        ("lar", "Larch Road"),
        ("wei", "Weir Street"),
    ],
)
def test_a_place_is_found_as_it_is_typed(streets: dict[str, Street], typed: str, first: str) -> None:
    assert search.find("place", typed, world.today())[0].name == first


def test_a_street_that_begins_as_typed_is_found_among_more_than_are_compared(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Abbey", "Bell", "Cross", "Dyke", "Elm", "Zinnia"):
        world.street(f"Upper {name} Street")
    monkeypatch.setattr(search, "COMPARED", 2)
    found = search.find("place", "upper zin", world.today())
    assert "Upper Zinnia Street" in {one.name for one in found}


@pytest.mark.parametrize("typed", ["", "l", "la", "14", "14 la", "  ", "!!!", "\x00", "zzz qqq", "\u202e\u202e\u202e"])
def test_nothing_is_found_for_too_little_or_for_nothing_like_it(streets: dict[str, Street], typed: str) -> None:
    assert search.find("place", typed, world.today()) == []


def test_an_address_that_exists_three_times_is_three_to_choose_from(db: None) -> None:
    for area in ("South", "North", "East"):
        world.place(world.street("Chapel Street", area), "7")
    found = search.find("place", "7 chapel st", world.today(), area="North")
    assert [(one.name, one.area) for one in found] == [
        ("7 Chapel Street", "North"),
        ("7 Chapel Street", "East"),
        ("7 Chapel Street", "South"),
    ]
    assert len({one.choice for one in found}) == 3


def test_a_number_that_is_not_there_offers_the_street_and_says_so(streets: dict[str, Street]) -> None:
    found = search.find("place", "99 Larch Road", world.today())[0]
    assert (found.choice, found.name) == (f"street-{streets['Larch Road'].pk}", "Larch Road")
    assert "number 99 is not in the gazetteer" in found.note


def test_flats_of_one_number_are_told_apart(db: None) -> None:
    tower = world.street("Viaduct Street")
    for unit in ("Flat 1", "Flat 2"):
        world.place(tower, "20", unit)
    assert {one.name for one in search.find("place", "20 viaduct st", world.today())} == {
        "Flat 1, 20 Viaduct Street",
        "Flat 2, 20 Viaduct Street",
    }
    (only,) = search.find("place", "flat 2, 20 viaduct st", world.today())
    assert only.name == "Flat 2, 20 Viaduct Street"


@pytest.mark.parametrize(
    "typed", ["shannon fosberry", "shanon fosbery", "Fosberry, Shannon", "SHANNON  FOSBERRY", "shanonn fosb", "fosberry",
              "Shannon Marie Fosberry", "sha fos"]
)  # fmt: skip
def test_a_person_is_found_as_their_name_is_typed(db: None, typed: str) -> None:
    home = world.place(world.street("Larch Road"), "14")
    world.person("Shannon Fosberry", world.years_ago(31), home)
    world.person("Darren Thorogood", world.years_ago(40))
    (found, *_) = search.find("person", typed, world.today())
    assert found.name == "Shannon Fosberry"
    assert "31" in found.note
    assert "14 Larch Road, North" in found.note


def test_people_of_one_name_are_told_apart_by_age_and_home(db: None) -> None:
    homes = [world.place(world.street("Larch Road"), house) for house in ("3",)] + [
        world.place(world.street("Saltgate", "East"), "9")
    ]
    for home, age in zip(homes, (31, 8), strict=True):
        world.person("Kelly Varley", world.years_ago(age), home)
    found = search.find("person", "kelly varley", world.today())
    assert len({one.note for one in found}) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900417",
        "07700900417",
        "+44 7700 900417",
        "0044 7700 900417",
        "(07700) 900-417",
        "+44 (0)7700 900 417",
        "07700.900.417",
        "tel 07700 900417",
        "\uff10\uff17\uff17\uff10\uff10 900417",
    ],
)
def test_notations_of_one_number_are_one_number(db: None, typed: str) -> None:
    world.person("Shannon Fosberry", phone="07700 900417")
    world.person("Darren Thorogood", phone="07700 900418")
    (found,) = search.find("phone", typed, world.today())
    assert (found.name, found.note) == ("07700 900417", "Shannon Fosberry")


@pytest.mark.parametrize("typed", ["withheld", "none", "", "12", "1" * 400, "\x00", "07700 900999"])
def test_what_is_no_known_number_finds_none(db: None, typed: str) -> None:
    world.person("Shannon Fosberry", phone="07700 900417")
    assert search.find("phone", typed, world.today()) == []


@pytest.mark.parametrize("kind", ["place", "phone", "person"])
@pytest.mark.parametrize(
    "typed",
    ["x" * 1_000_000, "14 " * 300_000, "' OR 1=1 --", "<script>alert(1)</script>", "\x00\x00\x00\x00", "\ud800abc", "%%%___%%%",
     "\u202eabc\u202c", "\U0001f467\U0001f467\U0001f467", ", , , ,", "flat flat flat"],
    ids=lambda one: repr(one[:10]),
)  # fmt: skip
def test_odd_searches_are_answered_at_once(streets: dict[str, Street], kind: str, typed: str) -> None:
    began = time.monotonic()
    search.find(kind, typed, world.today())
    assert time.monotonic() - began < 2


def test_a_place_keeps_no_more_than_can_be_compared() -> None:
    assert len(typed_place("a" * 5_000).street) == LONGEST
    assert number("+" * 5_000) is None


def _plan(query: str, typed: str) -> str:
    with connection.cursor() as cursor:
        # Without this the planner reads a table of the tests' size from end to end, whatever index there is.
        cursor.execute("SET LOCAL enable_seqscan = off")
        given = {"typed": typed, "begins": f"{typed}%", "most": search.CANDIDATES, "compared": search.COMPARED}
        cursor.execute(f"EXPLAIN {query}", given)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_the_index_of_streets_answers_and_addresses_are_not_scanned(streets: dict[str, Street]) -> None:
    plan = _plan(search.STREETS, "larch road")
    assert "street_trigrams" in plan
    assert "contact_place" not in plan
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT id FROM contact_place WHERE street_id = ANY(%s) AND number = '14'", [[1, 2, 3]])
        assert "Seq Scan" not in "\n".join(row[0] for row in cursor.fetchall())


def test_the_index_of_name_words_answers(db: None) -> None:
    NameWord.objects.create(word="fosberry")
    assert "nameword_trigrams" in _plan(search.WORDS, "fosbery")
