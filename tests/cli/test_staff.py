"""Accounts from the command line, on a database of their own."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta

from tests.cli.conftest import Cli
from tests.conftest import Database

from goldthread.clocks.local import LONDON

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


def test_somebody_acts_in_a_senior_role_by_command_until_it_is_ended(committing: Database, cli: Cli) -> None:
    people = {"fim": ("fim", "Ada Fim"), "sup": ("contact_supervisor", "Sol Reed"), "amy": ("call_handler", "Amy Lark")}
    for login, (role, name) in people.items():
        added = ("add", login, "--name", name, "--role", role, "--team", "Contact A")
        assert cli("staff", *added, given="four-lamps-and-a-bridge\n").returncode == 0
    assert cli("staff", "ranks").stdout == "Nobody acts in a senior role now, and nobody will.\n"
    until = (datetime.now(tz=LONDON) + timedelta(hours=3)).strftime("%Y-%m-%d %H:%M")
    amy = ("acting", "amy", "--role", "contact_supervisor", "--why", "Sol is ill")
    made = cli("staff", *amy, "--until", until, "--by", "sup")
    assert (made.returncode, "1: Amy Lark, Acting contact supervisor, from" in made.stdout) == (0, True)
    assert made.stdout.rstrip().endswith("given by Sol Reed")
    assert cli("staff", "ranks").stdout == made.stdout
    for wrong, says in (
        (("--until", until, "--by", "amy"), "by their own role"),
        (("--until", "never", "--by", "sup"), "Write the date and time"),
        (("--until", "", "--by", "sup"), "without an end"),
        (("--until", until, "--by", "fim"), "overlaps"),
        (("--until", until, "--by", "nobody"), "nobody called nobody"),
    ):
        refused = cli("staff", *amy, *wrong)
        assert (refused.returncode, says in refused.stderr) == (2, True), refused.stderr
    assert cli("staff", "end-acting", "1", "--by", "amy").stdout == "Amy Lark acts in that role no longer.\n"
    assert "no longer" in cli("staff", "end-acting", "1", "--by", "fim").stderr
    assert "no such acting rank" in cli("staff", "end-acting", "7", "--by", "fim").stderr
