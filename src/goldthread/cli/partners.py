"""``goldthread partners`` and ``goldthread terms``: who is told of children at risk, and when schools have lessons."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from goldthread.cli.table import table
from goldthread.config.errors import Refused

if TYPE_CHECKING:
    from goldthread.safeguarding.partner_actions import Put

PARTNERS = ("kind", "name", "area", "active", "contact", "role", "email", "phone", "contact_active")
TERMS = ("school", "what", "first", "last")
COMPLAINTS = 50


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``partners`` and ``terms`` to the command line."""
    partners = subparsers.add_parser("partners", help="make partners and their contacts, or bring them up to date")
    partners.add_argument("file", metavar="FILE.csv", type=Path, help=f"columns {', '.join(PARTNERS)}")
    partners.set_defaults(run=put_partners)
    terms = subparsers.add_parser("terms", help="enter the terms and staff days of schools")
    terms.add_argument(
        "file",
        metavar="FILE.csv",
        type=Path,
        help=f"columns {', '.join(TERMS)}; what: term, staff day, no term, no staff day",
    )
    terms.set_defaults(run=put_terms)


def put_partners(args: argparse.Namespace) -> int:
    """Make them. 0 done; 1 where rows could not be used: the rest is kept; 2 where nothing could be done."""
    _django()
    from goldthread.safeguarding.partner_actions import put_partners

    return _put(put_partners, args.file, PARTNERS, "partner")


def put_terms(args: argparse.Namespace) -> int:
    """Enter them. 0 done; 1 where rows could not be used: the rest is kept; 2 where nothing could be done."""
    _django()
    from goldthread.safeguarding.partner_actions import put_terms

    return _put(put_terms, args.file, TERMS, "term")


def _put(act: Callable[..., Put], path: Path, columns: tuple[str, ...], what: str) -> int:
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable

    rows = table(path, columns, what)
    try:
        put = act(rows)
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None
    for line, why in list(put.wrong.items())[:COMPLAINTS]:
        print(f"Line {line}: {why}.", file=sys.stderr)
    same = len(rows) - put.new - put.changed - len(put.wrong)
    print(
        f"{len(rows)} rows read: {put.new} new, {put.changed} changed, {same} as they were, {len(put.wrong)} not used."
    )
    if put.moved:
        print(f"{put.moved} running clocks were planned anew by these terms.")
    for one in put.unwhole[:COMPLAINTS]:
        print(
            f"{one}: a term is missing, so every weekday of that year counts as a school day. Enter all, from September to the summer.",
            file=sys.stderr,
        )
    return int(bool(put.wrong))


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
