"""``goldthread reader off | on``: the kill switch, for whoever runs the service."""

from __future__ import annotations

import argparse
import os


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``reader`` to the command line."""
    reader = subparsers.add_parser("reader", help="switch the reader off for everybody at once, or on again")
    reader.add_argument("to", choices=("off", "on"))
    reader.add_argument("--name", required=True, help="who does it; kept with why")
    reader.add_argument("--why", required=True, help="why, in a few words")
    reader.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Throw it, or take it back. 0 done; 2 where it could not be done: nothing was changed then."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.assessment.mode_actions import switch
    from goldthread.cli.serve import unreachable
    from goldthread.config.errors import Refused

    off, name, why = args.to == "off", args.name.strip(), args.why.strip()
    if not name or not why:
        raise Refused("Give a name and why, each in a few words. Nothing was changed.")
    try:
        made = switch(None, off=off, why=f"{name}, at the service's own machine: {why}")
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None
    since = made.since.isoformat(timespec="seconds")
    print(
        f"The reader is off for everybody since {since}. What is not read now is read once it is on again."
        if off
        else f"The kill switch is back since {since}. What was not read is being read now."
    )
    return 0
