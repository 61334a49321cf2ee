"""What bars a start: a port that another program holds, or a supervisor that runs on the same folder already."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from goldthread.cli.processes import SupervisorError, check_port, only_one

SOURCE = Path(__file__).parents[2] / "src"


def test_a_port_in_use_is_named_with_the_setting_to_change() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(SupervisorError) as raised:
            check_port("127.0.0.1", port, "GOLDTHREAD_PORT", within=0)
    assert str(raised.value) == (
        f"Port {port} on 127.0.0.1 is in use by another program: stop it or set GOLDTHREAD_PORT to a free port."
    )
    check_port("127.0.0.1", port, "GOLDTHREAD_PORT", within=0)


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(SupervisorError, match=r"cannot listen on 192\.0\.2\.1 port 8000"):
        check_port("192.0.2.1", 8000, "GOLDTHREAD_PORT")


def test_a_second_supervisor_is_told_where_the_first_is(tmp_path: Path) -> None:
    with only_one(tmp_path, "http://127.0.0.1:8000/"):
        with pytest.raises(SupervisorError) as raised, only_one(tmp_path, "http://127.0.0.1:9000/"):
            pytest.fail("two at once")
        assert f"already running on {tmp_path}, at http://127.0.0.1:8000/ (process {os.getpid()})" in str(raised.value)
    with only_one(tmp_path, "http://127.0.0.1:9000/"):
        pass


def test_a_killed_supervisor_does_not_bar_the_next(tmp_path: Path) -> None:
    script = """
        import sys
        from pathlib import Path
        from goldthread.cli.processes import only_one
        with only_one(Path(sys.argv[1]), "http://127.0.0.1:8000/"):
            print("held", flush=True)
            sys.stdin.read()
    """
    first = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    first.kill()
    first.communicate()
    with only_one(tmp_path, "http://127.0.0.1:9000/"):
        pass
