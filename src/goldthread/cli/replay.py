"""``goldthread replay``: stored advice made again from the stored words, and whether it is the same."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

from goldthread.config.errors import Refused

if TYPE_CHECKING:
    from goldthread.trials.replay_queries import Row

LISTED = 50
"""Readings that differ, or cannot be replayed for each reason, told one by one; the rest are counted."""


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``replay`` to the command line."""
    replay = subparsers.add_parser(
        "replay", help="make stored advice again from its words, and say whether it is the same"
    )
    replay.add_argument("--last", metavar="N", type=int, default=1000, help="the newest so many readings (1000)")
    replay.add_argument("--incident", metavar="REFERENCE", default="", help="those of one incident alone")
    replay.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Replay and print what came of it. 0 nothing differs; 1 something does; 2 if nothing could be replayed."""
    if args.last < 1:
        raise Refused("Give --last a number from 1 on. Nothing was replayed.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable

    try:
        return _replay(args)
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None


def _replay(args: argparse.Namespace) -> int:
    from goldthread.assessment.replay_rules import OUTCOMES
    from goldthread.trials import replay_queries as queries

    ended: Counter[str] = Counter()
    why: Counter[str] = Counter()
    differ: list[Row] = []
    for rows in queries.in_batches(None, queries.asked_for(None, args.incident), args.last):
        ended.update(one.replay.outcome for one in rows)
        why.update(one.replay.told for one in rows if one.replay.outcome in ("cannot", "in_part"))
        differ += [one for one in rows if one.replay.outcome == "differs"]
        if sys.stderr.isatty():
            print(f"\r{ended.total():,} replayed", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if not ended:
        raise Refused("There is no stored reading to replay.")
    print(f"{ended.total():,} stored readings, the newest first:")
    for code, name in OUTCOMES:
        print(f"  {ended[code]:,} {name.lower()}")
    for told, count in why.most_common(LISTED):
        print(f"{count:,}: {told}")
    for row in differ[:LISTED]:
        one = row.reading
        print(f"{one.incident.reference}, up to entry {one.entry.seq}, reading {one.pk}: {row.replay.told}")
        for each in row.replay.differences:
            print(f"  {each.what}: {each.then or 'not there'} then, {each.now or 'not there'} now")
    if len(differ) > LISTED:
        print(f"and {len(differ) - LISTED:,} further that differ.")
    return int(bool(differ))
