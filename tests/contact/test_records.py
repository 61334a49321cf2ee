"""Extracts of other systems become what is known: in part and whole, in any order, twice, and with mistakes in them."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from goldthread.audit.models import AuditEvent, Payload
from goldthread.clocks.db import database_now
from goldthread.config.errors import Invalid, NotThere, Refused
from goldthread.contact import records_actions
from goldthread.contact.known import residents
from goldthread.contact.people_models import Marker, NameWord, Person, PersonName, PersonPhone, Phone, Place, Residence
from goldthread.contact.records_actions import Extract, load
from goldthread.contact.records_models import RecordLoad, RecordStaged, RecordStaging
from goldthread.contact.search import find
from tests import known_world
from tests.cast import Cast

pytestmark = pytest.mark.django_db

PEOPLE = "key,name,born\nN1,Orla Fenwick,2014-05-02\nN2,Tomas Fenwick,02/05/1984\n"
ADDRESSES = "key,number,street,area\nA1,14,Larch Road,North\nA2,3,Elm Row,South\n"


def days_ago(days: float) -> datetime:
    return database_now(connection) - timedelta(days=days)


class Loading:
    """Loads texts as files of one source."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0

    def __call__(
        self, kind: str, text: str | bytes, *, age: float = 10, whole: bool = False, yes: bool = False, source: str = "RMS",
        as_of: datetime | None = None, name: str = "",
    ) -> RecordLoad:  # fmt: skip
        self.count += 1
        path = self.folder / (name or f"{kind}-{self.count}.csv")
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return load(None, Extract(path, path.name, kind, source, as_of or days_ago(age), whole), yes=yes)


@pytest.fixture
def put(tmp_path: Path) -> Loading:
    return Loading(tmp_path)


def counts(made: RecordLoad) -> tuple[int, ...]:
    return made.added, made.changed, made.same, made.late, made.ended, made.refused


def whys(made: RecordLoad) -> dict[int, str]:
    return dict(made.refusals.values_list("line", "why"))


def names(typed: str, kind: str = "person") -> list[str]:
    return [one.name for one in find(kind, typed, known_world.today())]


def household(put: Loading) -> None:
    put("people", PEOPLE)
    put("addresses", ADDRESSES)
    put("phones", "key,person,number\nT1,N2,07700 900417\n")
    put("residences", "key,person,address,from\nR1,N1,A1,2014-05-02\nR2,N2,A1,\n")


def test_a_household_is_found_by_name_number_and_address_with_its_source(put: Loading) -> None:
    household(put)
    assert names("orla fenwik") == ["Orla Fenwick"]
    assert names("14 larch rd", "place") == ["14 Larch Road"]
    assert names("+44 7700 900417", "phone") == ["07700 900417"]
    found = find("person", "Tomas Fenwick", known_world.today())[0]
    assert (found.source, "14 Larch Road, North" in found.note) == ("RMS", True)
    place = Place.objects.get(number="14")
    assert [str(one.person) for one in residents([place.pk], known_world.today())] == ["Orla Fenwick", "Tomas Fenwick"]


def test_columns_in_any_order_extra_ones_told_and_a_missing_one_stops_it(put: Loading) -> None:
    made = put("people", "Born,shoe size,NAME,Key\n2014-05-02,4,Orla Fenwick,N1\n")
    assert counts(made) == (1, 0, 0, 0, 0, 0)
    assert "Left aside: shoe size." in made.told
    with pytest.raises(Refused, match=r"There is no column name\. .*The columns are: key, born\. Nothing was loaded\."):
        put("people", "key,born\nN9,2014-05-02\n")
    assert RecordLoad.objects.filter(outcome="stopped").get().said.startswith("There is no column name")
    with pytest.raises(Refused, match="neither a column person nor a column address"):
        put("flags", "key,kind\nF1,violent\n")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("key;name\nN1;Zoë O'Shea\n".encode("cp1252"), "CSV in Windows-1252, parted by semicolons"),
        ("key\tname\nN1\tZoë O'Shea\n".encode("utf-16"), "CSV in UTF-16, parted by tabs"),
        ("\ufeffkey|name\nN1|Zoë O'Shea\n".encode(), "CSV in UTF-8, parted by upright lines"),
        ('key,name\r\nN1,"Zoë O\'Shea"\r\n'.encode(), "CSV in UTF-8, parted by commas"),
    ],
)
def test_how_a_file_is_written_is_found_out_and_told(put: Loading, content: bytes, told: str) -> None:
    made = put("people", content)
    assert told in made.told
    assert Person.objects.get().name == "Zoë O'Shea"


