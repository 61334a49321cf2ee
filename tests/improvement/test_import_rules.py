"""A plan file: its columns, days in three formats, what is ambiguous, and what of it is new. Without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from goldthread.config.errors import Invalid
from goldthread.improvement import import_rules
from goldthread.improvement.import_rules import Preview, Standing, day, decoded, preview, read

HEAD = "recommendation,reference,action,owner,milestone,due\n"
MARCH = date(2027, 3, 14)


def looked(lines: str, standing: dict[str, Standing] | None = None, head: str = HEAD) -> Preview:
    rows, wrong = read(head + lines)
    return preview(rows, wrong, {1, 2}, {"gold"}, standing or {})


def wrongs(found: Preview) -> dict[int, str]:
    return {one.line: one.says for one in found.wrong}


@pytest.mark.parametrize(
    "written",
    [
        "2027-03-14",
        "2027-3-14",
        "14/03/2027",
        "14/3/2027",
        "14.03.2027",
        "14-03-2027",
        "14 March 2027",
        "14 Mar 2027",
        "14th march 2027",
        " 14/03/2027 ",
    ],
)
def test_a_day_is_read_as_people_write_it(written: str) -> None:
    assert day(written) == MARCH
    assert day(written, american=True) == MARCH, "nobody could read this another way"


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("14/03/27", "two digits"),
        ("03/14/2027", "month first"),
        ("31/02/2027", "no such day"),
        ("2027-13-01", "no such day"),
        ("14 Ma 2027", "is no day"),
        ("14 Ju 2027", "is no day"),
        ("14 Foo 2027", "no such day"),
        ("14/03-2027", "is no day"),
        ("tomorrow", "is no day"),
        ("14/03/1066", "cannot be right"),
        ("٣/٣/٢٠٢٧", "is no day"),
    ],
)
def test_a_day_that_cannot_be_told_is_refused_with_how_to_write_it(written: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        day(written)
    assert "14 March 2027" in str(refused.value)


def test_where_one_day_has_the_month_first_those_that_read_both_ways_are_refused_by_line() -> None:
    lines = "1,1.1,Train,gold,Half,03/04/2027\n1,1.1,,,All,04/25/2027\n2,2.1,Ask,,Told,2027-05-06\n2,2.1,,,Same,05/05/2027\n"
    found = wrongs(looked(lines))
    assert set(found) == {2, 3}
    assert "two ways" in found[2]
    assert "month first" in found[3]
    alone = looked(lines.replace("04/25/2027", "25/04/2027"))
    assert not alone.wrong
    assert alone.actions[0].steps == [("Half", date(2027, 4, 3)), ("All", date(2027, 4, 25))]


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_every_day_written_in_each_of_the_three_is_that_day(one: date) -> None:
    assert day(one.isoformat()) == one
    assert day(f"{one:%d/%m/%Y}") == one
    assert day(f"{one.day} {import_rules.MONTHS[one.month - 1].title()} {one.year}") == one


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("recommendation,reference,action,owner,milestone\n", "Missing: due"),
        (HEAD.replace("due", "deadline"), "Not known: deadline"),
        (HEAD.replace("owner", "action"), "Given twice: action"),
        ("1,1.1,Train,gold,Half,2027-03-14\n", "Missing: recommendation"),
        ("\n\n", "Missing"),
    ],
)
def test_wrong_columns_are_named(head: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as refused:
        read(f"{head}1,1.1,Train,,,\n")
    assert "Nothing was entered" in str(refused.value)


def test_columns_in_any_order_by_commas_semicolons_or_tabs_with_a_mark_of_order_at_the_start() -> None:
    for mark in (",", ";", "\t"):
        text = "\ufeffDue;Milestone;Owner;Action;Reference;Recommendation\n14/03/2027;Half;gold;Train;1.1;1\n".replace(
            "_", ""
        )
        rows, wrong = read(text.replace(";", mark))
        assert not wrong
        assert (rows[0].recommendation, rows[0].reference, rows[0].milestone, rows[0].due) == (1, "1.1", "Half", MARCH)


def test_each_line_that_is_wrong_is_named_and_lines_are_counted_as_a_spreadsheet_does() -> None:
    lines = (
        '1,1.1,"Train\nevery desk",gold,,\n'  # two lines of the file
        "x,1.2,Ask,,,\n"
        "1,,Ask,,,\n"
        "1,1.3,Ask,,Half,\n"
        "1,1.4,Ask,,,2027-03-14\n"
        "1,1.5,Ask\n"
        "9,1.6,Ask,,,\n"
        "1,1.7,Ask,nobody,,\n"
        "1,1.8,,,,\n"
        "2,1.1,,,,\n"
        "1,1.1,Otherwise,,,\n"
        "\n"
    )
    found = wrongs(looked(lines))
    assert list(found) == [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]
    for line, says in {
        4: "not a number", 5: "no reference", 6: "no day", 7: "no milestone", 8: "3 cells", 9: "no recommendation 9",
        10: "Nobody with the login nobody", 11: "has no words", 12: "is of recommendation 1", 13: "reads otherwise",
    }.items():  # fmt: skip
        assert says in found[line], line


def test_what_is_there_already_is_told_apart_from_what_is_new() -> None:
    standing = {"1.1": Standing(1, "Train", "gold", {("Half", MARCH)})}
    found = looked("1,1.1,Train,gold,Half,14/03/2027\n1,1.1,,,All,2027-04-01\n2,2.1,Ask,,,\n2,2.1,,,,\n", standing)
    assert not found.wrong
    assert (found.new_actions, found.new_steps, found.same) == (1, 1, 2)
    assert [(one.reference, one.new) for one in found.actions] == [("1.1", False), ("2.1", True)]
    other = wrongs(looked("1,1.1,Teach,,,\n2,1.1,,,,\n", standing))
    assert "reads otherwise in the plan" in other[2]
    assert "of recommendation 1 in the plan" in other[3]


def test_files_that_are_none_are_refused() -> None:
    for content, says in (
        (b"", "empty"),
        (b" \n", "empty"),
        (HEAD.encode() + "1,1.1,Caf\u00e9,,,".encode("cp1252"), "Line 2 is not in UTF-8"),
        (b"x" * (import_rules.MOST_BYTES + 1), "larger than 1 MB"),
    ):
        with pytest.raises(Invalid, match=says):
            decoded(content)
    assert decoded(b"\xef\xbb\xbfa") == "a"
    with pytest.raises(Invalid, match="quotation mark"):
        read(f'{HEAD}1,1.1,"Train\n1,1.2,Ask,,,\n')
    with pytest.raises(Invalid, match="no line below the head"):
        read(f"{HEAD}\n,,,,,\n")
    with pytest.raises(Invalid, match="more than 2,000 lines"):
        read(HEAD + "1,1.1,Train,,,\n" * 2_001)


@given(st.text(max_size=300))
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    for sent in (text, HEAD + text):
        try:
            rows, wrong = read(sent)
        except Invalid:
            continue
        preview(rows, wrong, {1}, set(), {})
