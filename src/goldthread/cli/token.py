"""``goldthread token USER``: bearer tokens by which a program acts as a member of staff."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.accounts.models import ApiToken


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``token``."""
    token = subparsers.add_parser("token", help="make a token of the API for a member of staff, list or revoke theirs")
    token.add_argument("username", metavar="USER")
    what = token.add_mutually_exclusive_group()
    what.add_argument("--days", type=int, metavar="N", help="days that the new token lives; 90 unless given")
    what.add_argument("--list", action="store_true", help="list this person's tokens and make none")
    what.add_argument("--revoke", type=int, metavar="ID", help="end this token now and make none")
    token.set_defaults(run=_token)


def _token(args: argparse.Namespace) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from goldthread.accounts.actions import issue_token, revoke_token
    from goldthread.accounts.queries import tokens_of
    from goldthread.accounts.tokens import DEFAULT_DAYS

    if args.list:
        found = tokens_of(args.username)
        for one, state in found:
            print(_line(one, state))
        if not found:
            print(f"{args.username} has no token.")
        return 0
    if args.revoke is not None:
        ended = revoke_token(args.username, args.revoke)
        print(f"Token {ended.pk} is revoked since {_when(ended.revoked_at)}.")
        return 0
    text, made = issue_token(args.username, days=DEFAULT_DAYS if args.days is None else args.days)
    print(text)
    print(
        f"This is shown once. It is token {made.pk}, acts as {made.staff.name} ({made.staff.seat.name}) and expires on "
        f"{_when(made.expires_at)}.",
        file=sys.stderr,  # standard output is the token alone
    )
    return 0


def _line(token: ApiToken, state: str) -> str:
    used = f"last used about {_when(token.last_used_at)}" if token.last_used_at else "not used yet"
    created, expires = _when(token.created_at), _when(token.expires_at)
    return f"{token.pk}: {state}, made {created}, expires {expires}, {used}"


def _when(moment: datetime | None) -> str:
    from django.utils import timezone

    return "never" if moment is None else f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"