def test_parquet_is_read_the_same(put: Loading) -> None:
    table = pa.table({
        "name": ["Orla Fenwick", "Tomas Fenwick"], "key": [1, 2], "born": [date(2014, 5, 2), None], "restricted": [True, False],
    })  # fmt: skip
    pq.write_table(table, put.folder / "people.parquet")
    made = load(None, Extract(put.folder / "people.parquet", "people.parquet", "people", "RMS", days_ago(1)))
    assert (made.added, made.refused, made.told) == (2, 0, "Read as Parquet.")
    orla = Person.objects.get(source_key="1")
    assert (orla.born and orla.born.isoformat(), orla.restricted) == ("2014-05-02", True)


def test_a_bad_line_is_listed_with_its_reason_and_the_rest_is_loaded(put: Loading) -> None:
    made = put(
        "people",
        "key,name,born,restricted\nN1,Orla Fenwick,,\n,No Key,,\nN3,,,\nN4,???,,\nN5,Una Best,31/02/2014,\nN6,Una Best,2999-01-01,\n"
        "N7,Una Best,,perhaps\nN8,Una Best,,,extra\nN1,Orla Fenwick-Moss,,\nN9," + "x" * 121 + ",,\nN10,\x00bad,,\n",
    )
    assert (made.lines, made.added, made.refused) == (11, 1, 10)
    told = whys(made)
    assert list(told) == [2, 3, 4, 5, 6, 7, 8, 9, 11, 12]
    for line, part in {
        2: "same key stands again on line 10", 3: "no key", 4: "no name", 5: "no letter", 6: "born is no day", 7: "still to come",
        8: "neither yes nor no", 9: "Expected 4 fields, found 5", 11: "longer than 120", 12: "no text",
    }.items():  # fmt: skip
        assert part in told[line], (line, told[line])
    assert Person.objects.get().name == "Orla Fenwick-Moss"
    assert not any("Una" in why or "Orla" in why for why in told.values()), "no word of a line is kept"


def test_newer_changes_older_never_does_and_search_follows(put: Loading) -> None:
    put("people", PEOPLE)
    newer = put("people", "key,name,born\nN1,Orla Marsh,2014-05-02\nN3,Ivo Marsh,\n", age=5)
    assert counts(newer) == (1, 1, 0, 0, 0, 0)
    assert (names("Orla Marsh"), names("Orla Fenwick")) == (["Orla Marsh"], [])
    late = put("people", PEOPLE + "N4,Late Comer,\n", age=20)
    assert counts(late) == (1, 0, 1, 1, 0, 0), "a late file adds what nobody knew, and takes nothing back"
    assert Person.objects.get(source_key="N1").name == "Orla Marsh"
    assert Person.objects.get(source_key="N3").as_of == newer.as_of
    own = put("people", "key,name,as_of\nN1,Older Line,2020-01-01\nN2,Tomas F Fenwick,\n", age=1)
    assert counts(own) == (0, 1, 0, 1, 0, 0), "a line may be older than its file"


def test_the_same_file_again_changes_nothing_and_answers_as_before(put: Loading) -> None:
    at = days_ago(3)
    first = put("people", PEOPLE, as_of=at)
    before = list(Person.objects.order_by("pk").values())
    assert put("people", PEOPLE, as_of=at).pk == first.pk
    assert list(Person.objects.order_by("pk").values()) == before
    assert counts(put("people", PEOPLE, age=2)) == (0, 0, 2, 0, 0, 0)
    assert Person.objects.get(source_key="N1").as_of > at, "what is said again later is as new as that"


