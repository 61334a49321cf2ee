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


def test_a_service_account_is_made_given_a_token_and_ended(committing: Database, cli: Cli) -> None:
    add = ["staff", "add", "--name", "Kay Amber", "--role", "staff_keeper", "--team", "Web desk", "kay"]
    cli(*add, given="four-lamps-and-a-bridge\n")
    by = ["--by", "kay"]
    assert cli("service", "list").stdout == "There is no service account.\n"
    make = ["service", "make", "feed", "--name", "Web forms", "--role", "contact_gateway", "--team", "Web desk",
            "--purpose", "Hands forms in.", "--owner", "kay", "--mail", "web@force.example", *by]  # fmt: skip
    assert cli(*make).stdout == "Web forms is a service account now; Kay Amber answers for it.\n"
    assert cli(*make).stderr == "There is somebody called feed already.\n"
    assert "held to scopes" in cli("token", "feed").stderr
    assert "signs in nowhere" in cli("staff", "password", "feed", given="five-lamps-and-a-ferry\n").stderr
    made = cli("service", "token", "feed", "--scope", "contact.receive", "--days", "7", *by)
    assert re.fullmatch(r"goldthread_[\w-]{43}\n", made.stdout)
    number = re.search(r"It is token (\d+) of Web forms, may contact\.receive", made.stderr)
    assert number is not None
    assert "may not do board.see" in cli("service", "token", "feed", "--scope", "board.see", *by).stderr
    listed = cli("service", "list").stdout
    assert listed.startswith("feed: Web forms, Contact gateway (service account), kay\n")
    assert f"{number[1]}: valid, " in listed
    assert made.stdout.strip() not in listed
    assert cli("service", "revoke", "feed", number[1], *by).stdout == f"Token {number[1]} is revoked.\n"
    assert cli("service", "revoke", "feed", "999999", *by).returncode == 2
    assert (
        cli("service", "owner", "feed", "--owner", "kay", "--mail", "x@y.example", *by).stdout
        == "Kay Amber answers for Web forms.\n"
    )
    assert cli("service", "end", "feed", *by).stdout == "Web forms is ended, with every token of it.\n"
    assert cli("service", "end", "nobody", *by).stderr == "There is no service account called nobody.\n"
