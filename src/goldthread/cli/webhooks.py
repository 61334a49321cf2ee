"""``goldthread webhooks``: which systems are told when something happens to an incident, and whether they take it."""

from __future__ import annotations

import argparse
import os
import sys
import uuid
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.integration.webhook_models import Subscription

Run = Callable[[argparse.Namespace], int]


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``webhooks`` and what it does."""
    webhooks = subparsers.add_parser("webhooks", help="tell other systems when something happens to an incident")
    what = webhooks.add_subparsers(required=True, metavar="WHAT")
    listed = what.add_parser("list", help="list who is told, how deliveries go, and what was given up")
    listed.set_defaults(run=_on_database(_list))
    add = what.add_parser("add", help="tell a system; prints its secret once")
    add.add_argument("name", metavar="NAME")
    add.add_argument("url", metavar="URL")
    add.add_argument("kinds", metavar="KIND", nargs="+", help="such as grade.changed; all for every kind")
    add.set_defaults(run=_on_database(_add))
    rotate = what.add_parser("rotate", help="make a new secret; prints it once")
    rotate.add_argument("webhook", metavar="ID", type=int)
    rotate.set_defaults(run=_on_database(_rotate))
    end = what.add_parser("end", help="tell a system nothing more")
    end.add_argument("webhook", metavar="ID", type=int)
    end.set_defaults(run=_on_database(_end))
    check = what.add_parser("check", help="send each system a test, or the one named, and say whether it took it")
    check.add_argument("webhook", metavar="ID", type=int, nargs="?")
    check.set_defaults(run=_on_database(_check))


def _on_database(run: Run) -> Run:
    @wraps(run)
    def ready(args: argparse.Namespace) -> int:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
        import django

        django.setup()
        from django.db import OperationalError

        from goldthread.cli.serve import unreachable
        from goldthread.config.errors import Refused

        try:
            return run(args)
        except OperationalError as error:
            raise Refused(unreachable("DATABASE_URL", error)) from None

    return ready


def _list(_: argparse.Namespace) -> int:
    """1 where anything was given up."""
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.integration import webhook_queries

    found = webhook_queries.standing(database_now(connection))
    for one in found:
        how = "ended" if one.webhook.ended_at else f"{one.waiting} waiting, {one.given_up} given up"
        print(f"{one.webhook.pk}  {one.webhook.name}  {one.webhook.url}  {', '.join(one.webhook.kinds)}: {how}.")
    if not found:
        print("No system is told anything. Add one with goldthread webhooks add.")
    return int(any(one.given_up and not one.webhook.ended_at for one in found))


def _add(args: argparse.Namespace) -> int:
    from goldthread.integration import webhook_actions
    from goldthread.integration.webhook_rules import KINDS

    kinds = list(KINDS) if args.kinds == ["all"] else args.kinds
    return _told(*webhook_actions.subscribe(None, key=uuid.uuid4(), name=args.name, url=args.url, kinds=kinds))


def _rotate(args: argparse.Namespace) -> int:
    from goldthread.integration import webhook_actions

    return _told(*webhook_actions.rotate(None, args.webhook, key=uuid.uuid4()))


def _told(webhook: Subscription, secret: str) -> int:
    print(secret)
    print(f"This is shown once. It signs what webhook {webhook.pk} tells {webhook.name}.", file=sys.stderr)
    return 0


def _end(args: argparse.Namespace) -> int:
    from goldthread.integration import webhook_actions

    print(f"{webhook_actions.end(None, args.webhook).name} is told nothing more.")
    return 0


def _check(args: argparse.Namespace) -> int:
    """1 where any did not take it."""
    from django.db import connection

    from goldthread.clocks.db import database_now
    from goldthread.integration import webhook_queries, webhook_rules
    from goldthread.integration.webhook_send_actions import test

    told = [one.webhook.pk for one in webhook_queries.standing(database_now(connection)) if not one.webhook.ended_at]
    failed = 0
    for number in told if args.webhook is None else [args.webhook]:
        made = test(None, number)
        how = "took the test" if made.sent_at else f"did not take it: {webhook_rules.told(made.why, made.status)}"
        print(f"{made.subscription.pk}  {made.subscription.name} {how}.")
        failed += made.sent_at is None
    if not told and args.webhook is None:
        print("No system is told anything.")
    return int(failed > 0)
