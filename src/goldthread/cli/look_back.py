"""``goldthread look-back``: what screening found, as items that somebody owns and must decide."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from goldthread.config.errors import Refused

if TYPE_CHECKING:
    from goldthread.lookback.found import Plan, Source

COMPLAINTS = 50
"""Bad rows named one by one; the rest are counted."""


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``look-back`` to the command line."""
    look = subparsers.add_parser("look-back", help="make owned items of records whose risk was not carried")
    look.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        type=Path,
        help="what 'goldthread screen' wrote: CSV, Parquet, or Spark's folder",
    )
    look.add_argument("--stored", action="store_true", help="our own stored incidents instead of a file")
    look.add_argument("--since", metavar="DATE", help="with --stored: those opened since that day, such as 2026-01-01")
    look.add_argument("--team", required=True, help="the team whose desk owns the items")
    look.add_argument("--capacity", metavar="N", type=int, required=True, help="items that it decides in a working day")
    look.add_argument("--by", metavar="COLLAR", required=True, help="the login of whoever agreed that capacity")
    look.add_argument("--agree", action="store_true", help="write the items; without it nothing is written but on a y")
    for name, told in (
        ("reference", "names the record"),
        ("time", "says when the record came"),
        ("text", "holds the log, to keep a few words around each quote"),
        ("grade", "holds the grade it was given"),
        ("thrive", "holds its THRIVE in words"),
    ):
        look.add_argument(f"--{name}", metavar="COLUMN", default="", help=f"the column that {told}")
    look.add_argument("--tags", metavar="COLUMN", nargs="+", default=[], help="the columns that hold its tags")
    look.add_argument(
        "--carried", metavar="COLUMN", nargs="+", default=[], help="further columns that may name a child"
    )
    look.add_argument("--doubtful", action="store_true", help="records too of which the reader was not sure, as Low")
    look.set_defaults(run=run)
    tie = subparsers.add_parser("look-back-tie", help="tie look-back items of the same person or address together")
    tie.add_argument("file", metavar="FILE", type=Path, help="what 'goldthread link' wrote: CSV or Parquet")
    tie.add_argument("--kind", choices=("people", "addresses"), default="people", help="what was linked (people)")
    tie.add_argument("--reference", metavar="COLUMN", default="", help="the column that names the record")
    tie.add_argument("--by", metavar="COLLAR", required=True, help="the login of whoever has them tied")
    tie.add_argument(
        "--withdraw", metavar="WHY", default="", help="take back every tie made of this very table, and say why"
    )
    told_apart = tie.add_mutually_exclusive_group()
    told_apart.add_argument("--time", metavar="COLUMN", default="", help="the column that says when the record came")
    told_apart.add_argument("--unique", action="store_true", help="no reference is ever given twice, on whatever day")
    tie.set_defaults(run=tied)


def run(args: argparse.Namespace) -> int:
    """Show what would be made and, once agreed, make it. 0 done or shown; 1 where rows were bad; 2 if nothing could be done."""
    return _with_database(_look_back, args)


def tied(args: argparse.Namespace) -> int:
    """Tie items together. 0 done; 1 where rows were bad; 2 if nothing could be done."""
    return _with_database(_tie, args)


