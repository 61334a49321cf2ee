"""``goldthread import FILE``: messages of another incident system, from JSON Lines; cut off, it goes on where it was."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from goldthread.cli.read import LONGEST_LINE, lines, opened
from goldthread.config.errors import Refused

if TYPE_CHECKING:
    from goldthread.accounts.models import Team
    from goldthread.integration.message_actions import Ack
    from goldthread.integration.message_came_rules import Came

TOGETHER = 100
"""Lines taken in together *(ours)*."""
PROGRESS = 5.0
"""Seconds between two words on how far it is *(ours)*."""


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``import`` to the command line."""
    made = subparsers.add_parser("import", help="take in messages of another incident system (JSON Lines)")
    made.add_argument("file", metavar="FILE", help="JSON Lines of messages; - for standard input")
    made.add_argument("--team", required=True, help="the team whose desk the incidents stand on")
    made.add_argument("--all", action="store_true", help="tell every message, not only those that want somebody")
    made.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Take in every line; 1 if any could not be read or came with other content under an id that was taken; 2 if nothing could be done.

    Every message acts once, so that a file that was cut off is given again from its start.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.receive import desk_of
    from goldthread.cli.serve import unreachable

    try:
        desk = desk_of(args.team)
        with opened(args.file) as source:
            return _take_in(source, desk, every=args.all)
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None
    except OSError as error:
        raise Refused(f"Cannot read {args.file}: {error.strerror or error}.") from None


def _take_in(source: BinaryIO, desk: Team, *, every: bool) -> int:
    from goldthread.integration.message_actions import take

    counts: Counter[str] = Counter()
    told, came = time.monotonic(), _came(source)
    while some := list(islice(came, TOGETHER)):
        for (number, _), ack in zip(some, take(None, [one for _, one in some], desk=desk), strict=True):
            counts[ack.became] += 1
            if every or ack.became in ("unreadable", "other"):
                print(json.dumps(_line(number, ack)), flush=True)
        if time.monotonic() - told >= PROGRESS:
            told = time.monotonic()
            print(_told(counts), file=sys.stderr, flush=True)
    print(_told(counts), file=sys.stderr, flush=True)
    return int(bool(counts["unreadable"] or counts["other"]))


def _came(source: BinaryIO) -> Iterator[tuple[int, Came]]:
    from goldthread.integration import message_came_rules as came_rules

    for number, raw in lines(source):
        if raw is None:
            yield number, came_rules.unread(b"", f"It is longer than {LONGEST_LINE // 1024 // 1024} MB.")
        elif raw.strip():
            yield number, came_rules.came_text(raw.strip())


def _line(number: int, ack: Ack) -> dict[str, object]:
    found: dict[str, object] = {"line": number, "id": ack.id, "became": ack.became, "incident": ack.incident}
    return {**found, **({"wait_for": ack.wait_for} if ack.wait_for else {}), **({"why": ack.why} if ack.why else {})}


def _told(counts: Counter[str]) -> str:
    parts = [f"{counts[one]:,} {one}" for one in ("taken", "repeated", "waiting", "other", "unreadable") if counts[one]]
    return f"{sum(counts.values()):,} messages: {', '.join(parts) or 'none'}."
