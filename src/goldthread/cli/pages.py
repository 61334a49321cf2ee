"""The pages' server: Granian, with the application loaded once and shared by all its workers.

``python -m goldthread.cli.pages OPTIONS MODULE:NAME`` takes Granian's own options. Granian loads the application in each
worker, which costs every one of them seconds and the reader's tables over again, and the first one ready gets all the
browsers that wait. Loaded before they part, all workers are ready at once and share what never changes.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module


def main() -> None:
    """Serve until told to stop."""
    from granian.cli import entrypoint

    import_module(sys.argv[-1].partition(":")[0])
    # The reader's tables are a million objects that never go. Looking through them for garbage again and again would stop
    # every page of a worker for a tenth of a second, so they are set aside, and the rest is looked through less often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    entrypoint()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
