"""Accounts from the command line, on a database of their own."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.conftest import Cli
from tests.conftest import Database

ADD = ["add", "--name", "Nell Ashby", "--role", "dispatcher", "--team", "Dispatch East", "--area", "East"]


def staff(database: Database, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it: a process of its own."""
    command = [
        sys.executable,
        "-c",
        "import sys; from goldthread.cli import main; sys.exit(main())",
        "staff",
        *arguments,
    ]
    return subprocess.run(command, env=database.env, input=given, text=True, capture_output=True, check=False)


def test_somebody_is_added_once_and_their_access_ended(committing: Database, cli: Cli) -> None:
    added = staff(committing, *ADD, "nell", given="four-lamps-and-a-bridge\n")
    assert (added.returncode, added.stdout) == (0, "Nell Ashby may sign in as nell, Dispatcher.\n")
    again = cli("staff", *ADD, "nell", given="four-lamps-and-a-bridge\n")
    assert again.returncode == 2
    assert again.stderr == "There is somebody called nell already.\n"
    assert cli("staff", "unlock", "nell").stdout == "nell was not locked.\n"
    assert cli("staff", "deactivate", "nell").stdout == "Nell Ashby has no access any more.\n"
    assert cli("staff", "deactivate", "nobody").stderr == "There is nobody called nobody.\n"


def test_a_weak_password_or_unknown_role_is_a_sentence(cli: Cli) -> None:
    weak = cli("staff", *ADD, "nell", given="nell\n")
    assert weak.returncode == 2
    assert "at least 12" in weak.stderr
    role = cli(
        "staff",
        "add",
        "nell",
        "--name",
        "N",
        "--role",
        "wizard",
        "--team",
        "T",
        given="four-lamps-and-a-bridge\n",
    )
    assert role.stderr.startswith("There is no role wizard.")
    assert "Traceback" not in weak.stderr + role.stderr
