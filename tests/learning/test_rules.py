"""Until when a course is held, in which state somebody is, what the file says, and what each line of a register must say."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.config.dated import table
from goldthread.config.errors import Invalid
from goldthread.learning import reading, rules
from goldthread.learning.rules import Was

KNOWN = rules.courses_on(date(2026, 6, 1))


def test_a_course_is_held_for_its_months_to_the_same_day_or_the_months_last() -> None:
    assert rules.held_until(date(2026, 3, 14), 12) == date(2027, 3, 14)
    assert rules.held_until(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert rules.held_until(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert rules.held_until(date(2026, 12, 31), 1) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("until", "state"),
    [
        (None, "never"), (date(2026, 5, 31), "expired"), (date(2026, 6, 1), "soon"), (date(2026, 7, 31), "soon"),
        (date(2026, 8, 1), "held"),
    ],
)  # fmt: skip
def test_a_state_changes_on_the_day(until: date | None, state: str) -> None:
    assert rules.state(until, date(2026, 6, 1), 60) == state


def test_the_thrive_refresher_comes_first_and_the_file_names_roles_there_are() -> None:
    assert next(iter(KNOWN.courses)) == "thrive-refresher"
    assert "thrive-refresher" in {one.code for one in KNOWN.owed_by("call_handler")}
    row = table("learning", "learning.toml")["set"][0]
    with pytest.raises(ValueError, match="two courses"):
        rules.made({**row, "course": [row["course"][0], row["course"][0]]})
    with pytest.raises(ValueError, match="unknown role"):
        rules.made({**row, "course": [{**row["course"][0], "must": ["juggler"]}]})
    assert rules.named("gone-long-ago") == "gone-long-ago"


def test_a_cohort_has_days_a_place_and_places() -> None:
    day = date(2026, 6, 1)
    assert rules.cohort("thrive-refresher", day, day, " Room  2 ", 8, KNOWN) == "Room 2"
    for given_, field in [
        (("none", day, day, "Room", 8), "course"), (("thrive-refresher", day, date(2026, 5, 1), "Room", 8), "ends"),
        (("thrive-refresher", day, date(2027, 5, 1), "Room", 8), "ends"), (("thrive-refresher", day, day, " ", 8), "place"),
        (("thrive-refresher", day, day, "x" * 121, 8), "place"), (("thrive-refresher", day, day, "Room", 0), "places"),
    ]:  # fmt: skip
        with pytest.raises(Invalid) as told:
            rules.cohort(*given_, KNOWN)
        assert set(told.value.fields) == {field}


@given(st.lists(st.integers(), unique=True), st.integers(1, 20))
def test_the_first_have_the_places_and_the_others_wait_in_their_order(bookings: list[int], places: int) -> None:
    placed, waiting = rules.divided(bookings, places)
    assert placed + waiting == bookings
    assert len(placed) == min(places, len(bookings))


def test_a_register_names_each_once_with_a_result_only_of_who_was_there() -> None:
    rules.register([Was("a", attended=True, result="passed"), Was("b", attended=False)])
    for rows in (
        [], [Was("a", attended=True), Was("A", attended=False)], [Was("a", attended=False, result="passed")],
        [Was("a", attended=True, result="splendid")],
    ):  # fmt: skip
        with pytest.raises(Invalid):
            rules.register(rows)


def read(text: str) -> list[tuple[int, Was]]:
    return [(one.number, one.was) for one in reading.read(text.encode())]


def test_a_file_is_read_whatever_the_columns_order_and_its_separator() -> None:
    expected = [(2, Was("4411", attended=True, result="passed")), (3, Was("4412", attended=False))]
    assert read("collar,attended,result\n4411,yes,Passed\n4412,No,\n") == expected
    assert read("\ufeffAttended;Result;Collar Number\r\nY;pass;4411\r\nn;;4412\r\n") == expected
    assert read("username\tattended\n\n4411\ttrue\n") == [(3, Was("4411", attended=True))]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("collar,attended\n", "names nobody"),
        ("collar,came\n1,yes\n", "column came that is not known"),
        ("collar,result\n1,passed\n", "column attended is missing"),
        ("attended,result\nyes,passed\n", "column collar is missing"),
        ("collar,login,attended\n1,1,yes\n", "Two columns say the same"),
        ("collar,attended\n1,perhaps\n", "Line 2: attended is perhaps"),
        ("collar,attended\n1\n", "Line 2: it has 1 columns and not 2"),
        ("collar,attended\n,yes\n", "Line 2: nobody is named"),
        ("collar,attended\nab,yes\nAB,no\n", "Line 3: AB stands in line 2 already"),
        ("collar,attended,result\n1,no,passed\n", "Line 2: 1 was not there and has a result"),
        ("collar,attended,result\n1,yes,grand\n", "Line 2: the result grand"),
        ("collar,attended\n1,yes\x00\n", "not written in UTF-8"),
        ("collar,attended\n" + "".join(f"{n},maybe\n" for n in range(30)), "And 20 more"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, says: str) -> None:
    with pytest.raises(Invalid) as told:
        read(text)
    assert says in told.value.fields["file"]


def test_another_encoding_and_a_file_too_large_are_refused_with_what_to_do() -> None:
    for content in ("collar,attended\nÅsa,yes\n".encode("latin-1"), "collar,attended\n1,yes\n".encode("utf-16")):
        with pytest.raises(Invalid, match="UTF-8"):
            reading.read(content)
    with pytest.raises(Invalid, match="larger"):
        reading.read(b"collar,attended\n" + b"1,yes\n" * 60_000)


@given(st.binary(max_size=200))
def test_whatever_is_in_a_file_it_is_read_or_refused_in_words(content: bytes) -> None:
    refused: dict[str, str] = {}
    try:
        found = reading.read(content)
    except Invalid as error:
        found, refused = [], error.fields
    assert found or refused["file"]
