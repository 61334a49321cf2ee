"""Partners and school terms from tables: what is usable is kept, every bad row is named with its line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from goldthread.cli import main
from goldthread.clocks.school import next_school_day
from goldthread.safeguarding.partner_models import Partner, PartnerContact, SchoolStaffDay, SchoolTerm
from goldthread.safeguarding.partner_queries import contacts, terms_of
from goldthread.safeguarding.partner_rules import terms
from tests.cast import Cast

HEAD = "kind,name,area,active,contact,role,email,phone,contact_active\n"
SOUND = "school,Larch Primary School,North,,Ada Lead,safeguarding lead,ada@larch.example,,\n"
TERMS = "school,what,first,last\n"


def put(tmp_path: object, text: str, command: str = "partners") -> int:
    path = tmp_path / "table.csv"  # type: ignore[operator]
    path.write_text(text, encoding="utf-8")
    return main([command, str(path)])


def test_good_rows_are_kept_and_each_bad_one_is_named(
    cast: Cast, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        "church,St Ann,,,Ann,,a@b.example,,", "school,,,,Ann,,a@b.example,,", "school,Oak,,,Ann,,,,",
        "school,Oak,Atlantis,,Ann,,a@b.example,,", "school,Oak,,perhaps,Ann,,a@b.example,,",
        "school,Oak,,,Ann,,no address,,", "school,Oak,,,Ann,,,call me,", f"school,{'x' * 121},,,Ann,,a@b.example,,",
    ]  # fmt: skip
    assert put(tmp_path, HEAD + SOUND + "\n".join(bad) + "\n") == 1
    told = capsys.readouterr()
    assert "9 rows read: 1 new, 0 changed, 0 as they were, 8 not used." in told.out
    for line in range(3, 11):
        assert f"Line {line}: " in told.err
    assert list(Partner.objects.values_list("name", flat=True)) == ["Larch Primary School"]
    assert put(tmp_path, HEAD + SOUND) == 0
    assert "0 new, 0 changed, 1 as they were" in capsys.readouterr().out


def test_who_is_no_contact_any_more_is_offered_nowhere_and_never_removed(cast: Cast, tmp_path: object) -> None:
    put(tmp_path, HEAD + SOUND)
    assert contacts("school").count() == 1
    put(tmp_path, HEAD + SOUND.replace(",,\n", ",,no\n"))
    assert contacts("school").count() == 0
    assert PartnerContact.objects.get().active is False


def test_terms_are_entered_with_half_terms_and_staff_days(
    cast: Cast, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, HEAD + SOUND)
    capsys.readouterr()
    name = "Larch Primary School"
    rows = [
        f"{name},term,2026-09-02,2026-10-23", f"{name},term,2026-11-02,2026-12-18", f"{name},staff day,2026-11-02,2026-11-02",
        f"{name},term,2026-10-01,2026-11-10", "Nowhere School,term,2026-09-02,2026-10-23", f"{name},term,2026-12-18,2026-09-02",
        f"{name},term,soon,2026-09-02", f"{name},holiday,2026-09-02,2026-09-03", f"{name},term,2026-01-05,2026-07-20",
        f"{name},staff day,2026-11-03,2026-11-04",
    ]  # fmt: skip
    assert put(tmp_path, TERMS + "\n".join(rows) + "\n", "terms") == 1
    told = capsys.readouterr()
    assert "10 rows read: 3 new" in told.out
    for line, why in (
        (5, "overlaps"),
        (6, "no school"),
        (7, "before first"),
        (8, "date such as"),
        (9, "'term'"),
        (10, "120 days"),
        (11, "one date"),
    ):
        assert re_line(told.err, line, why), (line, told.err)
    assert "Larch Primary School 2026/27: a term is missing" in told.err
    assert (SchoolTerm.objects.count(), SchoolStaffDay.objects.count()) == (2, 1)
    school = Partner.objects.get()
    assert terms_of(school).spans == ()
    assert put(tmp_path, f"{TERMS}{name},term,2027-04-12,2027-07-20\n", "terms") == 0
    assert "2026/27: a term is missing" in capsys.readouterr().err
    told_at = next_school_day(datetime(2027, 1, 15, 18, tzinfo=UTC), terms_of(school), ())
    assert (told_at.day, told_at.known) == (date(2027, 1, 18), False), "a spring that nobody entered is no holiday"
    assert put(tmp_path, f"{TERMS}{name},term,2027-01-05,2027-03-24\n", "terms") == 0
    assert "missing" not in capsys.readouterr().err
    assert len(terms_of(school).spans) == 4


@pytest.mark.parametrize("left_out", [0, 1, 2, 3])
def test_a_year_counts_only_with_all_its_terms(left_out: int) -> None:
    year = [
        ("2026-09-02", "2026-10-23"),
        ("2026-11-02", "2026-12-18"),
        ("2027-01-05", "2027-03-24"),
        ("2027-04-12", "2027-07-20"),
    ]
    spans = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in year]
    assert terms(spans, ()).spans == tuple(spans)
    assert terms([one for one in spans if one != spans[left_out]], ()).spans == ()


def test_what_was_entered_wrongly_is_removed_and_entered_anew(
    cast: Cast, tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, HEAD + SOUND)
    name = "Larch Primary School"
    put(tmp_path, f"{TERMS}{name},term,2027-01-11,2027-03-24\n{name},staff day,2027-01-12,2027-01-12\n", "terms")
    capsys.readouterr()
    moved = [
        f"{name},no term,2027-01-11,2027-03-24",
        f"{name},term,2027-01-05,2027-03-24",
        f"{name},no staff day,2027-01-12,2027-01-12",
    ]
    assert put(tmp_path, TERMS + "\n".join(moved) + "\n", "terms") == 0
    assert "3 rows read: 1 new, 2 changed" in capsys.readouterr().out
    assert [str(one.first) for one in SchoolTerm.objects.all()] == ["2027-01-05"]
    assert not SchoolStaffDay.objects.exists()
    assert put(tmp_path, f"{TERMS}{moved[0]}\n", "terms") == 1
    assert re_line(capsys.readouterr().err, 2, "no term from 2027-01-11")


def re_line(text: str, line: int, why: str) -> bool:
    """Whether the complaint about this line says so."""
    return any(one.startswith(f"Line {line}: ") and why in one for one in text.splitlines())


def test_a_file_that_is_no_table_changes_nothing(cast: Cast, tmp_path: object) -> None:
    assert put(tmp_path, "a,b\n1,2\n") == 2
    assert put(tmp_path, TERMS, "terms") == 2
