"""Starts the parts of a running Goldthread, keeps them running, and stops them together."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from goldthread.config.postgres.locks import Held, Waiting, hold

_TETHER = Path(__file__).with_name("tether.py")
_TRIES = 3  # failed starts in a row after which a part that has never served is given up
_STEADY = 10.0  # seconds a part must have lived for its restarts to begin anew with the shortest pause
_BACKOFF = (0.2, 0.5, 1.0, 2.0, 5.0)  # seconds before each restart in a row
_SHOWN = 15  # last lines of a part that is given up
_LONGEST_LINE = 65_536  # bytes; a longer line is cut into several

Say = Callable[[str], None]


class SupervisorError(Exception):
    """Goldthread cannot start. ``str(error)`` is one sentence for the operator."""


@dataclass(frozen=True)
class Part:
    """One child process: its ``name`` before each of its log lines, its ``command``, and ``env`` added to ours.

    ``ready`` says whether it serves: a function that answers within a second, or an address whose port must answer;
    without it the part is ready when it runs. It has ``ready_within`` seconds for that, and ``grace`` seconds to end.
    Without one that is not ``needed`` the others go on, however often it fails.
    """

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | tuple[str, int] | None = None
    ready_within: float = 60.0
    grace: float = 10.0
    cwd: Path | None = None
    needed: bool = True


class _GiveUp(Exception):
    """A part cannot be kept running."""


class _Child:
    """A part over its restarts."""

    def __init__(self, part: Part, say: Say, wake: threading.Event) -> None:
        self.part = part
        self.ready = False
        self._say = say
        self._wake = wake
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._lines: deque[str] = deque(maxlen=_SHOWN)
        self._began = 0.0
        self._has_served = not part.needed
        self._failed_starts = 0
        self._restarts = 0
        self._next_start = 0.0

    def look_after(self) -> None:
        """Start it when it is due, see whether it has died, and whether it has become ready. Raises ``_GiveUp``."""
        if self._process is None:
            if time.monotonic() >= self._next_start:
                self._start()
        elif _has_ended(self._process.pid):
            self._died()
        elif not self.ready:
            self._see_if_ready()

    def ask_to_stop(self) -> None:
        """Send SIGTERM; the tether sees to the rest."""
        if self._process is not None and not _has_ended(self._process.pid):
            os.kill(self._process.pid, signal.SIGTERM)  # it is ours still: nobody has collected it

    def wait_until_stopped(self, at_once: Callable[[], bool]) -> None:
        """Return when no process of the part lives; ``at_once`` says that there is no more time to be gentle."""
        if self._process is None:
            return
        deadline = time.monotonic() + self.part.grace + 2
        while not _has_ended(self._process.pid) and time.monotonic() < deadline and not at_once():
            self._wake.wait(0.1)
            self._wake.clear()
        self._collect()

    def _start(self) -> None:
        part = self.part
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid()), str(part.grace), *part.command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **part.env},
            cwd=part.cwd,
            start_new_session=True,  # Ctrl-C is ours to handle
        )
        self._began = time.monotonic()
        self._lines.clear()
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        while line := process.stdout.readline(_LONGEST_LINE):
            text = line.decode(errors="replace").rstrip("\r\n")
            self._lines.append(text)
            self._say(f"{self.part.name} | {text}")
        self._wake.set()

    def _see_if_ready(self) -> None:
        ready = self.part.ready
        try:
            self.ready = ready is None or (_answers(*ready) if isinstance(ready, tuple) else ready())
        except OSError:  # nobody listens yet
            self.ready = False
        if self.ready:
            self._has_served = self._has_served or ready is not None
        elif time.monotonic() - self._began > self.part.ready_within:
            how = f"{self.part.name} did not become ready in {self.part.ready_within:g} seconds"
            self._collect()
            if not self._has_served:
                raise _GiveUp(self._with_last_lines(how))
            self._start_again(how)

    def _died(self) -> None:
        self._has_served = self._has_served or self._has_been_steady()
        code = self._collect()
        how = f"{self.part.name} " + (
            f"was killed by signal {code - 128}" if code > 128 else f"ended with status {code}"
        )
        # A part that shows no readiness and was killed from outside may have started well enough.
        if not self._has_served and (self.part.ready is not None or code < 128):
            self._failed_starts += 1
            if self._failed_starts >= _TRIES:
                raise _GiveUp(self._with_last_lines(f"{how} each of {_TRIES} times that it was started"))
        self._start_again(how)

    def _start_again(self, why: str) -> None:
        self._restarts = 0 if self._has_been_steady() else self._restarts
        pause = _BACKOFF[min(self._restarts, len(_BACKOFF) - 1)]
        self._restarts += 1
        self.ready = False
        self._next_start = time.monotonic() + pause
        self._say(f"{why}; starting it again in {pause:g} s")

    def _has_been_steady(self) -> bool:
        return self.ready and time.monotonic() - self._began >= _STEADY

    def _collect(self) -> int:
        """End what is left of its process group, read its last words, return its exit status."""
        assert self._process is not None
        process, self._process = self._process, None
        # Before the leader's id is given back to the system: workers of a killed server would keep its port.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        if self._reader is not None:
            self._reader.join(2)  # bounded, as a stranger may have inherited the pipe
        if process.stdout is not None and not (self._reader and self._reader.is_alive()):
            process.stdout.close()
        return code if code >= 0 else 128 - code

    def _with_last_lines(self, what: str) -> str:
        lines = "".join(f"\n    {line}" for line in self._lines)
        return f"{what}, so Goldthread stops. {'Its last lines were:' + lines if lines else 'It wrote nothing.'}"


def run_parts(
    parts: Sequence[Part],
    *,
    say: Say | None = None,
    on_ready: Callable[[], None] | None = None,
    on_stop: Sequence[Callable[[], None]] = (),
    stop: threading.Event | None = None,
) -> int:
    """Run ``parts`` until told to stop by SIGINT, SIGTERM, SIGHUP or ``stop``; then end them and run ``on_stop``.

    ``on_ready`` is called once, when all parts are ready. A part that has served and dies is started again, for as
    long as it takes; one that has never served and fails to start three times in a row, or is not ready in its time,
    ends everything. ``on_stop`` functions run in their order after
    the last part is gone, each even if another fails. Returns 0 when it was told to stop and all went well, else 1.
    Called in the main thread; elsewhere it leaves the signals alone and only ``stop`` ends it.
    """
    say = _line_by_line(say)
    wake = threading.Event()
    told: list[int] = []
    children = [_Child(part, say, wake) for part in parts]

    def at_once() -> bool:
        return len(told) > 1

    result = 0
    with _signals(told, wake):
        try:
            _keep_running(children, lambda: bool(told) or (stop is not None and stop.is_set()), wake, on_ready)
        except _GiveUp as given_up:
            say(str(given_up))
            result = 1
        finally:
            say("Stopping; a second Ctrl-C ends everything at once" if told else "Stopping")
            for child in reversed(children):
                child.ask_to_stop()
            for child in reversed(children):
                child.wait_until_stopped(at_once)
            for function in on_stop:
                try:
                    function()
                except Exception as error:  # noqa: BLE001  the others must run whatever this one does
                    say(str(error) or type(error).__name__)
                    result = 1
    return result


def _keep_running(
    children: Sequence[_Child],
    must_stop: Callable[[], bool],
    wake: threading.Event,
    on_ready: Callable[[], None] | None,
) -> None:
    while not must_stop():
        for child in children:
            child.look_after()
        if on_ready is not None and all(child.ready for child in children):
            on_ready()
            on_ready = None
        wake.wait(0.1)
        wake.clear()


@contextmanager
def only_one(directory: Path, address: str) -> Iterator[None]:
    """Hold ``directory`` for this supervisor, which serves at ``address``, for the length of the block.

    Raises ``SupervisorError`` with the address of the one that already runs.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with hold(directory / "supervisor.lock", {"address": address}):
            yield
    except Held as held:
        where, process = held.note.get("address", "an address not known"), held.note.get("process", "not known")
        raise SupervisorError(
            f"Goldthread is already running on {directory}, at {where} (process {process}): use that one, "
            "stop it first, or set GOLDTHREAD_DATA to another folder."
        ) from None