def test_lines_refused_for_what_was_not_known_yet_are_of_use_later(put: Loading) -> None:
    at = days_ago(3)
    text = "key,person,address\nR1,N1,A1\nR2,N9,A1\n"
    put("addresses", ADDRESSES)
    with pytest.raises(Refused, match=r"No line of the file can be used. Line 2: No person of this source"):
        put("residences", text, as_of=at)
    put("people", PEOPLE)
    made = put("residences", text, as_of=at)
    assert (made.added, whys(made)) == (
        1,
        {3: "No person of this source with the key that it names is known. Load people first."},
    )
    put("people", "key,name\nN9,Ned Nine\n")
    assert counts(put("residences", text, as_of=at)) == (1, 0, 1, 0, 0, 0)


def test_a_whole_extract_ends_what_it_lacks_and_what_incidents_refer_to_stands(put: Loading, cast: Cast) -> None:
    put("people", PEOPLE + "".join(f"P{n},Pat Number{n},\n" for n in range(40)))
    rest = "".join(f"P{n},Pat Number{n},\n" for n in range(40))
    made = put("people", "key,name,born\nN1,Orla Fenwick,2014-05-02\n" + rest, age=2, whole=True)
    assert counts(made) == (0, 0, 41, 0, 1, 0)
    gone = Person.objects.get(source_key="N2")
    assert (gone.ended_at, gone.name, names("Tomas Fenwick")) == (made.as_of, "Tomas Fenwick", [])
    assert not PersonName.objects.filter(person=gone).exists()
    late = put("people", "key,name,born\nN2,Tomas Fenwick,1984-05-02\n", age=3)
    assert counts(late) == (0, 0, 0, 1, 0, 0), "what is older than its ending does not bring it back"
    back = put("people", "key,name,born\nN2,Tomas Fenwick,1984-05-02\n", age=1)
    assert (counts(back), names("Tomas Fenwick")) == ((0, 1, 0, 0, 0, 0), ["Tomas Fenwick"])


def test_a_whole_extract_that_ends_too_much_waits_for_a_yes(put: Loading) -> None:
    put("people", PEOPLE)
    at = days_ago(2)
    text = "key,name,born\nN1,Orla Fenwick,2014-05-02\n"
    with pytest.raises(Refused, match=r"would end 1 of the 2 rows .* more than 5%.*--yes"):
        put("people", text, as_of=at, whole=True)
    assert Person.objects.filter(ended_at=None).count() == 2
    assert counts(put("people", text, as_of=at, whole=True, yes=True)) == (0, 0, 1, 0, 1, 0)


def test_a_whole_extract_of_another_source_or_an_empty_one_is_stopped_whatever_is_said(put: Loading) -> None:
    put("people", PEOPLE)
    with pytest.raises(Refused, match="None of the 2 rows that stand from this source is in the file"):
        put("people", "key,name\nX1,Somebody Else\n", age=1, whole=True, yes=True)
    for empty in ("key,name\n", ""):
        with pytest.raises(Refused, match=r"holds no line|is empty"):
            put("people", empty, age=1, whole=True, yes=True)
    assert Person.objects.count() == 2
    other = put("people", "key,name\nN1,Somebody Else\n", age=1, whole=True, source="Custody")
    assert counts(other) == (1, 0, 0, 0, 0, 0), "keys of two sources are two people"


def test_a_line_that_cannot_be_used_does_not_end_its_row(put: Loading) -> None:
    put("people", PEOPLE)
    made = put("people", "key,name,born\nN1,Orla Fenwick,2014-05-02\nN2,,\n", age=1, whole=True)
    assert (made.ended, made.refused) == (0, 1)


def test_lines_whose_key_cannot_be_read_leave_everything_standing(put: Loading) -> None:
    put("people", PEOPLE)
    made = put("people", 'key,name\nN1,Orla Fenwick\nN9,"Una\nN2,Tomas Fenwick\n', age=1, whole=True, yes=True)
    assert (made.ended, made.refused, Person.objects.filter(ended_at=None).count()) == (0, 1, 2)
    assert "Nothing was ended: on 1 of its lines no key could be read" in made.told


