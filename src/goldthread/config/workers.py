"""Worker processes that never outlive the one that started them."""

from __future__ import annotations

import os
import threading
import time
from multiprocessing import parent_process
from multiprocessing.connection import wait


def end_with_parent() -> None:
    """End this worker of ``multiprocessing`` when the process that started it is gone, even killed."""
    parent = parent_process()
    if parent is not None:

        def watch(sentinel: int = parent.sentinel) -> None:
            wait([sentinel])
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def end_when_orphaned() -> None:
    """The same for a process started by any other means: looks each second whether its parent is still the same."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
