"""Commands on the audit: verify it, export it, write a checkpoint now."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def add_commands(subparsers: Any) -> None:
    """Add ``verify-audit``, ``export-audit`` and ``checkpoint`` to the ``goldthread`` command."""
    verify = subparsers.add_parser("verify-audit", help="find anything that was done to the audit log")
    verify.add_argument("--checkpoints", type=Path, metavar="DIR", help="folder of the checkpoints, better a copy")
    verify.add_argument("--public-key", type=Path, metavar="FILE", help="public half of the checkpoint key, PEM")
    verify.set_defaults(run=verify_audit)
    export = subparsers.add_parser("export-audit", help="write the audit log as JSON Lines, to be verified elsewhere")
    export.add_argument("out", type=Path, metavar="OUT.jsonl")
    export.set_defaults(run=export_audit)
    checkpoint = subparsers.add_parser("checkpoint", help="write a signed audit checkpoint now")
    checkpoint.add_argument("--new-series", action="store_true", help="begin at 1 in an empty folder")
    checkpoint.set_defaults(run=write_checkpoint)


def verify_audit(args: argparse.Namespace) -> int:
    """Print what is wrong, a line each, and a summary. Ends with 0 if all is whole, 1 if not, 2 if it cannot tell."""
    environment = _django()
    from goldthread.audit import checkpoints, stored, verify
    from goldthread.audit.keys import CheckpointError

    problems = 0

    def report(problem: verify.Problem) -> None:
        nonlocal problems
        problems += 1
        print(problem)

    try:
        folder = args.checkpoints or checkpoints.folder_of(environment)
        key = _public_key(args.public_key, environment)
        with stored.snapshot() as log:
            found = verify.checkpoints_in(folder, key, report)
            result = verify.verify(log.shards(), found, report)
            for problem in log.problems():
                report(problem)
            noted, last = log.noted_checkpoint(), result.last.number if result.last else 0
            if noted > last:
                report(verify.Problem(f"checkpoints {last + 1} to {noted} were written and are not in {folder}"))
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return 2
    print(_summary(result, problems))
    return 1 if problems else 0


def export_audit(args: argparse.Namespace) -> int:
    """Write the export, readable by its owner only. Ends with 0, or 2 when the file cannot be written."""
    _django()
    from goldthread.audit import stored

    try:
        handle = os.open(args.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out, stored.snapshot() as log:
            count = stored.export(log, out)
    except OSError as error:
        print(f"{args.out} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    print(f"{count} events written to {args.out}.")
    return 0


def write_checkpoint(args: argparse.Namespace) -> int:
    """Write the next checkpoint if there is anything new. Ends with 0, or 2 when it could not be written."""
    environment = _django()
    from goldthread.audit import checkpoints
    from goldthread.audit.keys import CheckpointError

    try:
        written = checkpoints.write(environment, new_series=args.new_series)
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return 2
    if written is None:
        print("Nothing was recorded since the last checkpoint.")
    else:
        print(f"Checkpoint {written.number} written; it covers {written.events} events.")
    return 0


def _django() -> Any:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "goldthread.config.settings")
    import django
    from django.conf import settings

    django.setup()
    return settings.ENV


def _public_key(path: Path | None, environment: Any) -> Ed25519PublicKey:
    from goldthread.audit import keys

    return keys.public_key(path) if path else keys.signing_key(environment).public_key()


def _summary(result: Any, problems: int) -> str:
    if result.last is None:
        held = f"No checkpoint was found: the {result.after} events were checked against their own chain only."
    else:
        held = (
            f"{result.covered} events up to checkpoint {result.last.number} ({result.last.at}) were checked against "
            f"{result.checkpoints} signed checkpoints; {result.after} later events against their own chain only."
        )
    found = "Nothing is wrong." if not problems else f"{problems} things are wrong."
    return f"{held} {found}"
