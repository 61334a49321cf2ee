"""Accounts from the command line, on a database of their own."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

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


def _keeper(cli: Cli) -> None:
    made = ["staff", "add", "--name", "Kay Amber", "--role", "staff_keeper", "--team", "Information Assurance", "kay"]
    assert cli(*made, given="four-lamps-and-a-bridge\n").returncode == 0


def test_a_table_says_what_it_would_do_and_then_does_it(committing: Database, cli: Cli, tmp_path: Path) -> None:
    _keeper(cli)
    table = tmp_path / "staff.csv"
    table.write_text(
        "team,login,name,role\nTeam A,nell,Nell Ashby,Dispatcher\nTeam A,odd,Odd One,wizard\n", encoding="utf-8"
    )
    load = ["staff", "import", str(table), "--by", "kay"]
    tried = cli(*load, "--dry-run")
    assert (tried.returncode, tried.stderr) == (1, "Line 3: there is no role wizard.\n")
    assert tried.stdout == (
        "add    nell: Nell Ashby, dispatcher, Team A\n"
        "team   Team A is new\n"
        "1 would be added, 0 changed, 0 ended; 0 as they were, 1 left out. Nothing was done.\n"
    )
    assert cli("staff", "deactivate", "nell").stderr == "There is nobody called nell.\n"
    assert cli(*load).stdout.endswith("1 added, 0 changed, 0 ended; 0 as they were, 1 left out.\n")
    table.write_text("login,name,role,team\nkay,Kay Amber,staff_keeper,Information Assurance\n", encoding="utf-8")
    whole = cli(*load, "--whole")
    assert (whole.returncode, whole.stdout) == (
        0, "end    nell: Nell Ashby\n0 added, 0 changed, 1 ended; 1 as they were, 0 left out.\n",
    )  # fmt: skip
    assert "does not keep staff" in cli("staff", "import", str(table), "--by", "nell").stderr
    assert "Cannot read" in cli("staff", "import", str(tmp_path / "none.csv"), "--by", "kay").stderr
    table.write_bytes(b"PK\x03\x04" + bytes(100))
    refused = cli(*load)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "not written as text" in refused.stderr


def test_whoever_came_by_a_table_is_given_a_password(committing: Database, cli: Cli, tmp_path: Path) -> None:
    _keeper(cli)
    assert "at least 12" in cli("staff", "password", "kay", given="short\n").stderr
    given = cli("staff", "password", "kay", given="five-lamps-and-a-ferry\n")
    assert given.stdout == "Kay Amber has a new password. Whoever is signed in by the old one is signed out.\n"
    assert cli("staff", "emergency", "kay").stdout == "Kay Amber may sign in here in an emergency.\n"
    assert cli("staff", "emergency", "kay", "--no").stdout == "Kay Amber may not sign in here in an emergency.\n"
    assert cli("staff", "tie", "kay", "s-1").stderr.startswith("No directory is set (GOLDTHREAD_OIDC_ISSUER)")
