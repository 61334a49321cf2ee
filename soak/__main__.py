"""``python -m soak``: a handler types while one part after another is killed; ends with 1 where anything was lost.

Starts a demo of its own, signs a handler in at a real browser, and in each round lets them type a sentence in which, at
some letter, ``kill -9`` ends the pages with all their workers, one worker, the stream, the jobs, the database or the tab.
The sentence is finished and sent; every other round the kill comes while it is on its way. In the end the record must
hold each sentence once, to the letter; every alarm that fell due must have been raised once; and the audit must be whole.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from soak.kills import PARTS, LostError, Round, Typist
from soak.service import Demo


def main() -> int:
    """Run the rounds and print what each cost; 0 where nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="kills (50)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the dice that choose the letter (1)")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="goldthread-soak-") as folder, Demo(Path(folder)) as demo:
        print(f"A demo of its own stands after {time.monotonic() - began:.0f} s.", flush=True)
        done: list[Round] = []
        try:
            with Typist(demo, random.Random(asked.seed)) as typist:
                for number in range(asked.rounds):
                    done.append(typist.round(number, PARTS[number % len(PARTS)]))
                    print(done[-1], flush=True)
                typist.record_holds([one.sentence for one in done])
            raised = demo.alarms_are_exact()
            demo.audit_is_whole()
        except LostError as error:
            print(f"LOST: {error}", file=sys.stderr, flush=True)
            return 1
    print(f"\n{len(done)} kills in {time.monotonic() - began:.0f} s. Nothing was lost or doubled; "
          f"{raised:,} alarms were raised, each once; the audit is whole.")  # fmt: skip
    for part in PARTS:
        mine = [one for one in done if one.part == part]
        if mine:
            print(f"  {part:14} {len(mine):3}  saved again after at most {max(one.back for one in mine):.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