def test_a_file_without_the_column_does_not_say_that_nothing_is_restricted_or_that_nobody_was_born(
    put: Loading,
) -> None:
    put("people", "key,name,born,restricted\nN1,Orla Fenwick,2014-05-02,yes\n")
    put("addresses", "key,number,street,restricted\nA1,14,Larch Road,yes\n")
    put("markers", "key,kind,person,review_on,words,restricted\nM1,weapon,N1,2030-01-01,A knife.,yes\n")
    put("people", "key,name\nN1,Orla Marsh\n", age=1)
    put("addresses", "key,number,street,unit\nA1,14,Larch Road,Flat 2\n", age=1)
    put("markers", "key,kind,person,review_on,words\nM1,weapon,N1,2031-01-01,Two knives.\n", age=1)
    orla = Person.objects.get()
    assert (orla.name, str(orla.born), orla.restricted) == ("Orla Marsh", "2014-05-02", True)
    assert Place.objects.get(unit="Flat 2").restricted
    assert [one.restricted for one in Marker.objects.order_by("id")] == [True, True]
    put("people", "key,name,born,restricted\nN1,Orla Marsh,,no\n", age=0.5)
    orla.refresh_from_db()
    assert (orla.born, orla.restricted) == (None, False)


def test_a_file_that_lacks_a_column_of_the_one_before_stops_unless_that_is_meant(put: Loading) -> None:
    put("people", PEOPLE)
    put("flags", "key,kind,person,review_on,words,until\nM1,weapon,N1,2030-01-01,A knife.,2030-01-02\n")
    with pytest.raises(
        Refused, match=r"It has no column words, which the extract before it had.*Nothing was loaded\..*--yes"
    ):
        put("flags", "until,key,kind,person,review_on\n2030-01-02,M1,weapon,N1,2031-01-01\n", age=1)
    with pytest.raises(Refused, match=r"none of the columns until, words"):
        put("flags", "key,kind,person,review_on\nM1,weapon,N1,2031-01-01\n", age=1)
    assert [one.words.shown() for one in Marker.objects.all() if one.words] == ["A knife."]
    put("flags", "key,kind,person,review_on,words,until\nM1,weapon,N1,2031-01-01,A knife.,2030-01-02\n", age=1)
    put("flags", "key,kind,person,review_on\nM1,weapon,N1,2031-01-01\n", age=0.5, yes=True)
    assert Marker.objects.filter(ended_at=None).get().words is None
    put("flags", "key,kind,person,review_on\nM2,weapon,N2,2031-01-01\n", age=0.2)


def test_an_address_that_was_corrected_takes_its_household_along(put: Loading) -> None:
    household(put)
    put("markers", "key,kind,address,review_on,words\nM1,dog,A1,2030-01-01,Two dogs loose.\n")
    put("addresses", "key,number,street,area\nA1,41,Larch Road,North\n", age=1)
    assert {str(one.place) for one in Residence.objects.select_related("place__street")} == {"41 Larch Road"}
    assert str(Marker.objects.get().place) == "41 Larch Road"
    assert Place.objects.get(number="14").ended_at is not None
    assert find("place", "14 Larch Road", known_world.today())[0].note.startswith("number 14 is not in the gazetteer")


def test_an_address_known_already_is_the_same_address(put: Loading) -> None:
    there = known_world.place(known_world.street("Larch Road"), "14")
    put("addresses", "key,number,street,area\nA1,14,Larch Rd,North\nA9,14,Larch Road,North\n", age=1)
    there.refresh_from_db()
    assert (Place.objects.count(), there.keys.count(), there.source) == (1, 2, known_world.SOURCE)
    put("addresses", "key,number,street,area\nA9,3,Elm Row,South\n", whole=True, yes=True)
    there.refresh_from_db()
    assert there.ended_at is None, "what another source holds does not go with this one"


def test_numbers_move_and_a_number_twice_is_told(put: Loading) -> None:
    household(put)
    made = put("phones", "key,person,number\nT1,N2,07700900999\nT2,N2,07700 900999\nT3,N1,no number\n", age=1)
    assert (made.changed, sorted(whys(made))) == (1, [3, 4])
    assert PersonPhone.objects.get(source_key="T1").phone.shown == "07700 900999"
    assert Phone.objects.count() == 2, "the old number stays, for contacts came from it"


