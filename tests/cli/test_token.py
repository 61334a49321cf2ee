"""Tokens from the command line, on a database of their own."""

from __future__ import annotations

import re

import psycopg
from tests.cli.conftest import Cli
from tests.conftest import Database


def test_a_token_is_printed_once_listed_and_revoked(committing: Database, cli: Cli) -> None:
    add = ["staff", "add", "--name", "Nell Ashby", "--role", "dispatcher", "--team", "Dispatch East", "nell"]
    cli(*add, given="four-lamps-and-a-bridge\n")
    assert cli("token", "nell", "--list").stdout == "nell has no token.\n"
    made = cli("token", "nell", "--days", "7")
    assert made.returncode == 0
    assert re.fullmatch(r"goldthread_[\w-]{43}\n", made.stdout)
    assert "acts as Nell Ashby (Dispatcher)" in made.stderr
    with psycopg.connect(committing.admin_url) as admin:
        kept = admin.execute("SELECT id, digest, expires_at - created_at FROM accounts_apitoken").fetchall()
    assert [(len(digest), lives.days) for _pk, digest, lives in kept] == [(32, 7)]
    pk = kept[0][0]
    listed = cli("token", "nell", "--list").stdout
    assert re.match(rf"{pk}: valid, made .*, expires .*, not used yet\n", listed)
    assert made.stdout.strip() not in listed
    assert cli("token", "nell", "--revoke", str(pk)).stdout.startswith(f"Token {pk} is revoked since ")
    assert ": revoked, " in cli("token", "nell", "--list").stdout


def test_what_cannot_be_done_is_a_sentence(cli: Cli) -> None:
    for arguments, sentence in (
        (["nobody"], "There is nobody called nobody.\n"),
        (["nobody", "--revoke", "1"], "There is nobody called nobody.\n"),
    ):
        answer = cli("token", *arguments)
        assert (answer.returncode, answer.stderr) == (2, sentence)
