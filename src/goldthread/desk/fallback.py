"""The board on paper: a snapshot of every open incident, sealed for the operator, for the day the service is down.

The service holds the public half of the operator's key only, so that whoever takes its disk reads no snapshot.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from django.template.loader import render_to_string

from goldthread.assessment.mode_rules import ALL
from goldthread.audit.actions import acting
from goldthread.config.env import Environment
from goldthread.contact.models import Entry
from goldthread.desk.models import BoardRow
from goldthread.desk.queries import ORDER
from goldthread.desk.rows import rows
from goldthread.desk.sealing import SnapshotError, make_key, public_key, seal

KEPT = 24
"""Snapshots kept: two hours of them *(ours)*."""
WORDS = 900
"""Characters of what was said last that a snapshot holds for each incident *(ours)*."""
NAME = "board-%Y%m%dT%H%M%SZ.sealed"


def write(environment: Environment) -> Path | None:
    """Write a snapshot now and drop the oldest; None where no folder is set. Raises ``SnapshotError``."""
    folder = environment.snapshot_folder()
    if folder is None:
        return None
    key = _public(environment)
    with acting(None) as act:
        page, count = board(act.now, environment.force_name)
        act.record("disclosure", "board.snapshot", [], count=count)
    path = folder / act.now.strftime(NAME)
    draft = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(seal(page.encode(), key))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        for old in sorted(folder.glob("board-*.sealed"))[:-KEPT]:
            old.unlink()
    except OSError as error:
        raise SnapshotError(f"No snapshot of the board could be written to {folder}: {error.strerror}.") from None
    return path


def board(now: datetime, force_name: str) -> tuple[str, int]:
    """Every open incident as a page that prints and needs no server, most urgent first; and how many there are."""
    shown = rows(
        BoardRow.objects.order_by(*ORDER), now, ALL
    )  # on paper there is no reader to rescue what a trial withholds
    words = Entry.objects.filter(incident__in=[row["id"] for row in shown], kind="words", text__erased_at__isnull=True)
    said: dict[object, str] = {}
    for incident, text in words.order_by("incident_id", "seq").values_list("incident_id", "text__text"):
        said[incident] = f"{said.get(incident, '')}\n{text}".strip()[-WORDS:]
    for row in shown:
        row["said"] = said.get(row["id"], "")
    return render_to_string("desk/fallback.jinja", {"rows": shown, "now": now, "force_name": force_name}), len(shown)


def _public(environment: Environment) -> X25519PublicKey:
    path = environment.snapshot_key
    if path is None:
        if environment.mode == "production":
            raise SnapshotError("GOLDTHREAD_SNAPSHOT_KEY is not set, so snapshots of the board cannot be sealed.")
        private = environment.keys_dir / "snapshot.pem"
        path = private.with_suffix(".pub")
        if not path.exists():
            make_key(private)
    return public_key(path)
