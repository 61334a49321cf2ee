"""``goldthread staff import``: staff from a table, with what it would do told first where that is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from goldthread.config.errors import Refused

if TYPE_CHECKING:
    from goldthread.accounts.staff_rules import Plan


def run(args: argparse.Namespace) -> int:
    """Do the table, or say what it would do. 0 done; 1 where some lines were left out, the rest done; 2 where it is no such table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django

    django.setup()
    from goldthread.accounts import staff_actions, staff_rules
    from goldthread.accounts.actions import by_login
    from goldthread.desk.leaving import owned_by

    try:
        with args.file.open("rb") as source:
            content = source.read(staff_rules.MOST_BYTES + 1)
    except OSError as error:
        raise Refused(f"Cannot read {args.file}: {error.strerror or error}. Nothing was changed.") from None
    by, text = by_login(args.by), staff_rules.decoded(content)
    plan = staff_actions.look_over(by, text, whole=args.whole)
    owned = owned_by([one.pk for one in plan.ends])
    if not args.dry_run:
        plan = staff_actions.put_staff(by, text, whole=args.whole)
    for line in told(plan, owned):
        print(line)
    for one in plan.wrong:
        print(f"{f'Line {one.line}' if one.line else 'The table'}: {one.says}.", file=sys.stderr)
    counts = (
        f"{len(plan.adds)} {{}}added, {len(plan.changes)} changed, {len(plan.ends)} ended; {plan.same} as they were"
    )
    done = counts.format("would be ") if args.dry_run else counts.format("")
    print(f"{done}, {len(plan.wrong)} left out.{' Nothing was done.' if args.dry_run else ''}")
    return 1 if plan.wrong else 0


def told(plan: Plan, owned: dict[int, list[tuple[str, str]]]) -> list[str]:
    """What a table does, a line for each person."""

    lines = [f"add    {one.login}: {one.name}, {one.role}, {one.team}" for one in plan.adds]
    for one in plan.changes:
        parts = [f"{name} {one.was[name] or 'none'} -> {value or 'none'}" for name, value in one.now.items()]
        lines.append(f"change {one.login}: {'; '.join([*(['access given back'] if one.returns else []), *parts])}")
    for gone in plan.ends:
        kept = [reference for _, reference in owned.get(gone.pk, [])]
        holds = f"; owns {len(kept)} open, nobody's from then on: {', '.join(kept)}" if kept else ""
        lines.append(f"end    {gone.login}: {gone.name}{holds}")
    lines += [f"team   {name} is new" for name in plan.teams]
    lines += [f"column {name} is passed over" for name in plan.beyond]
    return lines
