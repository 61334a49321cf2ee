"""A database is read in the order of a key, by a connection that cannot write, and again after the last key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from psycopg.conninfo import make_conninfo

from goldthread.screening import encode, postgres
from tests.conftest import Database
from tests.screening.conftest import LOGS, csv_rows

Screen = Callable[..., tuple[int, str]]
SECRET = "Tamsin Orbell"


@pytest.fixture
def logs(fresh_database: Database) -> Database:
    """A table of twenty logs whose keys come in no order, one whose key is not unique, and one without rows."""
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as made:
        made.execute("CREATE SCHEMA stored")
        made.execute(
            "CREATE TABLE stored.logs (ref text PRIMARY KEY, big int8, at timestamptz, cost numeric, kind inet, ok bool, words text)"
        )
        for at in range(20):
            made.execute(
                "INSERT INTO stored.logs VALUES (%s, %s, '2025-01-01 02:03:04+00', 1.10, '10.0.0.1', true, %s)",
                [f"r{at * 7 % 20:03}", None if at % 2 else 2**62 + at, LOGS[at % 3]],
            )
        made.execute("CREATE TABLE stored.twice (ref int, words text)")
        made.execute("INSERT INTO stored.twice VALUES (1, 'bike taken'), (2, 'bike taken'), (2, 'bike taken')")
        made.execute("CREATE TABLE stored.gaps (ref int UNIQUE, words text)")
        made.execute("INSERT INTO stored.gaps VALUES (1, 'bike taken'), (NULL, 'bike taken')")
        made.execute("CREATE TABLE stored.empty (ref int PRIMARY KEY, words text)")
        made.execute("CREATE TABLE stored.endless (ref int PRIMARY KEY, until date, words text)")
        made.execute("INSERT INTO stored.endless VALUES (1, 'infinity', 'bike taken')")
    return fresh_database


def of(database: Database, table: str, key: str = "ref") -> list[str]:
    return [database.admin_url, "--table", f"stored.{table}", "--key", key, "--text", "words"]


def stopped(screen: Screen, monkeypatch: pytest.MonkeyPatch, *given: object, chunks: int = 2) -> None:
    """Run the command and stop it after some chunks."""
    read, met = encode.answer_chunk, []

    def stopping(*asked: Any) -> encode.Answered:
        met.append(asked)
        if len(met) > chunks:
            raise KeyboardInterrupt
        return read(*asked)

    with monkeypatch.context() as patch:
        patch.setattr(encode, "answer_chunk", stopping)
        assert screen(*given)[0] == 130


def test_a_table_comes_in_order_with_its_types(screen: Screen, small: None, logs: Database, tmp_path: Path) -> None:
    url, *options = of(logs, "logs")
    assert screen(url, tmp_path / "out.parquet", *options)[0] == 0
    out = pq.read_table(tmp_path / "out.parquet")
    assert out["ref"].to_pylist() == [f"r{at:03}" for at in range(20)]
    assert out.schema.field("big").type == pa.int64()
    assert out.schema.field("at").type == pa.timestamp("us", "UTC")
    assert set(out["kind"].to_pylist()) == {"10.0.0.1/32"}
    assert set(out["cost"].to_pylist()) == {"1.10"}
    assert sum(out["gt_at_risk"].to_pylist()) == 7


def test_stopped_it_goes_on_after_the_last_key(
    screen: Screen, small: None, logs: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, *options = of(logs, "logs")
    stopped(screen, monkeypatch, url, tmp_path / "out.csv", *options, chunks=3)
    journal = (tmp_path / "out.csv.part" / "journal.json").read_text()
    assert '"after": "r008"' in journal
    with psycopg.connect(url, autocommit=True) as later:
        later.execute("DELETE FROM stored.logs WHERE ref = 'r001'")  # done rows that vanish shift no others
    status, said = screen(url, tmp_path / "out.csv", *options)
    assert (status, "Going on after 9 rows" in said) == (0, True)
    assert [row["ref"] for row in csv_rows(tmp_path / "out.csv")] == [f"r{at:03}" for at in range(20)]


@pytest.mark.parametrize(
    ("kind", "made"),
    [("char(6)", "'R' || lpad(at::text, 3, '0')"), ("bit(8)", "at::bit(8)"), ("varchar(6)", "chr(64 + at)")],
)
def test_a_key_of_a_fixed_length_is_gone_on_after(
    screen: Screen,
    small: None,
    fresh_database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    made: str,
) -> None:
    with psycopg.connect(fresh_database.admin_url, autocommit=True) as table:
        table.execute("CREATE SCHEMA stored")
        table.execute(f"CREATE TABLE stored.fixed (ref {kind} PRIMARY KEY, words text)")
        table.execute(f"INSERT INTO stored.fixed SELECT {made}, 'bike taken' FROM generate_series(1, 15) AS at")
    url, *options = of(fresh_database, "fixed")
    stopped(screen, monkeypatch, url, tmp_path / "out.csv", *options)
    status, said = screen(url, tmp_path / "out.csv", *options)
    assert (status, "Going on after 6 rows" in said) == (0, True)
    refs = [row["ref"] for row in csv_rows(tmp_path / "out.csv")]
    assert len(refs) == len(set(refs)) == 15


@pytest.mark.long
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE stored.logs ADD COLUMN grade text DEFAULT 'G2'",
        "ALTER TABLE stored.logs RENAME COLUMN kind TO kin",
        "ALTER TABLE stored.logs ALTER COLUMN big TYPE float8",
        "ALTER TABLE stored.logs ALTER COLUMN ref TYPE varchar(9)",
    ],
)
def test_columns_that_changed_since_the_stop_start_the_work_again(
    screen: Screen,
    small: None,
    logs: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
    change: str,
) -> None:
    url, *options = of(logs, "logs")
    out = tmp_path / f"out.{ending}"
    stopped(screen, monkeypatch, url, out, *options)
    with psycopg.connect(url, autocommit=True) as later:
        later.execute(change)
    status, said = screen(url, out, *options)
    assert (status, "starting again" in said) == (0, True)
    whole = tmp_path / f"whole.{ending}"
    assert screen(url, whole, *options)[0] == 0
    assert out.read_bytes() == whole.read_bytes()


def test_a_number_as_key_is_ordered_as_a_number(screen: Screen, small: None, logs: Database, tmp_path: Path) -> None:
    with psycopg.connect(logs.admin_url, autocommit=True) as more:
        more.execute("INSERT INTO stored.empty SELECT at, 'bike taken' FROM generate_series(1, 30) AS at")
    url, *options = of(logs, "empty")
    assert screen(url, tmp_path / "out.csv", *options)[0] == 0
    assert [row["ref"] for row in csv_rows(tmp_path / "out.csv")] == [str(at) for at in range(1, 31)]


def test_a_query_is_read_as_a_table(screen: Screen, logs: Database, tmp_path: Path) -> None:
    query = "SELECT ref, words AS text FROM stored.logs WHERE words LIKE '%kids%' -- those with kids"
    status, said = screen(logs.admin_url, tmp_path / "out.csv", "--query", query, "--key", "ref")
    assert status == 0, said
    assert len(csv_rows(tmp_path / "out.csv")) == 13


def test_a_query_cannot_write(screen: Screen, logs: Database, tmp_path: Path) -> None:
    query = "WITH gone AS (DELETE FROM stored.logs RETURNING *) SELECT * FROM gone"
    status, said = screen(logs.admin_url, tmp_path / "out.csv", "--query", query, "--key", "ref", "--text", "words")
    assert status == 2
    assert "refused" in said
    with psycopg.connect(logs.admin_url) as after:
        assert after.execute("SELECT count(*) FROM stored.logs").fetchone() == (20,)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ref, words FROM stored.logs) AS q LIMIT 0; COMMIT; DELETE FROM stored.logs WHERE ref > 'r004'; "
        "SELECT * FROM (SELECT ref, words FROM stored.logs",
        "SELECT ref, words FROM stored.logs) AS q LIMIT 0; COMMIT; BEGIN READ WRITE; DELETE FROM stored.logs; COMMIT; "
        "SELECT * FROM (SELECT ref, words FROM stored.logs",
        "SELECT 1; DELETE FROM stored.logs",
    ],
)
def test_a_query_is_one_statement_and_cannot_leave_its_transaction(
    screen: Screen, logs: Database, tmp_path: Path, query: str
) -> None:
    status, said = screen(logs.admin_url, tmp_path / "out.csv", "--query", query, "--key", "ref", "--text", "words")
    with psycopg.connect(logs.admin_url) as after:
        assert after.execute("SELECT count(*) FROM stored.logs").fetchone() == (20,)
    assert status == 2
    assert "--query takes one SELECT" in said


def test_a_session_can_only_read_and_keeps_the_options_of_its_address(
    logs: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=7s")
    for url, path in [
        (make_conninfo(logs.admin_url, options="-c search_path=stored"), "stored"),
        (logs.admin_url, '"$user", public'),
    ]:
        connection, _ = postgres._connect(url)
        with connection:
            assert connection.execute("SHOW search_path").fetchone() == (path,)
            assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
            assert connection.execute("SHOW statement_timeout").fetchone() == ("0" if path == "stored" else "7s",)


def test_a_table_without_rows_is_no_fault(screen: Screen, logs: Database, tmp_path: Path) -> None:
    url, *options = of(logs, "empty")
    assert screen(url, tmp_path / "out.csv", *options)[0] == 0
    assert csv_rows(tmp_path / "out.csv") == []


@pytest.mark.parametrize(
    ("table", "key", "sentence"),
    [
        ("twice", "ref", "'ref' is not unique: 3 rows have 2 values"),
        ("gaps", "ref", "1 rows have no 'ref'"),
        ("logs", "nope", "no column 'nope'"),
        ("nope", "ref", "There is no table stored.nope"),
        ("endless", "ref", "cannot be carried over"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    screen: Screen, logs: Database, tmp_path: Path, table: str, key: str, sentence: str
) -> None:
    url, *options = of(logs, table, key)
    status, said = screen(url, tmp_path / "out.csv", *options)
    assert status == 2
    assert sentence in said
    assert "Traceback" not in said


def test_a_database_that_is_not_there_is_told_without_its_password(screen: Screen, tmp_path: Path) -> None:
    url = "postgresql://somebody:hunter2@127.0.0.1:1/logs"
    status, said = screen(url, tmp_path / "out.csv", "--table", "logs", "--key", "ref")
    assert status == 2
    assert "Cannot reach the database 127.0.0.1:1/logs" in said
    assert "hunter2" not in said
    status, said = screen("postgresql://some body:hunter2@", tmp_path / "out.csv", "--table", "logs", "--key", "ref")
    assert (status, "hunter2" in said) == (2, False)


def test_what_to_read_and_by_which_key_must_be_said(screen: Screen, tmp_path: Path) -> None:
    assert "--table" in screen("postgresql://127.0.0.1:1/x", tmp_path / "out.csv")[1]
    assert "--key" in screen("postgresql://127.0.0.1:1/x", tmp_path / "out.csv", "--table", "a")[1]


def test_a_fault_of_the_database_quotes_no_row(screen: Screen, logs: Database, tmp_path: Path) -> None:
    with psycopg.connect(logs.admin_url, autocommit=True) as made:
        made.execute(f"INSERT INTO stored.empty VALUES (1, 'kids crying at {SECRET}s')")
    query = "SELECT ref, words, CAST(words AS int) AS broken FROM stored.empty"
    status, said = screen(logs.admin_url, tmp_path / "out.csv", "--query", query, "--key", "ref", "--text", "words")
    assert status == 2
    assert SECRET not in said
