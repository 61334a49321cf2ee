"""``goldthread units``: all of a table or nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cast import Cast, attended, graded, opened

from goldthread.audit.models import AuditEvent
from goldthread.cli import main
from goldthread.response.models import Unit

HEADER = "call_sign,area,skills,crew\n"


def put(folder: Path, rows: str, header: str = HEADER) -> int:
    (folder / "units.csv").write_text(header + rows)
    return main(["units", str(folder / "units.csv")])


def test_units_are_made_off_duty_and_brought_up_to_date(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert put(tmp_path, "NB12,North,dog; firearms ;dog,officer\nNB13,North,,\n") == 0
    assert "2 units read: 2 are new and off duty, 0 changed, 0 are as they were." in capsys.readouterr().out
    made = Unit.objects.get(call_sign="NB12")
    assert (made.state, made.area, made.skills) == ("off", "North", ["dog", "firearms"])
    assert list(made.crew.all()) == [cast.officer]
    Unit.objects.filter(pk=made.pk).update(state="available")
    assert put(tmp_path, "NB12,South,dog,\nNB13,North,,\n") == 0
    assert "0 are new and off duty, 1 changed, 1 are as they were." in capsys.readouterr().out
    made.refresh_from_db()
    assert (made.state, made.area, made.skills, made.crew.count()) == ("available", "South", ["dog"], 0)
    assert Unit.objects.filter(pk=cast.unit.pk).exists(), "what is not named stays"
    assert AuditEvent.objects.filter(verb="unit.put").count() == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",North,,", "it has no call sign"),
        ("NB1,Nowhere,,", "its area is none of"),
        ("NB1,,,", "its area is none of"),
        ("NB1,North,,ghost", "nobody may sign in as ghost"),
        ("GOOD,North,,", "GOOD stands there twice"),
        ("N" * 21 + ",North,,", "at most 20 characters"),
        ("NB1,North," + "s" * 41 + ",", "a skill 40"),
    ],
)
def test_one_bad_row_changes_nothing(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, why: str
) -> None:
    before = list(Unit.objects.order_by("pk").values())
    assert put(tmp_path, f"GOOD,North,,\n{row}\n") == 2
    told = capsys.readouterr().err
    assert why in told.split("Line 3: ", 1)[1].splitlines()[0]
    assert "Nothing was changed" in told
    assert list(Unit.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "has no column call_sign"),
        (HEADER.encode(), "has no unit"),
        (b"sign,area,skills,crew\nA,North,,\n", "has no column call_sign"),
        (b"call_sign,area,skills\nA,North,\n", "has no column crew"),
        (HEADER.encode() + b"A,North,dog,one,two\n", "Line 2 of"),
        (HEADER.encode() + b"\xff\xfe,North,,\n", "not readable as CSV in UTF-8"),
        (HEADER.encode() + b'"' + b"x" * 20_000, "not readable as CSV"),
    ],
)
def test_what_is_no_table_of_units_is_told(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, sentence: str
) -> None:
    (tmp_path / "units.csv").write_bytes(content)
    assert main(["units", str(tmp_path / "units.csv")]) == 2
    assert sentence in capsys.readouterr().err
    assert main(["units", str(tmp_path / "none.csv")]) == 2


def test_a_unit_that_is_away_keeps_its_crew(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    incident = opened(cast.handler)
    graded(cast.handler, incident)
    attended(cast, incident)
    sign, skills = cast.unit.call_sign, ";".join(cast.unit.skills)
    assert put(tmp_path, f"{sign},{cast.unit.area},{skills},\n") == 2
    assert f"Line 2: {sign} is with an incident" in capsys.readouterr().err
    assert list(cast.unit.crew.all()) == [cast.officer]
