"""``goldthread``: one door for operators. What only one command needs is loaded by that command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from goldthread.config.errors import Refused, SettingsError


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    from goldthread.cli import (
        audit,
        database,
        import_messages,
        link,
        look_back,
        notices,
        partners,
        read,
        reader,
        receive,
        records,
        replay,
        screen,
        serve,
        service,
        snapshot,
        staff,
        token,
        units,
        webhooks,
    )

    made = argparse.ArgumentParser(
        prog="goldthread", description="Goldthread: risk to children, from first contact to safeguarding."
    )
    commands = made.add_subparsers(required=True, metavar="COMMAND")
    for module in (
        serve,
        staff,
        units,
        partners,
        token,
        service,
        receive,
        import_messages,
        records,
        read,
        reader,
        screen,
        link,
        look_back,
        replay,
        audit,
        snapshot,
        notices,
        webhooks,
        database,
    ):
        module.add_commands(commands)
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 1 something was wrong, 2 could not start."""
    args = parser().parse_args(arguments)
    try:
        status: int = args.run(args)
    except (SettingsError, Refused) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except KeyboardInterrupt:
        return 130
    return status
