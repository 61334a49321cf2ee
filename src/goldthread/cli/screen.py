"""``goldthread screen IN OUT``: read every row of a table of stored logs, and write it again with the answers."""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from goldthread.config.workers import end_with_parent
from goldthread.screening.errors import ScreenError
from goldthread.thrive.lexicon import LexiconError

CONTINUE = "Run the same command again to continue."
AS_TEXT = (
    "It is data: cells may begin with = + - or @ as the public wrote them. To see it in a spreadsheet, import it with every column "
    "as text."
)


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``screen`` to the command line."""
    screen = subparsers.add_parser("screen", help="read a table of stored logs in parallel (CSV, Parquet, PostgreSQL)")
    screen.add_argument("source", metavar="IN", help="a .csv or .parquet file, or a postgresql:// address")
    screen.add_argument("target", metavar="OUT", help="a .csv or .parquet file: the same rows, and gt_ columns")
    screen.add_argument("--text", metavar="COLUMN", help="the column that holds the log's text")
    screen.add_argument("--id", metavar="COLUMN", help="the column that tells rows apart; checked, not shown")
    screen.add_argument(
        "--path",
        choices=("fast", "full"),
        help="fast: lexicon and assertion; full: the network too (full where there is a network)",
    )
    screen.add_argument("--workers", metavar="N", type=int, default=os.cpu_count() or 1, help="processes (all cores)")
    screen.add_argument("--table", metavar="SCHEMA.NAME", help="the database's table or view")
    screen.add_argument("--query", metavar="SQL", help="a query in place of a table")
    screen.add_argument("--key", metavar="COLUMN", help="the database's column that tells every row from all others")
    screen.add_argument(
        "--engine", choices=("processes", "spark"), default="processes", help="this machine's cores, or Apache Spark"
    )
    screen.add_argument("--master", metavar="URL", help="the Spark cluster (this machine)")
    screen.set_defaults(run=run_screen)


def run_screen(args: argparse.Namespace) -> int:
    """Screen a table. Returns 0; 1 if some rows were not read; 2 if it could not be done; 130 if it was stopped by hand."""
    from goldthread.thrive.model import ModelError  # what it runs on takes half a second that no other command needs

    try:
        rows, bad = _on_spark(args) if args.engine == "spark" else _on_this_machine(args)
    except (ScreenError, ModelError) as error:
        _say(str(error))
    except LexiconError as error:
        _say(f"The lexicon cannot be used:\n{error}")
    except BrokenProcessPool:
        _say(f"A worker process ended unexpectedly. {CONTINUE}")
    except MemoryError:
        _say(f"There is not enough memory. {CONTINUE}")
    except OSError as error:
        _say(f"Cannot go on: {error.strerror or type(error).__name__} ({error.filename or args.target}). {CONTINUE}")
    except KeyboardInterrupt:
        _say(f"\nStopped. {CONTINUE}")
        return 130
    else:
        tail = f" {bad:,} bad rows are marked in gt_error." if bad else ""
        _say(f"{rows:,} rows written to {args.target}.{tail}")
        if Path(args.target).suffix.lower() == ".csv":
            _say(AS_TEXT)
        return int(bad > 0)
    return 2


def _on_this_machine(args: argparse.Namespace) -> tuple[int, int]:
    from goldthread.screening.run import Request, Told, screen

    asked = Request(
        args.source, Path(args.target), args.text, args.id, args.path, args.workers, args.table, args.query, args.key
    )
    try:
        return screen(asked, Told(_say, _progress), end_with_parent)
    finally:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # leave the line that progress was rewriting


def _on_spark(args: argparse.Namespace) -> tuple[int, int]:
    from goldthread.screening.spark import screen
    from goldthread.screening.tables import is_database

    if is_database(args.source) or args.table or args.query or args.key:
        raise ScreenError("A database is read by processes: leave --engine spark out.")
    return screen(args.source, args.target, args.text, args.path, args.master, _say)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _progress(line: str) -> None:
    print(
        f"\r{line}\033[K" if sys.stderr.isatty() else line,
        end="" if sys.stderr.isatty() else "\n",
        file=sys.stderr,
        flush=True,
    )
