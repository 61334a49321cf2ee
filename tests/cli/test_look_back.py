"""``goldthread look-back``: nothing is written before the capacity is agreed, and no word is ever printed."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cast import Cast, opened, say
from tests.conftest import Database
from tests.lookback.made import QUOTE, row, written

from goldthread.cli import main
from goldthread.lookback.models import Hit, Item, Run

COLUMNS = [
    "--reference",
    "ref",
    "--time",
    "received",
    "--text",
    "log",
    "--grade",
    "grade",
    "--tags",
    "tags",
    "--thrive",
    "thrive",
]


def _run(path: object, *more: str, team: str = "Team A", capacity: str = "2", by: str = "supervisor") -> int:
    named = [str(path)] if path else []
    columns = COLUMNS if path else []
    return main(["look-back", *named, "--team", team, "--capacity", capacity, "--by", by, *columns, *more])


def test_it_shows_what_would_be_made_and_writes_nothing_until_it_is_agreed(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [row("A", "immediate"), row("B"), row("C"), row("D", gt_at_risk="false")])
    assert _run(path) == 0
    told = capsys.readouterr().out
    assert "4 rows read, 3 at risk" in told
    assert "3 items would be made" in told
    assert "1 where the words suggest Immediate" in told
    assert "2 a working day, agreed by Supervisor Amber" in told
    assert "Nothing was written" in told
    assert not Run.objects.exists()
    assert _run(path, "--agree") == 0
    assert "3 items made, 0 were there already" in capsys.readouterr().out
    assert _run(path, "--agree") == 0
    assert "0 items made, 3 were there already" in capsys.readouterr().out
    assert Item.objects.count() == 3


def test_it_says_what_no_column_was_named_for(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, [row("A")])
    main(["look-back", str(path), "--team", "Team A", "--capacity", "2", "--by", "supervisor", "--carried", "tags"])
    assert "No column was named for the grade or the THRIVE" in capsys.readouterr().out
    _run(path)
    assert "No column was named" not in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "made"), [("y", 1), ("yes", 1), ("n", 0), ("", 0), ("perhaps", 0)])
def test_a_terminal_is_asked(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, made: int
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: answer)
    _run(written(tmp_path, [row("A")]))
    assert Item.objects.count() == made


def test_bad_rows_are_told_by_number_and_the_rest_is_made(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [row("A"), row("B", gt_level="secret"), row("secret " * 30), row("C")]
    assert _run(written(tmp_path, rows), "--agree") == 1
    out, told = capsys.readouterr()
    assert "Row 2 is at risk: " in told
    assert "Row 3 is at risk: " in told
    assert "4 items made" in out
    for word in ("secret", QUOTE, "drinking"):
        assert word not in out + told


def test_many_bad_rows_are_counted(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(written(tmp_path, [row(f"R{n}", gt_at_risk="") for n in range(120)])) == 1
    told = capsys.readouterr().err
    assert told.count("Row ") == 50
    assert "and 70 further bad rows" in told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"team": "Nobody"}, "There is no team called Nobody"),
        ({"by": "nobody"}, "There is nobody called nobody"),
        ({"by": "handler"}, "may not agree"),
        ({"by": "far-supervisor"}, "for Team B only"),
        ({"capacity": "0"}, "The capacity is a number"),
    ],
)
def test_what_cannot_begin_says_why(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], given: dict[str, str], said: str
) -> None:
    assert _run(written(tmp_path, [row("A")]), "--agree", **given) == 2
    assert said in capsys.readouterr().err
    assert not Run.objects.exists()


def test_a_file_or_our_own_incidents_and_not_both(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [row("A")])
    for arguments, said in (
        ((path, "--stored", "--since", "2026-01-01"), "not both"),
        ((None,), "Name the file"),
        ((None, "--stored"), "give --since a day"),
        ((None, "--stored", "--since", "soon"), "give --since a day"),
        ((tmp_path / "absent.csv",), "There is no file"),
    ):
        assert _run(*arguments) == 2
        assert said in capsys.readouterr().err


def test_capacity_team_and_who_agreed_are_never_guessed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for left_out in ("--team", "--capacity", "--by"):
        given = {"--team": "Team A", "--capacity": "2", "--by": "supervisor"}
        del given[left_out]
        with pytest.raises(SystemExit):
            main(["look-back", "x.csv", *[part for pair in given.items() for part in pair]])
        assert left_out in capsys.readouterr().err


def test_incidents_of_ours_are_taken_in(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    say(cast.handler, opened(cast.handler), "he is strangling mum, he has a knife, the baby is in the cot")
    assert _run(None, "--stored", "--since", "2026-01-01", "--agree") == 0
    assert "1 incidents read, 1 at risk" in capsys.readouterr().out
    assert Hit.objects.get().incident is not None


@pytest.mark.slow
def test_what_screen_writes_is_what_look_back_takes(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = tmp_path / "logs.csv"
    with logs.open("w", newline="") as sink:
        csv.writer(sink).writerows(
            [
                ["ref", "log"],
                ["A", "he is strangling mum, he has a knife, the baby is in the cot"],
                ["B", "I found a purse at the station"],
            ]
        )
    out = tmp_path / "screened.csv"
    assert main(["screen", str(logs), str(out), "--workers", "1"]) == 0
    asked = [
        "look-back",
        str(out),
        "--team",
        "Team A",
        "--capacity",
        "2",
        "--by",
        "supervisor",
        "--text",
        "log",
        "--agree",
    ]
    assert main(asked) == 0
    hit = Hit.objects.get()
    assert (hit.reference, hit.level) == ("A", "immediate")


@pytest.mark.long
@pytest.mark.slow
def test_it_goes_on_after_a_kill(fresh_database: Database, tmp_path: Path) -> None:
    """Killed without warning in the middle; the same command then makes what is missing, and nothing twice."""
    env = fresh_database.env
    path = written(tmp_path, [row(f"R{n}", probability=round(n / 1_000, 4)) for n in range(600)])
    command = [
        "look-back",
        str(path),
        "--team",
        "Team A",
        "--capacity",
        "50",
        "--by",
        "supervisor",
        *COLUMNS,
        "--agree",
    ]
    kill = (
        "import os, signal, sys, django; django.setup()\n"
        "from tests.cast import make_cast; make_cast()\n"
        "from goldthread.lookback import actions\n"
        "from goldthread.cli import main\n"
        "add, calls = actions._add, []\n"
        "def stops(*given):\n"
        "    calls.append(1)\n"
        "    if len(calls) == 3: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return add(*given)\n"
        "actions._add = stops\n"
        "main(sys.argv[1:])\n"
    )
    killed = subprocess.run([sys.executable, "-c", kill, *command], env=env, capture_output=True, check=False)
    assert killed.returncode < 0, os.fsdecode(killed.stderr)
    again = [
        sys.executable,
        "-c",
        "import sys; from goldthread.cli import main; sys.exit(main(sys.argv[1:]))",
        *command,
    ]
    done = subprocess.run(again, env=env, capture_output=True, text=True, check=True)
    assert "400 items made, 200 were there already" in done.stdout
