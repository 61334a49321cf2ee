"""Tokens from the command line, on a database of their own."""

from __future__ import annotations

import re
import subprocess
import sys

import psycopg
from tests.conftest import Database

CALL = "import sys; from goldthread.cli import main; sys.exit(main())"


def run(database: Database, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CALL, *arguments]
    return subprocess.run(command, env=database.env, input=given, text=True, capture_output=True, check=False)


def test_a_token_is_printed_once_listed_and_revoked(fresh_database: Database) -> None:
    add = ["staff", "add", "--name", "Nell Ashby", "--role", "dispatcher", "--team", "Dispatch East", "nell"]
    run(fresh_database, *add, given="four-lamps-and-a-bridge\n")
    assert run(fresh_database, "token", "nell", "--list").stdout == "nell has no token.\n"
    made = run(fresh_database, "token", "nell", "--days", "7")
    assert made.returncode == 0
    assert re.fullmatch(r"goldthread_[\w-]{43}\n", made.stdout)
    assert "acts as Nell Ashby (Dispatcher)" in made.stderr
    with psycopg.connect(fresh_database.admin_url) as admin:
        kept = admin.execute("SELECT id, digest, expires_at - created_at FROM accounts_apitoken").fetchall()
    assert [(len(digest), lives.days) for _pk, digest, lives in kept] == [(32, 7)]
    pk = kept[0][0]
    listed = run(fresh_database, "token", "nell", "--list").stdout
    assert re.match(rf"{pk}: valid, made .*, expires .*, not used yet\n", listed)
    assert made.stdout.strip() not in listed
    assert run(fresh_database, "token", "nell", "--revoke", str(pk)).stdout.startswith(f"Token {pk} is revoked since ")
    assert ": revoked, " in run(fresh_database, "token", "nell", "--list").stdout


def test_what_cannot_be_done_is_a_sentence(fresh_database: Database) -> None:
    for arguments, sentence in (
        (["nobody"], "There is nobody called nobody.\n"),
        (["nobody", "--revoke", "1"], "There is nobody called nobody.\n"),
    ):
        answer = run(fresh_database, "token", *arguments)
        assert (answer.returncode, answer.stderr) == (2, sentence)
