"""``goldthread demo`` as an operator meets it: one clear sentence where it cannot start, recovery where a part dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

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
def demo(env: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A running demo."""
    process = subprocess.Popen(
        [*GOLDTHREAD, "demo"], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        until(lambda: well(env), 240)
        yield process, env
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def well(env: dict[str, str]) -> bool:
    with (
        suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{env['GOLDTHREAD_PORT']}/healthz", timeout=5) as answer,
    ):
        return bool(answer.status == 200)
    return False


def until(so: Callable[[], bool], seconds: float) -> None:
    """Wait until it is so; fails after ``seconds``."""
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)


def running(parent: int, word: str) -> list[psutil.Process]:
    """Processes below ``parent`` whose command holds ``word``."""
    found = []
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(parent).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if any(word in part for part in process.cmdline()):
                    found.append(process)
    return found


@pytest.mark.slow
def test_every_part_comes_back_and_all_of_it_stops(demo: tuple[subprocess.Popen[str], dict[str, str]]) -> None:
    process, env = demo
    second = told(env, "demo")
    assert f":{env['GOLDTHREAD_PORT']}/" in one_sentence(second)

    for word in ("goldthread.config.wsgi", "goldthread.desk.stream.app", "goldthread.cli.steps"):
        before = {one.pid for one in running(process.pid, word)}
        assert before, word
        for one in running(process.pid, word):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        until(lambda w=word, b=before: {one.pid for one in running(process.pid, w)} - b != set(), 60)
    until(lambda: well(env), 60)

    server = Path(env["GOLDTHREAD_DATA"]) / "postgres"
    pid_file = next(server.rglob("postmaster.pid"))
    killed = pid_file.read_text().splitlines()[0]
    os.kill(int(killed), signal.SIGKILL)
    until(lambda: not pid_file.exists() or pid_file.read_text().splitlines()[0] != killed, 60)
    until(lambda: well(env), 60)
    assert process.poll() is None
    children = [one.pid for one in psutil.Process(process.pid).children(recursive=True)]
    process.send_signal(signal.SIGINT)
    process.wait(90)
    until(lambda: not any(psutil.pid_exists(pid) for pid in children), 30)
    assert not well(env)
