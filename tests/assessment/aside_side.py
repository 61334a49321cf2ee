"""A service that reads aside, with a reader that does as the words say: ``python -m tests.assessment.aside_side SOCKET CORES [unready]``."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from goldthread.assessment import aside


def read(text: str) -> dict[str, Any]:
    """Answer with the words; ``hold FILE`` waits for a file, ``fail [FILE]`` fails (until it is there), ``die`` ends the process."""
    match text.split():
        case ["hold", path]:
            while not Path(path).exists():
                time.sleep(0.01)
        case ["fail", *paths] if not any(Path(path).exists() for path in paths):
            raise RecursionError("too deep")
        case ["die"]:
            os._exit(3)
    return {"path": "full", "text": text, "at": time.monotonic(), "nice": os.getpriority(os.PRIO_PROCESS, 0)}


def prepare() -> None:
    """Nothing to load."""


def cannot() -> None:
    """Something cannot be loaded."""
    raise RuntimeError("not ready")


if __name__ == "__main__":
    where, cores, *unready = sys.argv[1:]
    aside.FAILED = 0.2
    os.sched_getaffinity = lambda _: set(range(int(cores)))
    try:
        aside.serve(Path(where), read, cannot if unready else prepare)
    except BrokenProcessPool:
        sys.exit(1)
