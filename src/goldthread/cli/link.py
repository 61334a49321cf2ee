"""``goldthread link IN OUT``: which records of a table are of the same person, or of the same address."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from goldthread.screening.errors import ScreenError


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``link`` to the command line."""
    link = subparsers.add_parser("link", help="find records of the same person or address in a table (CSV, Parquet)")
    link.add_argument("source", metavar="IN", type=Path, help="a .csv or .parquet file")
    link.add_argument("target", metavar="OUT", type=Path, help="the same rows, each with the number of its group")
    link.add_argument("--kind", choices=("people", "addresses"), default="people", help="what a row is about (people)")
    link.add_argument(
        "--column",
        metavar="PART=COLUMN",
        action="append",
        default=[],
        help="the column that holds given, surname, dob, address, postcode or phone, where its name does not tell",
    )
    link.add_argument(
        "--threshold", metavar="P", type=float, default=0.95, help="probability from which two rows are the same (0.95)"
    )
    link.set_defaults(run=run_link)


def run_link(args: argparse.Namespace) -> int:
    """Link a table. Returns 0; 1 if some rows could not be compared; 2 if it could not be done."""
    from goldthread.screening.linking import link

    try:
        named = dict(_named(one) for one in args.column)
        done = link(args.source, args.target, args.kind, named, args.threshold, _say)
    except ScreenError as error:
        _say(str(error))
        return 2
    except OSError as error:
        _say(f"Cannot go on: {error.strerror or type(error).__name__} ({error.filename or args.target}).")
        return 2
    tail = f" {done.bad:,} rows could not be compared; gt_error says why." if done.bad else ""
    _say(f"{done.rows:,} rows written to {args.target}: {done.grouped:,} of them in {done.groups:,} groups.{tail}")
    return int(done.bad > 0)


def _named(one: str) -> tuple[str, str]:
    part, given, column = one.partition("=")
    if not given:
        raise ScreenError(f"--column {one}: write it as PART=COLUMN, such as given=FORENAME.")
    return part, column


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
