"""The supervisor of the parts: started, watched, started again, stopped together, never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from goldthread.cli import processes
from goldthread.cli.processes import Part, run_parts

SOURCE = Path(__file__).parents[2] / "src"
PATIENCE = 20.0  # seconds after which a test that waits for an arrival fails


class Attendance:
    """Where parts report. A connection stays open for as long as a process of the part lives, and so tells its end."""

    def __init__(self, folder: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / "here"))
        self._listener.listen()
        self._listener.settimeout(PATIENCE)
        self.address = str(folder / "here")

    def next(self) -> Present:
        """The next process to report."""
        return Present(self._listener.accept()[0])

    def close(self) -> None:
        self._listener.close()


class Present:
    """A process that has reported. ``pid`` is its id."""

    def __init__(self, line: socket.socket) -> None:
        line.settimeout(PATIENCE)
        self._line = line
        self.pid = int(line.recv(8, socket.MSG_WAITALL))

    def has_gone(self) -> bool:
        """Wait until the process and all that it started are gone."""
        with self._line:
            return self._line.recv(1) == b""

    def dismiss(self) -> None:
        """Send the byte that a part may be waiting for."""
        self._line.send(b".")

    def word(self) -> bytes:
        """The next byte from the part."""
        return self._line.recv(1)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


@pytest.fixture
def attendance(tmp_path: Path) -> Iterator[Attendance]:
    roll = Attendance(tmp_path)
    yield roll
    roll.close()


def command(text: str, attendance: Attendance | None = None) -> list[str]:
    """A part made of Python text. With ``attendance`` it reports first; ``wait()`` waits for ever."""
    report = f"line = socket.socket(socket.AF_UNIX); line.connect({attendance.address!r}); " if attendance else ""
    report += "line.send(b'%8d' % os.getpid())" if attendance else ""
    opening = f"import os, signal, socket, sys, threading\nwait = threading.Event().wait\n{report}\n"
    return [sys.executable, "-I", "-S", "-u", "-c", opening + textwrap.dedent(text)]


class Supervised:
    """``run_parts`` in a thread of the test, ended by ``stop``."""

    def __init__(self, *parts: Part, on_stop: tuple[Callable[[], None], ...] = ()) -> None:
        self.lines: list[str] = []
        self.ready = threading.Event()
        self._stop = threading.Event()
        self._result: int | None = None
        self._parts, self._on_stop = parts, on_stop
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        self._result = run_parts(
            self._parts, say=self.lines.append, on_ready=self.ready.set, on_stop=self._on_stop, stop=self._stop
        )

    def stop(self) -> int | None:
        self._stop.set()
        return self.result()

    def result(self) -> int | None:
        self._thread.join(PATIENCE)
        return self._result


def test_parts_run_until_stopped_and_their_lines_carry_their_names(attendance: Attendance) -> None:
    running = Supervised(
        Part("pages", command("print('serving'); wait()", attendance)),
        Part("jobs", command("print('working', file=sys.stderr); wait()", attendance)),
    )
    both = [attendance.next(), attendance.next()]
    assert running.ready.wait(PATIENCE)
    assert running.stop() == 0
    assert all(part.has_gone() for part in both)
    assert {"pages | serving", "jobs | working"} <= set(running.lines)


def test_a_part_gets_its_own_environment_on_top_of_ours(attendance: Attendance) -> None:
    text = "print(os.environ['GRADE'], 'PATH' in os.environ); line.send(b'.'); wait()"
    running = Supervised(Part("jobs", command(text, attendance), env={"GRADE": "Immediate"}))
    assert attendance.next().word() == b"."
    assert running.stop() == 0
    assert "jobs | Immediate True" in running.lines


def test_ready_means_that_every_part_says_so(attendance: Attendance) -> None:
    asked = threading.Event()
    serves = threading.Event()

    def ready() -> bool:
        asked.set()
        return serves.is_set()

    running = Supervised(Part("pages", command("wait()", attendance), ready=ready))
    attendance.next()
    assert asked.wait(PATIENCE)
    assert not running.ready.is_set()
    serves.set()
    assert running.ready.wait(PATIENCE)
    running.stop()


def test_a_part_is_ready_when_its_port_answers(attendance: Attendance) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    text = f"door = socket.socket(); door.bind(('127.0.0.1', {port})); door.listen(); wait()"
    running = Supervised(Part("pages", command(text, attendance), ready=("0.0.0.0", port)))
    assert running.ready.wait(PATIENCE)
    assert running.stop() == 0


def test_a_killed_part_is_started_again_and_the_others_are_left_alone(attendance: Attendance) -> None:
    running = Supervised(
        Part("stream", command("wait()", attendance)), Part("jobs", command("print(os.getpid()); wait()"))
    )
    assert running.ready.wait(PATIENCE)
    for _ in range(3):  # as often as a part may fail to start at first
        attendance.next().kill()
    attendance.next()
    assert running.stop() == 0
    told = [line for line in running.lines if "killed" in line]
    assert sum(line.startswith("jobs |") for line in running.lines) == 1
    assert told == [f"stream was killed by signal 9; starting it again in {pause} s" for pause in ("0.2", "0.5", "1")]


def test_the_workers_of_a_killed_part_go_with_it(attendance: Attendance) -> None:
    text = "os.fork(); wait()"  # parent and child share the line, so it closes when both are gone
    running = Supervised(Part("pages", command(text, attendance)))
    first = attendance.next()
    first.kill()
    assert first.has_gone()
    attendance.next()
    assert running.stop() == 0


def test_a_part_whose_tether_is_killed_is_started_again(attendance: Attendance) -> None:
    running = Supervised(Part("pages", command("print(os.getppid()); wait()", attendance)))
    first = attendance.next()
    assert running.ready.wait(PATIENCE)
    os.kill(os.getpgid(first.pid), signal.SIGKILL)
    assert first.has_gone()
    assert attendance.next().pid != first.pid
    assert running.stop() == 0


def test_a_part_that_cannot_start_ends_everything_with_its_last_lines(attendance: Attendance) -> None:
    running = Supervised(
        Part("pages", command("wait()", attendance)),
        Part("jobs", command("print('no such queue'); sys.exit(4)"), ready=lambda: False),
    )
    pages = attendance.next()
    assert running.result() == 1
    assert pages.has_gone()
    assert (
        "jobs ended with status 4 each of 3 times that it was started, so Goldthread stops. "
        "Its last lines were:\n    no such queue" in running.lines
    )


def test_a_part_that_has_served_is_never_given_up(attendance: Attendance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_BACKOFF", (0.0,))
    present: list[Present] = []
    text = "line.recv(1); sys.exit(3)"
    running = Supervised(Part("pages", command(text, attendance), ready=lambda: len(present) in (1, 7)))
    present.append(attendance.next())
    assert running.ready.wait(PATIENCE)
    present[0].dismiss()
    for _ in range(5):  # as when the database is away for a while
        present.append(attendance.next())
        present[-1].dismiss()
    present.append(attendance.next())
    assert running.stop() == 0
    assert running.lines.count("pages ended with status 3; starting it again in 0 s") == 6


def test_the_others_go_on_without_a_part_that_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_BACKOFF", (0.0,))
    said: list[str] = []
    stop = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        if sum("starting it again" in one for one in said) > processes._TRIES:
            stop.set()

    assert run_parts([Part("reading", command("sys.exit(3)"), needed=False)], say=say, stop=stop) == 0


def test_a_part_without_a_sign_of_readiness_is_given_up_as_well() -> None:
    assert Supervised(Part("jobs", command("sys.exit(4)"))).result() == 1


def test_a_command_that_does_not_exist_is_named() -> None:
    running = Supervised(Part("jobs", ["/no/such/command"], ready=lambda: False))
    assert running.result() == 1
    assert "jobs | /no/such/command cannot be run: No such file or directory" in running.lines


def test_a_part_that_never_gets_ready_ends_everything(attendance: Attendance) -> None:
    part = Part("pages", command("print('hello'); wait()", attendance), ready=lambda: False, ready_within=2)
    running = Supervised(part)
    pages = attendance.next()
    assert running.result() == 1
    assert pages.has_gone()
    assert any(
        line.startswith("pages did not become ready in 2 seconds, so Goldthread stops.") for line in running.lines
    )


def test_a_part_that_will_not_end_is_killed_with_its_workers(attendance: Attendance) -> None:
    text = "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); print('deaf'); wait()"
    running = Supervised(Part("jobs", command(text, attendance), grace=0.3))
    deaf = attendance.next()
    assert running.ready.wait(PATIENCE)
    assert running.stop() == 0
    assert deaf.has_gone()


def test_what_is_to_be_done_at_the_end_is_done_in_order_after_the_last_part(attendance: Attendance) -> None:
    done: list[str] = []
    present: list[Present] = []

    def first() -> None:
        done.append("first, after the part" if present[0].has_gone() else "too early")
        raise RuntimeError("the first went wrong")

    running = Supervised(Part("pages", command("wait()", attendance)), on_stop=(first, lambda: done.append("second")))
    present.append(attendance.next())
    assert running.stop() == 1
    assert done == ["first, after the part", "second"]
    assert "the first went wrong" in running.lines


def test_a_part_that_writes_much_without_a_newline_is_read_all_the_same(attendance: Attendance) -> None:
    text = "sys.stdout.write('x' * 1_000_000); sys.stdout.flush(); line.send(b'!'); wait()"
    running = Supervised(Part("jobs", command(text, attendance)))
    part = attendance.next()
    assert part.word() == b"!"
    assert running.stop() == 0
    assert sum(line.count("x") for line in running.lines) == 1_000_000


SUPERVISOR = """
    import sys
    from goldthread.cli.processes import Part, run_parts
    sys.exit(run_parts(
        [Part("pages", {command!r}, grace={grace})],
        on_ready=lambda: print("ready", flush=True),
        on_stop=[lambda: print("database stopped", flush=True)],
    ))
