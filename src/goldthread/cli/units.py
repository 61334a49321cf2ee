"""``goldthread units``: the units of a force, from a table."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from goldthread.cli.table import table
from goldthread.config.errors import Invalid, Refused

if TYPE_CHECKING:
    from goldthread.response.unit_actions import UnitGiven

COLUMNS = ("call_sign", "area", "skills", "crew")
COMPLAINTS = 50


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``units`` to the command line."""
    units = subparsers.add_parser("units", help="make the units of the force, or bring them up to date, from a table")
    units.add_argument(
        "file", metavar="FILE.csv", type=Path,
        help="columns call_sign, area, skills and crew (logins); several skills or logins with ; between them",
    )  # fmt: skip
    units.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make them. 0 done; 2 where a row cannot be used: nothing was changed then."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable
    from goldthread.response.unit_actions import put_units

    rows = _rows(args.file)
    try:
        new, changed = put_units([given for _, given in rows])
    except Invalid as error:
        for at, why in list(error.fields.items())[:COMPLAINTS]:
            print(f"Line {rows[int(at)][0]}: {why}.", file=sys.stderr)
        raise Refused(f"{len(error.fields)} of {len(rows)} units cannot be made. Nothing was changed.") from None
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None
    print(
        f"{len(rows)} units read: {new} are new and off duty, {changed} changed, {len(rows) - new - changed} are as they were."
    )
    return 0


def _rows(path: Path) -> list[tuple[int, UnitGiven]]:
    """Each unit with its line. Raises ``Refused``."""
    from goldthread.response.unit_actions import UnitGiven

    found = []
    for number, told in table(path, COLUMNS, "unit"):
        skills, crew = ([one.strip() for one in told[name].split(";") if one.strip()] for name in COLUMNS[2:])
        given = UnitGiven(told["call_sign"], told["area"], tuple(dict.fromkeys(skills)), tuple(dict.fromkeys(crew)))
        found.append((number, given))
    return found
