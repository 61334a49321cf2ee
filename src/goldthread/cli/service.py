"""``goldthread service``: accounts of programs, who answers for each, and their tokens."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.accounts.models import ServiceAccount, Staff


def add_commands(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``service`` and its verbs."""
    service = subparsers.add_parser(
        "service", help="accounts of programs: make, list and end them, and give them tokens held to scopes"
    )
    verbs = service.add_subparsers(required=True, metavar="COMMAND")
    verbs.add_parser("list", help="list every service account with its tokens").set_defaults(run=_list)
    make = _verb(verbs, "make", "make a service account", _make)
    make.add_argument("--name", required=True)
    make.add_argument("--role", required=True)
    make.add_argument("--team", required=True)
    make.add_argument("--purpose", required=True)
    owner = _verb(verbs, "owner", "say who answers for a program from now on", _owner)
    for one in (make, owner):
        one.add_argument("--owner", required=True, metavar="USER", help="the person who answers for it")
        one.add_argument("--mail", required=True, help="where they are told before a token ends")
    token = _verb(verbs, "token", "make a token, and print it once", _token)
    token.add_argument(
        "--scope", action="append", required=True, metavar="VERB", help="a verb of its role; several times for several"
    )
    token.add_argument("--days", type=int, metavar="N", help="days that it lives; 90 unless given")
    revoke = _verb(verbs, "revoke", "end a token now", _revoke)
    revoke.add_argument("id", type=int)
    _verb(verbs, "end", "end a service account with every token of it", _end)


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    told: str,
    run: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
    made = verbs.add_parser(name, help=told)
    made.add_argument("login", metavar="SERVICE")
    made.add_argument("--by", required=True, metavar="USER", help="who does it, who keeps staff")

    def set_up_and_run(args: argparse.Namespace) -> int:
        _set_up()  # models are not there to be imported before
        return run(args)

    made.set_defaults(run=set_up_and_run)
    return made


def _list(_args: argparse.Namespace) -> int:
    _set_up()
    from goldthread.accounts.queries import service_tokens, services
    from goldthread.web.times import clock

    found = list(services())
    for one in found:
        state = (
            "ended"
            if not one.staff.is_active
            else "nobody answers for it"
            if not one.owner.is_active
            else one.owner.username
        )
        print(f"{one.staff.username}: {one.staff.name}, {one.staff.seat.name}, {state}")
        for token, is_now in service_tokens(one):
            used = f"last used about {clock(token.last_used_at)}" if token.last_used_at else "not used yet"
            may = ", ".join(token.scopes or ["all that its role may"])
            print(f"  {token.pk}: {is_now}, expires {clock(token.expires_at)}, {used}, may {may}")
    if not found:
        print("There is no service account.")
    return 0


def _make(args: argparse.Namespace) -> int:
    from goldthread.accounts.actions import by_login
    from goldthread.accounts.service_actions import make_service

    made = make_service(
        by_login(args.by), login=args.login, name=args.name, role=args.role, team=args.team, owner=args.owner, mail=args.mail,
        purpose=args.purpose,
    )  # fmt: skip
    print(f"{made.staff.name} is a service account now; {made.owner.name} answers for it.")
    return 0


def _owner(args: argparse.Namespace) -> int:
    from goldthread.accounts.service_actions import give_owner

    held, by = _held(args)
    print(f"{give_owner(by, held.pk, owner=args.owner, mail=args.mail).owner.name} answers for {held.staff.name}.")
    return 0


def _token(args: argparse.Namespace) -> int:
    from goldthread.accounts.service_actions import issue
    from goldthread.accounts.tokens import DEFAULT_DAYS
    from goldthread.web.times import clock

    held, by = _held(args)
    text, made = issue(by, held.pk, scopes=args.scope, days=DEFAULT_DAYS if args.days is None else args.days)
    print(text)
    print(
        f"This is shown once. It is token {made.pk} of {held.staff.name}, may {', '.join(made.scopes or [])} and expires on "
        f"{clock(made.expires_at)}.",
        file=sys.stderr,  # standard output is the token alone
    )
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from goldthread.accounts.service_actions import revoke

    held, by = _held(args)
    print(f"Token {revoke(by, held.pk, args.id).pk} is revoked.")
    return 0


def _end(args: argparse.Namespace) -> int:
    from goldthread.accounts.service_actions import end

    held, by = _held(args)
    print(f"{end(by, held.pk).staff.name} is ended, with every token of it.")
    return 0


def _held(args: argparse.Namespace) -> tuple[ServiceAccount, Staff]:
    """The service account of this login, and who acts. Raises ``NotThere``."""
    from goldthread.accounts.actions import by_login
    from goldthread.accounts.queries import services
    from goldthread.config.errors import NotThere

    found = services().filter(staff__username=args.login).first()
    if found is None:
        raise NotThere(f"There is no service account called {args.login}.")
    return found, by_login(args.by)


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
