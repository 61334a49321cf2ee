"""What comes out of CSV that somebody broke, and what the added columns say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldthread.screening import tables
from tests.screening.conftest import LOGS, csv_rows

Screen = Callable[..., tuple[int, str]]
SECRET = "kids crying at Tamsin Orbell's"


def test_the_answers_tell_people_who_read_them_and_how(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f'text\n{LOGS[0]}\n"{LOGS[1]}"\n')
    assert screen(tmp_path / "in.csv", tmp_path / "out.csv")[0] == 0
    calm, grave = csv_rows(tmp_path / "out.csv")
    assert calm["gt_quotes"] == ""
    assert "kids crying" in grave["gt_quotes"]
    assert grave["gt_quotes"].startswith("“")
    assert (grave["gt_path"], grave["gt_model"], grave["gt_error"]) == ("fast", "", "")


def test_an_empty_log_is_no_answer_and_says_why(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ref,text\n1,\n")
    assert screen(tmp_path / "in.csv", tmp_path / "out.csv")[0] == 0
    (row,) = csv_rows(tmp_path / "out.csv")
    assert row["gt_abstain"] == "true"
    assert "no words" in row["gt_doubt"]


def test_a_header_alone_gives_a_header_alone(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ref,text\n")
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 0
    assert "0 rows written" in said
    assert (tmp_path / "out.csv").read_text().startswith("ref,text,gt_child,")


def test_a_quote_that_never_closes_is_told_and_no_row_is_quietly_swallowed(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f'ref,text\n1,bike taken\n2,"{SECRET}\n3,bike taken\n')
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 1
    assert "Row 2: a quote is opened and never closed" in said
    rows = csv_rows(tmp_path / "out.csv")
    assert [bool(row["gt_error"]) for row in rows] == [False, True]
    assert "3,bike taken" in rows[1]["text"]


def test_two_stray_quotes_swallow_no_row_without_a_word(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        'ref,text\n0,bike taken\n1,"bike taken\n2,kids crying\n3,"shouting at mum\n4,bike taken\n5,"bike\n"\n'
    )
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 1
    assert (
        "Row 2: a quote stands in the middle of a field, so this row runs over 3 lines; none of them was read." in said
    )
    assert "1 bad rows" in said
    rows = csv_rows(tmp_path / "out.csv")
    assert [(row["ref"], bool(row["gt_error"])) for row in rows] == [
        ("0", False),
        ("1", True),
        ("4", False),
        ("5", False),
    ]
    assert "2,kids crying" in rows[1]["text"]
    assert "shouting at mum" in rows[1]["text"]


@pytest.mark.parametrize(
    ("lines", "read"),
    [
        ('1,"bike taken\n"2","kids crying"\n3,bike', [False, True]),  # every field quoted, one not closed
        ('1,"bike taken\n2,"kids crying"\n3,bike', [False, True]),
        ('1,"a ""b"" c\n2,"kids"" crying"\n3,bike', [False, True]),
        ('1,"bike" taken,"and\n2,kids crying\n3,"shouting\n4,bike', [False, True]),
        ('1,"bike taken\r\n2,kids crying\r\n3,"shouting\r\n4,bike\r\n', [False, True]),
        ('1,"bike taken\n2,kids crying\n3,"shouting', [False]),  # at the end of the file
    ],
)
def test_a_stray_quote_costs_the_rows_in_its_lines_and_no_more(tmp_path: Path, lines: str, read: list[bool]) -> None:
    (tmp_path / "in.csv").write_bytes(b"ref,text\n" + lines.encode())
    with tables.open_file(tmp_path / "in.csv") as source:
        (chunk,) = source.chunks(400, 0, None)
    assert [at not in chunk.faults for at in range(chunk.rows)] == read


@pytest.mark.parametrize(
    ("field", "read"),
    [
        ('"she said ""stop"",\r\nkids crying\n\n"', 'she said "stop",\r\nkids crying\n\n'),
        ('""', ""),
        ('"""\n"""', '"\n"'),
        ('"stop" she said', "stop she said"),  # all on one line: its words are there, as they always were
        ('he said "stop"', 'he said "stop"'),
    ],
)
def test_quotes_that_swallow_nothing_are_read(tmp_path: Path, field: str, read: str) -> None:
    (tmp_path / "in.csv").write_bytes(f"ref,text\n1,{field}\n2,bike taken\n".encode())
    with tables.open_file(tmp_path / "in.csv") as source:
        (chunk,) = source.chunks(400, 0, None)
    assert chunk.given == [["1", read], ["2", "bike taken"]]
    assert chunk.faults == {}


@pytest.mark.parametrize("header", ['ref,"text', 'ref,"text\n1,"bike'])
def test_a_header_with_a_stray_quote_is_refused_without_its_words(screen: Screen, tmp_path: Path, header: str) -> None:
    (tmp_path / "in.csv").write_text(f"{header}\n2,{SECRET}\n3,bike taken\n")
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 2
    assert "stray quote in its header row" in said
    assert "Orbell" not in said


def test_a_quote_that_closes_at_the_very_end_is_no_fault(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text('ref,text\n1,"bike taken"')
    assert screen(tmp_path / "in.csv", tmp_path / "out.csv")[0] == 0


def test_a_huge_field_is_read_and_one_beyond_all_measure_refused(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.csv").write_text(f"ref,text\n1,bike taken\n2,{'kids crying. ' * 40_000}\n")
    assert screen(tmp_path / "in.csv", tmp_path / "out.csv")[0] == 0
    assert "kids crying" in csv_rows(tmp_path / "out.csv")[1]["gt_quotes"]
    monkeypatch.setattr("goldthread.screening.csvs.LONGEST_FIELD", 1000)
    status, said = screen(tmp_path / "in.csv", tmp_path / "again.csv")
    assert status == 2
    assert "not readable as CSV after row 1: field larger than field limit" in said


def test_long_rows_make_small_chunks(screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("goldthread.screening.csvs.CHUNK_SIZE", 10)
    (tmp_path / "in.csv").write_text("ref,text\n" + "1,bike taken\n" * 5)
    with tables.open_file(tmp_path / "in.csv") as source:
        assert [chunk.rows for chunk in source.chunks(400, 0, None)] == [1] * 5


def test_no_words_of_a_log_are_ever_said(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f"ref,text\nA1,{SECRET},more\n{SECRET}\nC3,{SECRET}\n")
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv", "--id", "ref", "--text", "text")
    assert status == 1
    assert "Row 1: expected 2 fields, found 3" in said
    assert "Row 2: expected 2 fields, found 1" in said
    assert "Orbell" not in said


@pytest.mark.parametrize(
    "record",
    [
        'A1,"Tamsin Orbell of 14 Larch Road rang, kids crying"',
        "Orbell,Tamsin,Orbell,4/3/2017",
        "1,Orbell,kids crying",
        "A1,Orbell hit the child.",
        "A1,Tamsin Orbell was there with child",
        "A1,Tamsin-Orbell-of-Larch-Road-hit-her-child-again",
    ],
)
@pytest.mark.parametrize("options", [[], ["--text", "narrative"], ["--text", "A1", "--id", "ref"]])
def test_a_first_record_without_a_header_is_not_said(
    screen: Screen, tmp_path: Path, record: str, options: list[str]
) -> None:
    (tmp_path / "in.csv").write_text(f"{record}\n{record}\n")
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv", *options)
    assert status == 2
    assert "columns; is there a header row?" in said
    assert "Orbell" not in said


@pytest.mark.parametrize("header", ["Ref,Date of birth (child),Log-Text/2", "ref,person.name,old_text", ",ref,Größe"])
def test_names_that_are_a_headers_are_told(screen: Screen, tmp_path: Path, header: str) -> None:
    (tmp_path / "in.csv").write_text(f"{header}\nA1,bike taken,b\n")
    assert header.replace(",", ", ") in screen(tmp_path / "in.csv", tmp_path / "out.csv")[1]


def test_many_bad_rows_are_counted_and_not_all_told(
    screen: Screen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("goldthread.screening.run.MOST_TOLD", 2)
    (tmp_path / "in.csv").write_text("ref,text\n" + "1\n" * 9)
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 1
    assert said.count("expected 2 fields") == 2
    assert "9 bad rows" in said


@pytest.mark.parametrize(
    ("header", "options"),
    [
        ("ref,log,log", []),
        ("ref,log,log", ["--text", "log"]),
        ("ref,ref,log", ["--id", "ref"]),
        ("log,ref,log", ["--text", "log", "--id", "ref"]),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_name_that_two_columns_bear_names_neither(
    screen: Screen, tmp_path: Path, header: str, options: list[str], ending: str
) -> None:
    (tmp_path / "in.csv").write_text(f"{header}\nA1,bike taken,{LOGS[1].replace(',', '')}\n")
    if ending == "parquet":
        columns = [pa.array([one]) for one in ("A1", "bike taken", LOGS[1])]
        pq.write_table(pa.Table.from_arrays(columns, names=header.split(",")), tmp_path / "in.parquet")
    status, said = screen(tmp_path / f"in.{ending}", tmp_path / "out.csv", *options)
    assert status == 2
    assert "2 columns are called" in said
    assert "a name of its own" in said


def test_two_columns_of_a_name_that_nothing_asks_for_are_kept(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("ref,area,area,log\nA1,north,south,bike taken\n")
    assert screen(tmp_path / "in.csv", tmp_path / "out.csv", "--id", "ref")[0] == 0
    assert (tmp_path / "out.csv").read_text().splitlines()[1].startswith("A1,north,south,bike taken,")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"ref;text\n1;a\n", "not parted by commas"),
        ("ref,text\n1,a\n".encode("utf-16"), "UTF-16"),
        (b"", "needs a header row"),
        (b"\n\n", "needs a header row"),
        (b"ref,place\n1,a\n", "Say with --text"),
    ],
)
def test_what_is_no_such_table_is_a_sentence(screen: Screen, tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    status, said = screen(tmp_path / "in.csv", tmp_path / "out.csv")
    assert status == 2
    assert sentence in said
    assert not (tmp_path / "out.csv").exists()


def test_findings_are_whole_in_their_column(screen: Screen, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(f'ref,text\n1,"{LOGS[1]}"\n')
    screen(tmp_path / "in.csv", tmp_path / "out.csv")
    (row,) = csv_rows(tmp_path / "out.csv")
    assert all(LOGS[1][one["start"] : one["end"]] == one["quote"] for one in json.loads(row["gt_findings"]))
