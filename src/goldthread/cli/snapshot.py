"""Commands on the board's snapshots: make the operator's key, write one now, open one."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any


def add_commands(subparsers: Any) -> None:
    """Add ``snapshot key``, ``snapshot write`` and ``snapshot open`` to the ``goldthread`` command."""
    snapshot = subparsers.add_parser("snapshot", help="sealed snapshots of the board, for when the service is down")
    verbs = snapshot.add_subparsers(required=True, metavar="VERB")
    key = verbs.add_parser("key", help="make the operator's key; the service gets the .pub beside it")
    key.add_argument("private", type=Path, metavar="PRIVATE.pem")
    key.set_defaults(run=make_key)
    write = verbs.add_parser("write", help="write a snapshot now")
    write.set_defaults(run=write_now)
    opened = verbs.add_parser("open", help="open a snapshot as a page to read or print")
    opened.add_argument("file", type=Path, metavar="FILE.sealed")
    opened.add_argument("--key", type=Path, required=True, metavar="PRIVATE.pem", help="the operator's private key")
    opened.add_argument("--out", type=Path, metavar="PAGE.html", help="where to write it; standard output unless given")
    opened.set_defaults(run=open_one)


def make_key(args: argparse.Namespace) -> int:
    """Write a key pair. Ends with 0, or 2 where it cannot be written."""
    from goldthread.desk.sealing import SnapshotError, make_key

    try:
        public = make_key(args.private)
    except SnapshotError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Keep {args.private} away from the service; set GOLDTHREAD_SNAPSHOT_KEY to {public}.")
    return 0


def write_now(_: argparse.Namespace) -> int:
    """Write a snapshot. Ends with 0, or 2 where none can be written."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django
    from django.conf import settings

    django.setup()
    from goldthread.desk.fallback import write
    from goldthread.desk.sealing import SnapshotError

    try:
        path = write(settings.ENV)
    except SnapshotError as error:
        print(error, file=sys.stderr)
        return 2
    if path is None:
        print("GOLDTHREAD_SNAPSHOT_DIR is not set, so no snapshot is written.", file=sys.stderr)
        return 2
    print(path)
    return 0


def open_one(args: argparse.Namespace) -> int:
    """Open a snapshot; needs no database. Ends with 0, or 2 where it cannot be opened."""
    from goldthread.desk.sealing import SnapshotError, open_sealed, private_key

    try:
        page = open_sealed(args.file.read_bytes(), private_key(args.key))
        if args.out:
            handle = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(page)
        else:
            sys.stdout.buffer.write(page)
    except SnapshotError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{error.filename} cannot be read or written: {error.strerror}.", file=sys.stderr)
        return 2
    return 0