def check_port(host: str, port: int, setting: str, within: float = 3.0) -> None:
    """Make sure that ``port`` of ``host`` is free; ``setting`` is the name of what to change if it is not.

    Waits up to ``within`` seconds, as the parts of a killed supervisor need a moment. Raises ``SupervisorError``.
    """
    waiting = Waiting(lambda _: None)
    while (problem := _cannot_listen(host, port)) is not None:
        if problem.errno == errno.EADDRINUSE and waiting.seconds < within:
            waiting.pause("")
            continue
        if problem.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is in use by another program: stop it or set {setting} to a free port."
        elif problem.errno == errno.EACCES:
            reason = f"Only root may listen on port {port}: set {setting} to a port from 1024 up."
        else:
            reason = f"Goldthread cannot listen on {host} port {port} ({problem.strerror}): change that or {setting}."
        raise SupervisorError(reason)


def _cannot_listen(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except OSError as error:
        return error
    return None


def _answers(host: str, port: int) -> bool:
    near = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    with socket.create_connection((near, port), timeout=0.5):
        return True


def _has_ended(pid: int) -> bool:
    """Whether our child has ended, without collecting it, so that its id stays its own."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _line_by_line(say: Say | None) -> Say:
    lock = threading.Lock()

    def write(line: str) -> None:
        # A closed terminal must not stop the reading of a part's pipe, or the part would hang on a full one.
        with lock, suppress(OSError, ValueError):
            if say is None:
                print(line, flush=True)
            else:
                say(line)

    return write


@contextmanager
def _signals(told: list[int], wake: threading.Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def note(number: int, _: FrameType | None) -> None:
        told.append(number)
        wake.set()

    numbers = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup has asked us to outlive the terminal
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, note) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
