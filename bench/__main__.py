"""Runs the benches named, or all of them, and prints a table for each.

A missed target is told and ends with status 0, since a busy machine misses it too; status 1 says that something could
not be measured.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from bench.figures import CannotMeasureError, machine
from bench.world import World, opened, standing

NAMES = (
    "reader",
    "full",
    "bulk",
    "board",
    "stream",
    "writes",
    "typing",
    "search",
    "lookback",
    "replay",
    "alarms",
    "supervision",
    "packs",
    "messages",
    "growth",
)
"""In this order, since what ``growth`` stores would slow the others."""
LONG = ("growth",)
"""Benches that run in a shorter form unless named: the whole takes a quarter of an hour and much room."""
ON_A_DEMO = ("board", "typing", "safeguarding", "nightly")
ALONE = ("safeguarding", "nightly")
"""Measured on a demo's force or not at all."""
ON_A_DATABASE = (*NAMES[3:], *ALONE)


def main() -> int:
    """Run and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"{', '.join(NAMES)}; all of them unless named; {', '.join(LONG)} in whole only where named",
    )
    parser.add_argument(
        "--demo",
        metavar="FOLDER",
        type=Path,
        help=f"measure {', '.join(ON_A_DEMO)} on the force of a stopped demo's data folder",
    )
    asked = parser.parse_args()
    names = asked.names or (list(ON_A_DEMO) if asked.demo else list(NAMES))
    if asked.demo and (others := [name for name in names if name not in ON_A_DEMO]):
        parser.error(f"{others[0]} makes a database of its own; on a demo go {', '.join(ON_A_DEMO)}")
    if unknown := [name for name in names if name not in (*NAMES, *ALONE)]:
        parser.error(f"there is no bench {unknown[0]}; choose from {', '.join((*NAMES, *ALONE))}")
    if not asked.demo and (needing := [name for name in names if name in ALONE]):
        parser.error(f"{needing[0]} is measured on a demo's force: name its stopped data folder with --demo")
    signal.signal(signal.SIGTERM, _end)
    began = time.monotonic()
    print(machine(), flush=True)
    failed = False
    with ExitStack() as stack:
        world: World | None = None
        for name in names:
            try:
                if name in ON_A_DATABASE and world is None:
                    world = stack.enter_context(standing(asked.demo) if asked.demo else opened())
                bench = importlib.import_module(f"bench.{name}")
                given = {"whole": name in asked.names} if name in LONG else {}
                result = bench.run(world, **given) if name in ON_A_DATABASE else bench.run()
            except CannotMeasureError as error:
                print(f"\n{name} could not be measured: {error}", file=sys.stderr, flush=True)
                failed = True
            else:
                print(result, flush=True)
    print(f"\nTook {time.monotonic() - began:.0f} s.")
    return int(failed)


def _end(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)  # so that the database and the servers are stopped on the way out


if __name__ == "__main__":
    sys.exit(main())