"""


@pytest.fixture
def supervisor(attendance: Attendance) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(text: str = "wait()", grace: float = 5.0) -> subprocess.Popen[str]:
        script = textwrap.dedent(SUPERVISOR).format(command=command(text, attendance), grace=grace)
        process = subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything_cleanly(
    number: signal.Signals, attendance: Attendance, supervisor: Callable[..., subprocess.Popen[str]]
) -> None:
    process = supervisor()
    part = attendance.next()
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert output.endswith("database stopped\n")
    assert part.has_gone()


def test_a_second_signal_does_not_wait_for_a_deaf_part(
    attendance: Attendance, supervisor: Callable[..., subprocess.Popen[str]]
) -> None:
    process = supervisor("signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); wait()", grace=1000)
    part = attendance.next()
    assert process.stdout is not None
    while process.stdout.readline() != "pages | deaf\n":
        pass
    process.send_signal(signal.SIGINT)
    while not process.stdout.readline().startswith("Stopping"):
        pass
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    assert output == "database stopped\n"
    assert part.has_gone()


@pytest.mark.parametrize(
    "text", ["wait()", "os.fork(); wait()", "signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); wait()"]
)
def test_nothing_outlives_a_killed_supervisor(
    text: str, attendance: Attendance, supervisor: Callable[..., subprocess.Popen[str]]
) -> None:
    process = supervisor(text, grace=0.5)
    part = attendance.next()
    process.kill()
    assert part.has_gone()


def test_a_closed_terminal_does_not_hang_the_parts(
    attendance: Attendance, supervisor: Callable[..., subprocess.Popen[str]]
) -> None:
    process = supervisor("line.recv(1); print('y' * 500_000); line.send(b'!'); wait()")
    part = attendance.next()
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.stdout.close()
    part.dismiss()
    assert part.word() == b"!"
    process.terminate()
    process.wait(PATIENCE)
    assert part.has_gone()
