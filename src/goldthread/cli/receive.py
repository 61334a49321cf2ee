"""``goldthread receive CHANNEL``: written contacts from JSON Lines into the inbox."""

from __future__ import annotations

import argparse
import json
import os
from datetime import datetime
from typing import Any

from goldthread.cli.read import BadLineError, lines, opened, parse
from goldthread.config.errors import Refused

FIELDS = ("text", "conversation", "subject", "sender", "name", "phone", "location", "area")


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``receive`` to the command line."""
    receive = subparsers.add_parser("receive", help="take written contacts into the inbox (JSON Lines)")
    receive.add_argument("channel", help="online, email, chat, social, counter or partner")
    receive.add_argument(
        "file", nargs="?", metavar="FILE", help="JSON Lines of id and text; standard input if left out"
    )
    receive.add_argument("--team", required=True, help="the team whose desk owns them until somebody reads them")
    receive.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Take in every line; 1 if any was bad, the rest taken in; 2 if nothing could be done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from django.db import OperationalError

    from goldthread.cli.serve import unreachable
    from goldthread.contact.choices import RECEIVED

    if args.channel not in RECEIVED:
        raise Refused(f"Contacts arrive by one of {', '.join(RECEIVED)}. Nothing was read.")
    try:
        desk = desk_of(args.team)
        with opened(args.file) as source:
            return _take_in(source, args.channel, desk)
    except OperationalError as error:
        # Lines answered before this are in; feeding the whole again does no harm.
        raise Refused(unreachable("DATABASE_URL", error)) from None
    except OSError as error:
        raise Refused(f"Cannot read {args.file or 'standard input'}: {error.strerror or error}.") from None


def desk_of(name: str) -> Any:
    """The team called so. Raises ``Refused`` with the teams there are."""
    from goldthread.accounts.models import Team

    desk = Team.objects.filter(name=name).first()
    if desk is None:
        teams = ", ".join(Team.objects.order_by("name").values_list("name", flat=True))
        raise Refused(f"There is no team called {name}. Teams: {teams}. Nothing was read.")
    return desk


def _take_in(source: Any, channel: str, desk: Any) -> int:
    from goldthread.contact.arrival_actions import receive

    failed = False
    for number, raw in lines(source):
        name = None
        try:
            line = parse(raw, number)
            name = line.get("id") if isinstance(line.get("id"), str) else None
            done = receive(None, _arriving(channel, line), desk=desk)
            told: dict[str, Any] = {"id": name, "incident": done.incident.reference, "again": done.again}
        except (BadLineError, Refused) as error:
            failed = True
            told = {"id": name, "error": f"Line {number}: {str(error).rstrip('.')}."}
        print(json.dumps(told), flush=True)  # escapes what the terminal could not show
    return int(failed)


def _arriving(channel: str, line: dict[str, Any]) -> Any:
    from goldthread.contact.arrival_rules import Arriving

    unknown = set(line) - {"id", "received_at", *FIELDS}
    if unknown:
        raise BadLineError(
            f"unknown fields {', '.join(sorted(unknown))}; known are id, received_at, {', '.join(FIELDS)}"
        )
    given = {"id": line.get("id"), **{name: line.get(name, "") for name in FIELDS}}
    wrong = [name for name, value in given.items() if not isinstance(value, str)]
    if wrong:
        raise BadLineError(f"{wrong[0]} must be a string")
    return Arriving(channel, str(given.pop("id")), received_at=_time(line.get("received_at")), **given)


def _time(given: Any) -> datetime | None:
    if given is None:
        return None
    try:
        at = datetime.fromisoformat(given)
    except (TypeError, ValueError):
        at = None
    if at is None or at.tzinfo is None:
        raise BadLineError("received_at must be a time with its zone, such as 2026-11-23T02:07:00+00:00")
    return at
