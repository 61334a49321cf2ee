"""Records of one person, or of one address, are found again, and hardly ever two persons or homes made one."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from goldthread.cli import main
from tests_extras.people import addresses, people

Row = dict[str, str]
UNSEEN = 11
"""Of the records measured here; the thresholds in ``likeness.py`` were chosen on those of seed 7."""


def written(path: Path, rows: list[Row]) -> Path:
    with path.open("w", newline="") as file:
        made = csv.DictWriter(file, list(rows[0]))
        made.writeheader()
        made.writerows(rows)
    return path


def read(path: Path) -> list[Row]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def pairs(rows: list[Row], by: str) -> set[tuple[int, int]]:
    groups = defaultdict(list)
    for at, row in enumerate(rows):
        groups[row[by]].append(at)
    return {pair for group in groups.values() for pair in combinations(group, 2)}


def told(what: str, rows: list[Row], capsys: pytest.CaptureFixture[str]) -> tuple[float, float]:
    """Recall and precision over pairs of rows, said where a test's output is seen."""
    true, found = pairs(rows, "truth"), pairs(rows, "gt_group")
    recall, precision = len(true & found) / len(true), len(true & found) / max(1, len(found))
    with capsys.disabled():
        print(
            f"\n{what}: {len(rows):,} records, {len(true):,} true pairs: recall {recall:.3f}, precision {precision:.4f}"
        )
    return recall, precision


def test_people_are_found_again_and_families_stay_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = people(5000, seed=UNSEEN)
    assert main(["link", str(written(tmp_path / "in.csv", rows)), str(tmp_path / "out.csv")]) == 0
    out = read(tmp_path / "out.csv")
    assert [{field: row[field] for field in rows[0]} for row in out] == rows
    recall, precision = told("people", out, capsys)
    assert recall >= 0.85
    assert precision >= 0.99
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_addresses_are_found_again_and_neighbours_stay_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = addresses(5000, seed=UNSEEN)
    given = [str(written(tmp_path / "in.csv", rows)), str(tmp_path / "out.csv"), "--kind", "addresses"]
    assert main(["link", *given]) == 0
    recall, precision = told("addresses", read(tmp_path / "out.csv"), capsys)
    assert recall >= 0.8
    assert precision >= 0.99


def test_twins_are_two_even_with_a_record_that_could_be_either(tmp_path: Path) -> None:
    home = {
        "surname": "Orbell",
        "date_of_birth": "2017-03-04",
        "address": "9 Kiln Lane",
        "postcode": "AM4 4AS",
        "phone": "07700 900001",
    }
    twins = [{"truth": name, "given_name": name, **home} for name in ("Tamsin", "Reuben", "Tamsin", "Reuben", "")]
    rows = people(1000) + twins
    assert main(["link", str(written(tmp_path / "in.csv", rows)), str(tmp_path / "out.csv")]) == 0
    one, other, one_again, other_again, either = (row["gt_group"] for row in read(tmp_path / "out.csv")[-5:])
    assert (one, other) == (one_again, other_again)
    assert len({one, other, either}) == 3


def test_parquet_in_and_out_with_columns_named(tmp_path: Path) -> None:
    rows = people(1000)
    table = pa.Table.from_pylist(rows).rename_columns({"given_name": "fn", "truth": "ref"})
    pq.write_table(table, tmp_path / "in.parquet")
    given = [str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet")]
    assert main(["link", *given]) == 2
    assert main(["link", *given, "--column", "given=fn"]) == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names).equals(table)
    assert out.schema.field("gt_group").type == pa.int64()
    sizes = Counter(out["gt_group"].to_pylist())
    assert [sizes[group] for group in out["gt_group"].to_pylist()] == out["gt_group_size"].to_pylist()
    alone = [size == 1 for size in out["gt_group_size"].to_pylist()]
    assert [one is None for one in out["gt_match_probability"].to_pylist()] == alone
    assert _groups(out) == _groups(_again(tmp_path, table))


def _groups(table: pa.Table) -> Iterable[int]:
    return table["gt_group"].to_pylist()


def _again(folder: Path, table: pa.Table) -> pa.Table:
    pq.write_table(table, folder / "again.parquet")
    assert main(["link", str(folder / "again.parquet"), str(folder / "again-out.parquet"), "--column", "given=fn"]) == 0
    return pq.read_table(folder / "again-out.parquet")


@pytest.mark.parametrize(
    ("content", "extra", "sentence"),
    [
        ("given_name,surname,dob\nA,B,2001-01-01\n", [], "too few to learn from"),
        ("given_name,surname,dob\n" + "Ann,Bell,2001-01-01\n" * 60, [], None),
        ("given_name,surname\nA,B\n", [], "--column dob=COLUMN"),
        ("given_name,surname,dob\nA,B,C\n", ["--column", "dob=nope"], "no column 'nope'"),
        ("given_name,surname,dob\nA,B,C\n", ["--column", "eyes=dob"], "no part of a record"),
        ("given_name,surname,dob\nA,B,C\n", ["--column", "dob"], "PART=COLUMN"),
        ("given_name,surname,dob\nA,B,C\n", ["--threshold", "95"], "between 0 and 1"),
        ("given_name,surname,dob,gt_group\nA,B,C,1\n", [], "gt_group already"),
    ],
)
def test_what_cannot_be_linked_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, extra: list[str], sentence: str | None
) -> None:
    (tmp_path / "in.csv").write_text(content)
    status = main(["link", str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), *extra])
    said = capsys.readouterr().err
    if sentence is not None:
        assert status == 2
        assert sentence in said
    assert "Bell" not in said
    assert "Traceback" not in said


def test_a_broken_row_is_in_no_group_and_marked(tmp_path: Path) -> None:
    path = written(tmp_path / "in.csv", people(1000))
    with path.open("a") as file:
        file.write("1,too,few\n")
    assert main(["link", str(path), str(tmp_path / "out.csv")]) == 1
    last = read(tmp_path / "out.csv")[-1]
    assert last["gt_group_size"] == "1"
    assert "expected 7 fields" in last["gt_error"]
