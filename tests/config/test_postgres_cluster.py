"""The database that comes with Goldthread: created, started, joined, stopped, and who may do what in it."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from goldthread.config.postgres import Cluster, ClusterError, Connections

from .support import cluster, elsewhere, pid_of, query, said


def socket_folder(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (n int)", "CREATE DATABASE mine", "CREATE ROLE mine", "CREATE TEMPORARY TABLE t ()"],
)
def test_the_app_role_may_make_nothing(running: Connections, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(running.app_url, statement)


def test_the_owner_makes_tables_that_the_app_may_not_read_until_it_is_allowed(running: Connections) -> None:
    query(running.owner_url, "CREATE TABLE kept (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(running.app_url, "SELECT count(*) FROM kept")
    query(running.owner_url, "GRANT SELECT ON kept TO goldthread_app")
    assert query(running.app_url, "SELECT count(*) FROM kept") == 0


def test_only_the_administrator_is_a_superuser(running: Connections) -> None:
    rights = query(
        running.admin_url,
        "SELECT array_agg(rolname || ' ' || rolsuper || ' ' || rolcreatedb || ' ' || rolcreaterole ORDER BY rolname)"
        " FROM pg_roles WHERE rolcanlogin",
    )
    assert rights == [
        "goldthread_admin true true true",
        "goldthread_app false false false",
        "goldthread_owner false true false",
    ]


def test_the_owner_owns_the_database_and_the_app_owns_nothing(running: Connections) -> None:
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'goldthread'"
    assert query(running.app_url, owner) == "goldthread_owner"
    assert (
        query(
            running.admin_url,
            "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'goldthread_app'::regrole AND deptype = 'o'",
        )
        == 0
    )


def test_trigrams_are_in_the_database_and_in_every_one_made_later(running: Connections) -> None:
    query(running.owner_url, "CREATE DATABASE another")
    there = running.owner_url.replace("/goldthread?", "/another?")
    similarity = "SELECT similarity('Amberford', 'Amberfrod') > 0.3"
    assert query(running.app_url, similarity) is True
    assert query(there, similarity) is True


def test_text_sorts_the_same_on_every_machine(running: Connections) -> None:
    made = "SELECT concat_ws(' ', datlocprovider, datlocale, pg_encoding_to_char(encoding)) FROM pg_database"
    assert query(running.app_url, f"{made} WHERE datname = 'goldthread'") == "b C.UTF-8 UTF8"


def test_there_is_no_way_in_but_a_private_socket(running: Connections) -> None:
    assert query(running.admin_url, "SHOW listen_addresses") == ""
    folder = socket_folder(running.app_url)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / ".s.PGSQL.5432").stat().st_mode) == 0o700


def test_a_wrong_password_is_refused(running: Connections) -> None:
    parts = urlsplit(running.admin_url)
    assert parts.password
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        query(running.admin_url.replace(parts.password, "guess"), "SELECT 1")


def test_the_log_holds_no_statement_and_no_value(place: Path) -> None:
    found = cluster(place).start()
    query(found.owner_url, "CREATE TABLE once (name text PRIMARY KEY)")
    for _ in range(2):
        try:
            query(found.owner_url, "INSERT INTO once VALUES ('Jordan Ashdown')")
        except psycopg.errors.UniqueViolation:
            continue
    log = (place / "server.log").read_text()
    assert "duplicate key" in log
    assert "Ashdown" not in log
    assert "INSERT" not in log


def test_a_first_start_makes_everything_and_says_so(empty_place: Path) -> None:
    told: list[str] = []
    found = cluster(empty_place, told.append).start()
    assert told == ["Creating the database", "Starting the database"]
    assert query(found.app_url, "SELECT current_user") == "goldthread_app"
    assert stat.S_IMODE((empty_place / "passwords.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((empty_place / "data").stat().st_mode) == 0o700


def test_passwords_do_not_show_when_connections_are_printed(running: Connections) -> None:
    password = urlsplit(running.app_url).password
    assert password
    assert password not in f"{running!r} {running}"


def test_a_second_start_joins_the_running_server(place: Path) -> None:
    first = cluster(place).start()
    pid = pid_of(place)
    assert cluster(place).start() == first
    assert pid_of(place) == pid


@pytest.mark.long
def test_a_server_is_joined_though_its_programs_are_gone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cluster(place).start()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert cluster(place).start() == first


@pytest.mark.long
def test_data_outlive_a_stop(place: Path) -> None:
    query(cluster(place).start().owner_url, "CREATE TABLE kept AS SELECT 7 AS n")
    cluster(place).stop()
    assert query(cluster(place).start().owner_url, "SELECT n FROM kept") == 7


def test_stop_ends_a_server_that_is_in_use_and_leaves_nothing_behind(place: Path) -> None:
    found = cluster(place).start()
    folder = socket_folder(found.app_url)
    with psycopg.connect(found.app_url) as open_connection:
        cluster(place).stop()
        with pytest.raises(psycopg.OperationalError):
            open_connection.execute("SELECT 1")
    assert not folder.exists()
    assert not (place / "data" / "postmaster.pid").exists()


def test_stop_does_nothing_where_nothing_runs(place: Path, empty_place: Path) -> None:
    Cluster(place).stop()
    Cluster(empty_place / "never").stop()
    assert not (empty_place / "never").exists()


@pytest.mark.long
def test_status_follows_the_server(place: Path, empty_place: Path) -> None:
    assert cluster(empty_place / "never").status().state == "absent"
    assert cluster(place).status().state == "stopped"
    assert cluster(place).connections() is None
    found = cluster(place).start()
    assert cluster(place).status().state == "running"
    assert cluster(place).connections() == found


def test_two_first_starts_at_once_share_one_server(empty_place: Path) -> None:
    script = """
        found = cluster(lambda line: print(line, file=sys.stderr)).start()
        print(found.app_url, cluster().status().pid)
    """
    both = [elsewhere(script, empty_place) for _ in range(2)]
    answers = {said(process) for process in both}
    assert len(answers) == 1
    assert str(pid_of(empty_place)) in answers.pop()


@pytest.mark.long
def test_the_server_is_out_of_reach_of_our_terminal(place: Path) -> None:
    cluster(place).start()
    pid = pid_of(place)
    assert os.getsid(pid) == pid
    assert os.getpgid(pid) != os.getpgid(0)


@pytest.mark.long
def test_a_path_too_long_for_a_socket_is_no_hindrance(tmp_path: Path) -> None:
    directory = tmp_path / ("long" * 25) / "cluster"
    try:
        found = cluster(directory).start()
        assert len(os.fsencode(socket_folder(found.app_url) / ".s.PGSQL.5432")) < 100
        assert query(found.app_url, "SELECT 1") == 1
    finally:
        cluster(directory).stop()
        shutil.rmtree(directory)


@pytest.mark.long
def test_a_server_without_durability_is_not_taken_for_a_safe_one(place: Path) -> None:
    cluster(place).start()
    with pytest.raises(ClusterError, match=r"started for tests, without durability: run 'goldthread database stop'"):
        Cluster(place).start()


@pytest.mark.long
def test_durability_is_the_default(place: Path) -> None:
    found = Cluster(place, shared_buffers="16MB", max_connections=20).start()
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert query(found.app_url, f"SHOW {setting}") == "on"
