"""Every command works in a process of its own: none touches the models before Django is set up, which tests in one process cannot see."""

from __future__ import annotations

import os
import subprocess
import sys

TRIED = '''
import argparse, sys
import django
from goldthread.cli import main, parser

class SetUp(BaseException):
    """The command has come as far as setting Django up."""

def set_up(*_, **__):
    raise SetUp

django.setup = set_up
ELSEWHERE = {("serve",), ("demo",), ("migrate",), ("demo-calls",), ("database", "start"), ("database", "stop")}

def leaves(of, path=()):
    below = [one for one in of._actions if isinstance(one, argparse._SubParsersAction)]
    if not below:
        yield path, of
    for one in below:
        for name, made in one.choices.items():
            yield from leaves(made, (*path, name))

def value(one):
    return "1" if one.type is int else str(next(iter(one.choices))) if one.choices else "nobody-x"

came = 0
for path, of in leaves(parser()):
    if path in ELSEWHERE:
        continue
    words = list(path)
    for one in of._actions:
        if isinstance(one, argparse._HelpAction):
            continue
        if one.option_strings:
            words += [one.option_strings[-1], value(one)] if one.required else []
        elif one.nargs not in ("?", "*"):
            words.append(value(one))
    try:
        main(words)
    except SetUp:
        came += 1
    except SystemExit as error:
        sys.exit(f"{' '.join(words)} is not how it is called: {error}")
    except Exception as error:
        sys.exit(f"{' '.join(words)}: {type(error).__name__}: {error}")
print(came)
'''


def test_no_command_touches_the_models_before_django_is_set_up(tmp_path: object) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "DATABASE_"))}
    env = {
        **kept,
        "GOLDTHREAD_MODE": "test",
        "GOLDTHREAD_DATA": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-c", TRIED],
        env=env,
        cwd=str(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout.split()[-1]) > 25, "as many commands at least work on the database"
