"""``goldthread demo`` as an operator meets it: one clear sentence where it cannot start, recovery where a part dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from soak.boards import boards
from soak.lists import Sender
from soak.load import Writer, nothing_lost_or_doubled
from soak.record import KINDS
from soak.service import Demo

GOLDTHREAD = [sys.executable, "-c", "import sys; from goldthread.cli import main; sys.exit(main())"]
HIDDEN = ("DATABASE_URL", "DATABASE_OWNER_URL", "GOLDTHREAD_MODE", "DJANGO_SETTINGS_MODULE")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """An operator's environment with a data folder and ports of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in HIDDEN}
    return {
        **kept,
        "GOLDTHREAD_DATA": str(tmp_path / "data"),
        "GOLDTHREAD_PORT": str(free_port()),
        "GOLDTHREAD_STREAM_PORT": str(free_port()),
    }


def told(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command that cannot start says."""
    return subprocess.run([*GOLDTHREAD, *arguments], env=env, text=True, capture_output=True, check=False, timeout=120)


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_port_in_use_is_named_with_its_setting(env: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(env["GOLDTHREAD_PORT"])))
        taken.listen()
        assert "GOLDTHREAD_PORT" in one_sentence(told(env, "demo"))


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1", "8000; rm"])
def test_a_port_that_is_none(env: dict[str, str], port: str) -> None:
    assert one_sentence(told({**env, "GOLDTHREAD_PORT": port}, "demo")) == (
        "GOLDTHREAD_PORT must be a port number from 1 to 65535."
    )


def test_a_database_that_cannot_be_reached(env: dict[str, str]) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/nowhere"
    said = one_sentence(told({**env, "DATABASE_URL": url, "DATABASE_OWNER_URL": url}, "demo"))
    assert "DATABASE_OWNER_URL" in said
    assert "cannot be reached" in said


def test_a_production_service_without_its_settings(env: dict[str, str]) -> None:
    assert "DATABASE_URL is not set" in one_sentence(told(env, "serve"))
    assert "DATABASE_URL" in one_sentence(told({**env, "DATABASE_URL": "sqlite:///x"}, "serve"))


def test_a_data_folder_that_is_a_file(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    assert str(tmp_path / "data") in one_sentence(told(env, "demo"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--count", "50"], "goldthread demo --full --count N"),
        (["--open", "2001"], "2,001 open incidents, and there are 2,000 in all"),
        (["--full", "--count", "10", "--open", "11"], "11 open incidents, and there are 10 in all"),
        (["--full", "--count", "0"], "a whole number from 1 to 2,000,000 is wanted, not 0"),
        (["--full", "--count", "many"], "a whole number from 1 to 2,000,000 is wanted, not many"),
        (["--full", "--open", "-3"], "a whole number from 1 to 2,000,000 is wanted, not -3"),
        (["--full", "--count", "9" * 400], "a whole number from 1 to 2,000,000 is wanted"),
    ],
)
def test_numbers_that_make_no_force_are_told_in_one_sentence(
    env: dict[str, str], options: list[str], said: str
) -> None:
    assert said in one_sentence(told(env, "demo", *options))
    assert not Path(env["GOLDTHREAD_DATA"]).exists()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A running demo."""
    with Demo(tmp_path) as running:
        yield running


def until(so: Callable[[], bool], seconds: float) -> None:
    """Wait until it is so; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


@pytest.mark.slow
def test_every_part_comes_back_nothing_acknowledged_is_lost_and_all_of_it_stops(demo: Demo) -> None:
    """The short form of ``make soak``: programs and incident systems write and boards stay open while each part is killed once."""
    second = told(demo.env, "demo")
    assert f":{demo.port}/" in one_sentence(second)

    token, ended = demo.token("fim"), threading.Event()
    writers = [
        *(Writer(demo, token, number, 0.5, ended.is_set) for number in range(3)),
        *(Sender(demo, demo.system(number), number, 0.1, ended.is_set) for number in range(2)),
    ]
    with boards(demo, 12) as seen:
        for one in writers:
            one.start()
        for part in ("pages", "worker", "stream", "jobs", "database"):
            before = demo.pids(part)
            assert before, part
            demo.kill(part)
            until(lambda p=part, b=before: demo.pids(p) - b != set(), 60)
        until(demo.well, 60)
        so_far = [len(one.told.writes) for one in writers]
        until(lambda: all(len(one.told.writes) > was for one, was in zip(writers, so_far, strict=True)), 60)
        until(lambda: {write.verb for one in writers for write in one.told.writes} == set(KINDS), 120)
        ended.set()
        for one in writers:
            one.join(120)
            assert one.wrong is None
    assert set(nothing_lost_or_doubled(demo, [one.told for one in writers])) == set(KINDS)
    assert sum(one.told.again for one in writers), "no kill met a write"
    assert seen[-1]["events"], "no change came to a board"
    assert seen[-1]["back"], "no board came back"
    demo.alarms_are_exact()
    demo.audit_is_whole()

    assert demo.process.poll() is None
    children = [one.pid for one in psutil.Process(demo.process.pid).children(recursive=True)]
    demo.process.send_signal(signal.SIGINT)
    demo.process.wait(90)
    until(lambda: not any(psutil.pid_exists(pid) for pid in children), 30)
    assert not demo.well()
