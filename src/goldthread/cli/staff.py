"""``goldthread staff``: accounts and acting ranks, from the command line."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from goldthread.cli import staff_table
from goldthread.cli.table import table
from goldthread.config.errors import Refused

if TYPE_CHECKING:
    from goldthread.accounts.models import ActingRank


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``staff`` and its verbs."""
    staff = subparsers.add_parser(
        "staff", help="add staff, open a locked sign-in, end somebody's access, have somebody act in a senior role"
    )
    verbs = staff.add_subparsers(required=True, metavar="COMMAND")
    add = verbs.add_parser("add", help="add a member of staff; the password is asked for, or read from standard input")
    add.add_argument("username")
    add.add_argument("--name", required=True)
    add.add_argument("--role", required=True)
    add.add_argument("--team", required=True)
    add.add_argument("--area", default="")
    add.set_defaults(run=_add)
    acting = verbs.add_parser("acting", help="have somebody act in a senior role for a time")
    acting.add_argument("username")
    acting.add_argument("--role", required=True, help="contact_supervisor or fim")
    acting.add_argument("--until", required=True, metavar="TIME", help='such as "2026-11-23 07:00"')
    acting.add_argument("--from", dest="since", default="", metavar="TIME", help="now unless given")
    acting.add_argument("--by", required=True, metavar="USER", help="who gives it, by their own role")
    acting.add_argument("--why", required=True)
    acting.set_defaults(run=_acting)
    ended = verbs.add_parser("end-acting", help="end an acting rank now")
    ended.add_argument("id", type=int)
    ended.add_argument("--by", required=True, metavar="USER")
    ended.set_defaults(run=_end_acting)
    verbs.add_parser("ranks", help="list who acts in a senior role now or will").set_defaults(run=_ranks)
    on_call = verbs.add_parser("on-call", help="put lines on the on-call list, from a table")
    on_call.add_argument(
        "file",
        metavar="FILE.csv",
        type=Path,
        help="columns login, role, from, until and telephone; times as 2026-11-23 07:00",
    )
    on_call.add_argument("--by", required=True, metavar="USER", help="who enters them")
    on_call.set_defaults(run=_on_call)
    load = verbs.add_parser("import", help="bring staff up to date from a table")
    load.add_argument(
        "file",
        metavar="FILE.csv",
        type=Path,
        help="columns login, name, role, team and if you like area, active, subject",
    )
    load.add_argument("--by", required=True, metavar="USER", help="who does it, who keeps staff")
    load.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    load.add_argument("--whole", action="store_true", help="this is everybody: end the access of who is not in it")
    load.set_defaults(run=staff_table.run)
    tie = verbs.add_parser("tie", help="say by which subject the force's directory knows somebody who is here")
    tie.add_argument("username")
    tie.add_argument("subject")
    tie.set_defaults(run=_tie)
    emergency = verbs.add_parser(
        "emergency", help="let somebody sign in by a password while the force's directory does not answer"
    )
    emergency.add_argument("username")
    emergency.add_argument("--no", action="store_true", help="not any more")
    emergency.set_defaults(run=_emergency)
    password = verbs.add_parser(
        "password", help="give somebody a new password; it is asked for, or read from standard input"
    )
    password.add_argument("username")
    password.set_defaults(run=_password)
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

    staff = add_staff(args.username, _asked(), name=args.name, role=args.role, team=args.team, area=args.area)
    print(f"{staff.name} may sign in as {staff.username}, {staff.seat.name}.")
    return 0


def _asked() -> str:
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _password(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import set_password

    print(
        f"{set_password(args.username, _asked()).name} has a new password. Whoever is signed in by the old one is signed out."
    )
    return 0


def _tie(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.oidc_actions import tie

    print(f"{tie(args.username, args.subject).staff.name} is known to the directory by that subject.")
    return 0


def _emergency(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import set_emergency

    found = set_emergency(args.username, not args.no)
    print(
        f"{found.name} may sign in here in an emergency."
        if found.emergency
        else f"{found.name} may not sign in here in an emergency."
    )
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


def _acting(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import by_login
    from goldthread.accounts.rank_actions import give_rank

    made = give_rank(
        by_login(args.by), by_login(args.username).pk, role=args.role, starts_at=_time(args.since), ends_at=_time(args.until),
        why=args.why,
    )  # fmt: skip
    print(_rank(made))
    return 0


def _end_acting(args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.actions import by_login
    from goldthread.accounts.rank_actions import end_rank

    print(f"{end_rank(by_login(args.by), args.id).staff.name} acts in that role no longer.")
    return 0


def _ranks(_args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.queries import ranks

    for one in ranks():
        print(_rank(one))
    if not ranks().exists():
        print("Nobody acts in a senior role now, and nobody will.")
    return 0


def _on_call(args: argparse.Namespace) -> int:
    """0 all stand; 1 where some could not be kept: the rest stand then."""
    _set_up()
    from goldthread.accounts.actions import by_login
    from goldthread.accounts.oncall_actions import put_lines
    from goldthread.accounts.oncall_rules import Line

    rows = table(args.file, ("login", "role", "from", "until", "telephone"), "line")
    lines, wrong = [], []
    for number, row in rows:
        try:
            times = _time(row["from"]), _time(row["until"])
        except Refused as error:
            wrong.append((number, str(error).removesuffix(" Nothing was saved; write the command again.")))
        else:
            lines.append((number, Line(row["login"], row["role"], *times, row["telephone"])))
    told = put_lines(by_login(args.by), [line for _, line in lines])
    wrong += [(lines[place][0], why) for place, why in told.wrong.items()]
    for number, why in sorted(wrong):
        print(f"Line {number}: {why}", file=sys.stderr)
    print(f"{len(rows)} lines read: {told.new} are new, {told.stood} stood already, {len(wrong)} were not kept.")
    return 1 if wrong else 0


def _rank(one: ActingRank) -> str:
    from goldthread.accounts.roles import acting
    from goldthread.web.times import clock

    told = acting()[one.role].name if one.role in acting() else one.role
    return f"{one.pk}: {one.staff.name}, {told}, from {clock(one.starts_at)} to {clock(one.ends_at)}, given by {one.by.name}"


def _time(text: str) -> datetime | None:
    """A time as a person writes it, in London time; None for nothing. Raises ``Refused``."""
    from django.core.exceptions import ValidationError

    from goldthread.desk.stated import StatedTimeField

    try:
        stated: datetime | None = StatedTimeField(required=False, kept="write the command again").clean(text)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from None
    return stated


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
