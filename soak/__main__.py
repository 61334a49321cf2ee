"""``python -m soak``: the service is used while one part after another is killed; ends with 1 where anything was lost.

Starts a demo of its own. First a handler, signed in at a real browser, types a sentence in each round, in which, at some
letter, ``kill -9`` ends the pages with all their workers, one worker, the stream, the jobs, the database or the tab. The
sentence is finished and sent; every other round the kill comes while it is on its way. Then programs write at the API at
ten times the planned peak of the largest force, with a thousand boards open, while parts are killed at random: incident systems by
lists of messages, as such a force's own does, and programs of people one write after another.

In the end the record must hold each sentence once, to the letter, and each write that was acknowledged once (contacts, words,
facts, children, grades, closings), with its audit event, and nothing that was refused; every alarm that fell due must have been
raised once; and the audit must be whole.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from soak.boards import boards
from soak.kills import PARTS, LostError, Round, Typist
from soak.lists import Sender
from soak.load import Told, Writer, nothing_lost_or_doubled
from soak.service import Demo

WRITERS, SENDERS = 6, 4
"""Programs that write one by one, and incident systems that write by lists: enough that the service, not they, says how much is written."""
ONE_BY_ONE = 0.05
"""Share of the writes that are attempted one by one."""
USER = "fim"
"""As whom they write: who may open, grade and close everywhere."""
BETWEEN = (10.0, 30.0)
"""Seconds between two kills while programs write."""
RAISED_BY = 45.0
"""Seconds at the end in which parts may come back and what fell due meanwhile is raised."""


def main() -> int:
    """Run the rounds and the load and print what each cost; 0 where nothing was lost or doubled."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, metavar="N", help="kills while a handler types (50)")
    parser.add_argument("--minutes", type=float, default=30, metavar="M", help="of programs that write (30)")
    parser.add_argument("--rate", type=float, default=300, metavar="N", help="writes a second that they attempt (300)")
    parser.add_argument("--streams", type=int, default=1_000, metavar="N", help="boards open meanwhile (1,000)")
    parser.add_argument(
        "--unharmed", action="store_true", help="kill nothing while programs write: what the load costs alone"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the dice that choose when and what (1)")
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="goldthread-soak-") as folder, Demo(Path(folder)) as demo:
        print(f"A demo of its own stands after {time.monotonic() - began:.0f} s.", flush=True)
        dice = random.Random(asked.seed)
        try:
            done = _typed(demo, asked.rounds, dice) if asked.rounds else []
            if asked.minutes:
                _load(demo, asked.minutes * 60, asked.rate, asked.streams, None if asked.unharmed else dice)
            raised = demo.alarms_are_exact()
            demo.audit_is_whole()
        except LostError as error:
            print(f"LOST: {error}", file=sys.stderr, flush=True)
            return 1
    print(f"\nIn {time.monotonic() - began:.0f} s nothing was lost or doubled; {raised:,} alarms were raised, each once; "
          "the audit is whole.")  # fmt: skip
    for part in PARTS:
        mine = [one for one in done if one.part == part]
        if mine:
            print(f"  {part:14} {len(mine):3}  saved again after at most {max(one.back for one in mine):.1f} s")
    return 0


def _typed(demo: Demo, rounds: int, dice: random.Random) -> list[Round]:
    done: list[Round] = []
    with Typist(demo, dice) as typist:
        for number in range(rounds):
            done.append(typist.round(number, PARTS[number % len(PARTS)]))
            print(done[-1], flush=True)
        typist.record_holds([one.sentence for one in done])
    return done


def _load(demo: Demo, seconds: float, rate: float, streams: int, dice: random.Random | None) -> None:
    """Let programs write for ``seconds`` with boards open, kill as the ``dice`` say, if any, and compare. Raises ``LostError``."""
    token, killed = demo.token(USER), Counter[str]()
    systems = [demo.system(number) for number in range(SENDERS)]
    with boards(demo, streams) as seen:
        began = time.monotonic()

        def over() -> bool:
            return time.monotonic() > began + seconds

        writers = [Writer(demo, token, at, WRITERS / (rate * ONE_BY_ONE), over) for at in range(WRITERS)]
        senders = [Sender(demo, one, at, SENDERS / (rate * (1 - ONE_BY_ONE)), over) for at, one in enumerate(systems)]
        every = [*writers, *senders]
        for one in every:
            one.start()
        while dice is not None and (left := began + seconds - time.monotonic()) > BETWEEN[1]:
            time.sleep(min(left, dice.uniform(*BETWEEN)))
            part = dice.choice(PARTS[:-1])  # no tab here
            demo.kill(part)
            killed[part] += 1
            written = sum(len(one.told.writes) for one in every)
            print(
                f"{time.monotonic() - began:6.0f} s  {part:9} killed  {written:,} writes acknowledged",
                flush=True,
            )
        for one in every:
            one.join()
        took = time.monotonic() - began
        time.sleep(min(RAISED_BY, seconds))
    for one in every:
        if one.wrong is not None:
            raise one.wrong
    told = [one.told for one in every]
    stands = nothing_lost_or_doubled(demo, told)
    _say([one.told for one in writers], "one by one", took, rate * ONE_BY_ONE)
    _say([one.told for one in senders], "by lists", took, rate * (1 - ONE_BY_ONE))
    _say(told, "in all", took, rate)
    _say_stands(told, stands, killed)
    if streams:
        print(f"{streams:,} boards: {seen[-1]['open']:,} open at the end, {min(one['open'] for one in seen[2:] or seen):,} "
              f"at the fewest; {seen[-1]['events']:,} changes came to them; {seen[-1]['back']:,} times one came back, "
              f"{seen[-1]['loaded']:,} by loading its page anew.")  # fmt: skip


def _say(told: list[Told], how: str, took: float, rate: float) -> None:
    times = sorted(one for each in told for one in each.took)
    if times:
        print(f"{how + ':':11} {len(times) / took:,.0f} audited writes a second were acknowledged at their first sending "
              f"({rate:,.0f} attempted) for {took:.0f} s; p50 {times[len(times) // 2] * 1000:.0f} ms, "
              f"p99 {times[int(len(times) * 0.99)] * 1000:.0f} ms.")  # fmt: skip


def _say_stands(told: list[Told], stands: Counter[str], killed: Counter[str]) -> None:
    refused = sum((each.refused for each in told), Counter[str]())
    again = sum(each.again for each in told)
    print(
        f"{again:,} sendings had no answer and were made again as they were; {stands.total():,} writes stand, "
        f"each once and with its audit event: {', '.join(f'{verb} {count:,}' for verb, count in stands.items())}."
    )
    print(f"Killed: {', '.join(f'{part} {count}' for part, count in sorted(killed.items())) or 'nothing'}.")
    for what, count in refused.most_common(5):
        print(f"  refused {count:,} times: {what}")


if __name__ == "__main__":
    sys.exit(main())
