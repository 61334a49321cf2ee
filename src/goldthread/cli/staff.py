"""``goldthread staff add | unlock | deactivate``: accounts, from the command line."""

from __future__ import annotations

import argparse
import getpass
import os
import sys


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``staff`` and its verbs."""
    staff = subparsers.add_parser("staff", help="add staff, open a locked sign-in, end somebody's access")
    verbs = staff.add_subparsers(required=True, metavar="COMMAND")
    add = verbs.add_parser("add", help="add a member of staff; the password is asked for, or read from standard input")
    add.add_argument("username")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True)
    add.add_argument("--team", required=True)
    add.add_argument("--area", default="")
    add.set_defaults(run=_add)
    for name, told, run in (
        ("unlock", "open sign-in for a login locked after wrong passwords", _unlock),
        ("deactivate", "end somebody's access now", _deactivate),
    ):
        verb = verbs.add_parser(name, help=told)
        verb.add_argument("username")
        verb.set_defaults(run=run)


def _add(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import add_staff

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    staff = add_staff(args.username, password, name=args.name, role=args.role, team=args.team, area=args.area)
    print(f"{staff.name} may sign in as {staff.username}, {staff.seat.name}.")
    return 0


def _unlock(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import unlock

    print(f"{args.username} may sign in again." if unlock(args.username) else f"{args.username} was not locked.")
    return 0


def _deactivate(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import deactivate

    print(f"{deactivate(args.username).name} has no access any more.")
    return 0


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
