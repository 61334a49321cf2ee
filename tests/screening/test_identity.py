"""Names, dates, numbers and addresses come to one form, or to None; and a command whose extra is missing says how to get it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from goldthread.cli import main
from goldthread.screening import identity
from goldthread.screening.errors import ScreenError


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("Mrs. O'Brien-Smith", "obrien smith"),
        ("  Zoë ", "zoe"),
        ("Dr", None),
        ("", None),
        ("123", None),
    ],
)
def test_a_name(given: str, made: str | None) -> None:
    assert identity.name(given) == made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("2017-03-04", "2017-03-04"),
        ("2017-03-04 00:00:00", "2017-03-04"),
        ("20170304", "2017-03-04"),
        ("04/03/2017", "2017-03-04"),
        ("4.3.2017", "2017-03-04"),
        ("31/02/2017", None),
        ("about 6", None),
        ("", None),
    ],
)
def test_a_date_of_birth(given: str, made: str | None) -> None:
    assert identity.born(given) == made


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("07700 900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
        ("none", None),
        ("1", None),
    ],
)
def test_a_telephone_number(given: str, made: str | None) -> None:
    assert identity.phone(given) == made


@pytest.mark.parametrize(
    ("given", "flat", "number", "street"),
    [
        ("Flat 2, 14a Mill Ln, Amberford", "2", "14a", "mill lane"),
        ("14A MILL LANE", None, "14a", "mill lane"),
        ("Rose Cottage, Mill Lane", None, None, "rose cottage"),
        ("Apt 3 9 Kiln Rd", "3", "9", "kiln road"),
        ("", None, None, None),
    ],
)
def test_an_address(given: str, flat: str | None, number: str | None, street: str | None) -> None:
    assert identity.address(given) == {"flat": flat, "number": number, "street": street}


def test_a_postcode_may_stand_in_the_address() -> None:
    assert identity.postcode("am4 4as") == "AM44AS"
    assert identity.record("addresses", {"address": "9 Kiln Lane, AM4 4AS"})["postcode"] == "AM44AS"
    assert identity.postcode("Amberford") is None


def test_columns_are_found_by_name_or_as_said() -> None:
    names = ["Ref", "First Name", "Surname", "DOB", "Post Code"]
    assert identity.places("people", names, {}) == {"given": 1, "surname": 2, "dob": 3, "postcode": 4}
    assert identity.places("people", names, {"given": "Ref"})["given"] == 0
    with pytest.raises(ScreenError, match="--column given=COLUMN"):
        identity.places("people", ["forename", "first_name", "surname", "dob"], {})
    with pytest.raises(ScreenError, match="2 columns are called 'surname'"):
        identity.places("people", ["forename", "surname", "surname", "dob"], {"surname": "surname"})


def test_a_first_record_without_a_header_is_not_said() -> None:
    for named in ({}, {"given": "forename"}):
        with pytest.raises(ScreenError, match="3 columns; is there a header row") as refused:
            identity.places("people", ["Tamsin", "Orbell", "14 Larch Road"], named)
        assert "Orbell" not in str(refused.value)


def test_without_its_extra_a_command_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text("text\nbike taken\n")
    for missing, command in [("duckdb", ["link"]), ("pyspark", ["screen", "--engine", "spark", "--path", "fast"])]:
        monkeypatch.setitem(sys.modules, missing, None)
        assert main([*command, str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 2
        assert "make setup-extras" in capsys.readouterr().err
