"""A service that reads aside, with a reader that does as the words say: ``python -m tests.assessment.aside_side SOCKET``."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from goldthread.assessment import aside


def read(text: str) -> dict[str, Any]:
    """Answer with the words; ``hold FILE`` waits for a file, ``fail`` fails, ``die`` ends the process."""
    match text.split():
        case ["hold", path]:
            while not Path(path).exists():
                time.sleep(0.01)
        case ["fail"]:
            raise RecursionError("too deep")
        case ["die"]:
            os._exit(3)
    return {"path": "full", "text": text, "at": time.monotonic(), "nice": os.getpriority(os.PRIO_PROCESS, 0)}


def prepare() -> None:
    """Nothing to load."""


if __name__ == "__main__":
    try:
        aside.serve(Path(sys.argv[1]), read, prepare)
    except BrokenProcessPool:
        sys.exit(1)
