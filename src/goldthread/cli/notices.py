"""``goldthread notices``: what could not be sent to people outside, and what still waits."""

from __future__ import annotations

import argparse
import os

MOST = 200
"""Lines of each kind that are shown *(ours)*."""


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``notices``."""
    notices = subparsers.add_parser("notices", help="list notices to partners that failed or still wait")
    notices.set_defaults(run=_notices)


def _notices(_: argparse.Namespace) -> int:
    """Tell them; 1 where any failed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable
    from goldthread.config.errors import Refused
    from goldthread.notices import queries

    try:
        failed, waiting = queries.failed(), queries.waiting()
        gone = failed.count()
        for one in failed[:MOST]:
            told = f"{one.failed_at:%Y-%m-%d %H:%M} UTC, tried {one.tries} times"
            print(
                f"failed   {one.pk}  {one.about} {one.about_id}, {one.get_channel_display()} to {one.to}, {told}: {one.get_why_display()}."
            )
        for one in waiting[:MOST]:
            print(
                f"waiting  {one.pk}  {one.about} {one.about_id}, {one.get_channel_display()} to {one.to}, tried {one.tries} times."
            )
        print(f"{gone} failed, {waiting.count()} waiting.")
    except OperationalError as error:
        raise Refused(unreachable("DATABASE_URL", error)) from None
    return 1 if gone else 0
