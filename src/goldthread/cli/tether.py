"""Stands between the supervisor and one of its parts, so that the part never outlives it.

Run by path as ``python tether.py SUPERVISOR GRACE COMMAND...`` in a process group of its own; imports nothing of the
package, to start fast. It starts the command and passes on SIGTERM. When told to end, or when the process SUPERVISOR is
gone (even by kill -9), it gives the command GRACE seconds and then kills the whole group, workers and itself included.
When the command ends by itself it exits as the command did; 128 + n stands for signal n.

Linux tells it of the supervisor's death at once (``prctl``); elsewhere it notices within a second.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import sys
import time

_PR_SET_PDEATHSIG = 1


def signal_on_parents_death(number: signal.Signals) -> None:
    """Ask the kernel to send us ``number`` when our parent's thread ends. Does nothing where it is not Linux."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library without prctl: polling has to do
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


def main(supervisor: int, grace: float, command: list[str]) -> int:
    """Run ``command`` until it ends or must end; returns its exit status."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda got, _: asked.append(got))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal_on_parents_death(signal.SIGTERM)
    child = _spawn(command)
    deadline = 0.0
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            # Told to end, perhaps by the kernel: while the threads of a killed supervisor end one by one, it still
            # looks alive. So the command's own workers are cleared away here, and we with them.
            if asked or os.getppid() != supervisor:
                os.killpg(os.getpgrp(), signal.SIGKILL)
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if not deadline and (asked or os.getppid() != supervisor):
            deadline = time.monotonic() + grace
            os.kill(child, signal.SIGTERM)
        if deadline and time.monotonic() > deadline:
            os.killpg(os.getpgrp(), signal.SIGKILL)
        if select.select([reading], [], [], 0.2 if deadline else 1.0)[0]:
            os.read(reading, 512)


def _spawn(command: list[str]) -> int:
    tether = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal_on_parents_death(signal.SIGKILL)
        if os.getppid() == tether:
            os.execvp(command[0], command)  # noqa: S606  the command is the supervisor's own
    except OSError as error:
        sys.stderr.write(f"{command[0]} cannot be run: {error.strerror}\n")
        sys.stderr.flush()
    finally:
        os._exit(127)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