def test_orders_and_flags_have_days_and_keep_what_they_said_before(put: Loading) -> None:
    household(put)
    head = "key,kind,number,conditions,person,from,until,review_on\n"
    made = put(
        "orders",
        head
        + "O1,order,AM/26/0417,Not to go to Larch Road.,N2,2026-06-01,2027-06-01,2026-12-01\nO2,order,,,N2,2026-06-01,2026-01-01,\n",
    )
    assert (made.added, whys(made)) == (1, {3: "It ends before it begins."})
    first = Marker.objects.select_related("words").get()
    assert (first.sort, first.number, first.words and first.words.text) == (
        "order",
        "AM/26/0417",
        "Not to go to Larch Road.",
    )
    assert (str(first.since), str(first.until), str(first.review_on)) == ("2026-06-01", "2027-06-01", "2026-12-01")
    put("flags", "key,kind,person,address\nO1,weapon,,A1\nO9,weapon,N1,A1\n")
    put("orders", head + "O1,order,AM/26/0417,Not to go to Elm Row.,N2,2026-06-01,2027-06-01,\n", age=1)
    first.refresh_from_db()
    assert first.ended_at is not None
    assert Marker.objects.filter(sort="order", ended_at=None).get().words.text == "Not to go to Elm Row."  # type: ignore[union-attr]
    kept = Payload.objects.get(pk=first.words_id)
    assert bytes(kept.digest) == hashlib.sha256(bytes(kept.salt) + kept.text.encode()).digest()


def test_what_was_erased_here_does_not_come_back_with_the_next_extract(put: Loading) -> None:
    put("people", PEOPLE)
    Person.objects.filter(source_key="N1").update(name="")
    made = put("people", PEOPLE, age=1)
    assert whys(made) == {2: "This person was erased here. Their source still holds them."}
    assert Person.objects.get(source_key="N1").name == ""


def test_a_load_that_was_stopped_goes_on_where_it_was(put: Loading, monkeypatch: pytest.MonkeyPatch) -> None:
    at, text = days_ago(1), "key,name\n" + "".join(f"P{n},Pat Number{n}\n" for n in range(12_000))
    copy, copied = records_actions._copy, []

    def stops(staging: Any, rows: Any) -> None:
        if len(copied) == 1:
            raise KeyboardInterrupt
        copied.append(len(rows))
        copy(staging, rows)

    monkeypatch.setattr(records_actions, "_copy", stops)
    with pytest.raises(KeyboardInterrupt):
        put("people", text, as_of=at, name="big.csv")
    assert (RecordStaged.objects.count(), Person.objects.count()) == (5_000, 0), "nobody searches in half an extract"
    monkeypatch.setattr(records_actions, "_copy", copy)
    told: list[str] = []
    path = put.folder / "big.csv"
    made = load(None, Extract(path, path.name, "people", "RMS", at), progress=told.append)
    assert told[0] == "Going on after line 5,001."
    assert (made.added, Person.objects.count(), NameWord.objects.count()) == (12_000, 12_000, 12_001)
    assert (RecordStaged.objects.count(), RecordStaging.objects.count()) == (0, 0), "nothing of it lies about"


def test_who_may_load_and_what_is_on_record(put: Loading, cast: Cast) -> None:
    path = put.folder / "people.csv"
    path.write_text(PEOPLE)
    given = Extract(path, "people.csv", "people", "RMS", days_ago(1))
    for one in (cast.handler, cast.fim, cast.pcc, cast.auditor, cast.stranger):
        with pytest.raises(NotThere):
            load(one, given)
    made = load(None, given)
    event = AuditEvent.objects.get(verb="records.load")
    assert (event.role, event.duty, f'["record-load","{made.pk}"]' in event.subjects) == ("system", "alteration", True)
    assert "Fenwick" not in event.detail


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "cats"}, "kind"),
        ({"source": ""}, "source"),
        ({"source": "contact"}, "source"),
        ({"source": "x" * 41}, "source"),
        ({"as_of": "later"}, "as_of"),
    ],
)
def test_what_a_file_is_said_to_be_is_checked(put: Loading, given: dict[str, Any], field: str) -> None:
    path = put.folder / "people.csv"
    path.write_text(PEOPLE)
    said: dict[str, Any] = {"kind": "people", "source": "RMS", "as_of": days_ago(1), **given}
    if said["as_of"] == "later":
        said["as_of"] = datetime(2999, 1, 1, tzinfo=UTC)
    with pytest.raises(Invalid) as refused:
        load(None, Extract(path, "people.csv", said["kind"], said["source"], said["as_of"]))
    assert list(refused.value.fields) == [field]