def _with_database(what: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable

    try:
        return what(args)
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None


def _tie(args: argparse.Namespace) -> int:
    from goldthread.lookback.tie_actions import tie, untie_all

    by, kind = _staff(args.by), {"people": "person", "addresses": "address"}[args.kind]
    if args.withdraw:
        now, before = untie_all(args.file, kind, by, args.withdraw)
        print(f"{now:,} ties of this table are taken back, {before:,} had been before.")
        return 0
    if not args.reference or not (args.time or args.unique):
        raise Refused("Name the columns: --reference, and --time or else --unique. Nothing was tied.")
    told = tie(args.file, kind, args.reference, args.time, by)
    print(
        f"{told.rows:,} rows read. In {told.groups:,} groups several items stand: {told.made:,} ties made, "
        f"{told.there:,} were there already."
    )
    if told.unclear:
        print(
            f"{told.unclear:,} references name several records, which only the day tells apart: name it with --time. "
            "They were not tied.",
            file=sys.stderr,
        )
    if told.bad:
        print(f"{told.bad:,} rows had no group, no reference or no usable time and were passed over.", file=sys.stderr)
    return int(bool(told.bad or told.unclear))


def _look_back(args: argparse.Namespace) -> int:
    from goldthread.lookback import rules
    from goldthread.lookback.actions import make, may_agree
    from goldthread.lookback.queries import run_of

    rules.capacity(args.capacity)
    team, by = _team(args.team), _staff(args.by)
    may_agree(by, team)
    source = _source(args)
    plan = source.plan
    _complain(plan)
    before = run_of(plan.source_hash)
    if before is not None:
        print(f"This was taken in on {before.at:%d %B %Y} as {before.made:,} items; what is missing of it is made.")
    else:
        _preview(plan, _unnamed(args), team.name, args.capacity, by.name, doubtful=args.doubtful)
    bad = int(bool(plan.counts.bad or plan.mended))
    if before is None and not plan.chosen:
        print("There is nothing to make.")
        return bad
    if not (args.agree or _agreed()):
        print("Nothing was written. Run the same command with --agree once the capacity is agreed.")
        return bad
    made = make(by, team, args.capacity, source, _progress)
    print(
        f"{made.made:,} items made, {made.there:,} were there already; run {made.run.pk}, owned by {made.run.team.name}."
    )
    return bad


def _source(args: argparse.Namespace) -> Source:
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.lookback.screened import ScreenedFile
    from goldthread.lookback.stored import StoredIncidents
    from goldthread.lookback.tabled import Asked

    now = database_now(connection)
    if args.stored:
        if args.file is not None:
            raise Refused("Give a file or --stored, not both. Nothing was made.")
        return StoredIncidents(_day(args.since), now, doubtful=args.doubtful)
    if args.file is None:
        raise Refused("Name the file that 'goldthread screen' wrote, or give --stored --since DATE. Nothing was made.")
    asked = Asked(
        args.reference, args.time, args.text, args.grade, args.thrive, tuple(args.tags), tuple(args.carried),
        args.doubtful,
    )  # fmt: skip
    return ScreenedFile(args.file, asked, now)


def _day(given: str | None) -> date:
    try:
        return date.fromisoformat(given or "")
    except ValueError:
        raise Refused("With --stored give --since a day, such as 2026-01-01. Nothing was made.") from None


def _team(name: str) -> Any:
    from goldthread.accounts.models import Team

    team = Team.objects.filter(name=name).first()
    if team is None:
        teams = ", ".join(Team.objects.order_by("name").values_list("name", flat=True))
        raise Refused(f"There is no team called {name}. Teams: {teams}. Nothing was made.")
    return team


def _staff(username: str) -> Any:
    from goldthread.accounts.models import Staff

    staff = Staff.objects.select_related("team").filter(username=username, is_active=True).first()
    if staff is None:
        raise Refused(f"There is nobody called {username}. Name with --by who agreed the capacity. Nothing was made.")
    return staff


def _unnamed(args: argparse.Namespace) -> list[str]:
    """What a record of a file might have carried, and for which no column was named."""
    if args.stored:
        return []
    named = {"grade": args.grade, "tags": args.tags or args.carried, "THRIVE": args.thrive}
    return [name for name, given in named.items() if not given]


def _preview(plan: Plan, unnamed: list[str], team: str, a_day: int, by: str, *, doubtful: bool) -> None:
    from collections import Counter

    from goldthread.lookback.choices import LEVELS, SUGGESTS

    counts = plan.counts
    print(
        f"{counts.rows:,} {'rows' if plan.kind == 'file' else 'incidents'} read, {counts.hits:,} at risk by their own words."
    )
    print(
        f"{counts.not_carried:,} {'of these and of the doubtful' if doubtful else 'of them'} did not carry the risk: {len(plan.chosen):,} items would be made."
    )
    if unnamed:
        print(f"  No column was named for the {' or the '.join(unnamed)}: nothing of it counts as carried.")
    for said, count in (
        ("have an item of that level already", counts.known),
        ("are further rows of a record (one reference, one day) that has one", counts.repeated),
        ("could not be read by the reader: that is no sign of safety", counts.unread),
        (
            f"were not at risk, but the reader was not sure{': taken too' if doubtful else ': --doubtful takes them too'}",
            counts.not_sure,
        ),
        ("had a time that could not be used: they stand without one", counts.times_not_known),
    ):
        if count:
            print(f"  {count:,} {said}.")
    if counts.grades_not_known:
        print(
            f"  {counts.grades_not_known:,} had a grade that carried.toml does not name, first in row "
            f"{counts.first_grade_not_known:,}: it counts as not known, so as not carried."
        )
    levels = Counter(one.severity for one in plan.chosen)
    for severity in sorted(LEVELS.values(), reverse=True):
        if levels[severity]:
            print(f"  {levels[severity]:,} where the words suggest {SUGGESTS[severity]}.")
    days = -(-len(plan.chosen) // a_day)
    if plan.chosen:
        print(
            f"{team} decides {a_day:,} a working day, agreed by {by}: the last is released {_days(days)}, if nothing else waits."
        )


def _days(days: int) -> str:
    return "today or on the next working day" if days == 1 else f"on working day {days:,}"


def _complain(plan: Plan) -> None:
    for number, reason in plan.mended[:COMPLAINTS]:
        print(f"Row {number} is at risk: {reason}. It gets an item all the same.", file=sys.stderr)
    if len(plan.mended) > COMPLAINTS:
        print(f"and {len(plan.mended) - COMPLAINTS:,} further such rows, each with an item.", file=sys.stderr)
    for number, reason in plan.complaints[:COMPLAINTS]:
        print(f"Row {number}: {reason}.", file=sys.stderr)
    if plan.counts.bad > COMPLAINTS:
        print(f"and {plan.counts.bad - min(COMPLAINTS, len(plan.complaints)):,} further bad rows.", file=sys.stderr)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        return False
    return input("Is this capacity agreed, and shall the items be made? [y/n] ").strip().lower() in {"y", "yes"}


def _progress(done: int, every: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:,} of {every:,} items", end="\n" if done >= every else "", file=sys.stderr, flush=True)
