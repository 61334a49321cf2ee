"""``goldthread records``: what other systems know, from an extract of theirs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from goldthread.config.errors import Refused

COMPLAINTS = 20


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``records`` to the command line."""
    records = subparsers.add_parser(
        "records", help="load people, addresses, numbers, markers, orders and flags from an extract of another system"
    )
    records.add_argument(
        "file", metavar="FILE", type=Path, help="CSV or Parquet, its columns found by name in any order"
    )
    records.add_argument(
        "--kind", required=True, help="people, addresses, phones, residences, markers, orders or flags"
    )
    records.add_argument("--source", required=True, metavar="NAME", help="the system it comes from, such as RMS")
    records.add_argument("--as-of", required=True, metavar="TIME", help='when it was taken, such as "2026-11-03 14:02"')
    records.add_argument("--full", action="store_true", help="it holds everything of its kind: what it lacks has ended")
    records.add_argument(
        "--yes",
        action="store_true",
        help="end even a large share of what stands, or blank what columns said that the file lacks",
    )
    records.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Load it. 0 all lines were used; 1 some were not, the rest is loaded; 2 nothing was changed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable
    from goldthread.cli.staff import _time
    from goldthread.contact.records_actions import Extract, load
    from goldthread.contact.records_told import said

    as_of = _time(args.as_of)
    if as_of is None:
        raise Refused("Say with --as-of when the file was taken. Nothing was loaded.")
    if not args.file.is_file():
        raise Refused(f"There is no file {args.file}. Nothing was loaded.")
    given = Extract(args.file, args.file.name, args.kind, args.source, as_of, args.full)
    try:
        made = load(None, given, yes=args.yes, progress=lambda told: print(told, file=sys.stderr, flush=True))
    except OperationalError as error:
        raise Refused(
            f"{unreachable('DATABASE_URL', error)} Load the same file again: it goes on where it was."
        ) from None
    for one in made.refusals.order_by("line")[:COMPLAINTS]:
        print(f"Line {one.line}: {one.why}", file=sys.stderr)
    if made.refused > COMPLAINTS:
        print(f"And {made.refused - COMPLAINTS:,} more; the page of load {made.pk} lists them.", file=sys.stderr)
    print(made.told)
    print(said(made))
    return 1 if made.refused else 0
