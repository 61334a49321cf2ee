"""The passwords of the cluster's roles."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

DATABASE = "goldthread"
ADMIN, OWNER, APP = "goldthread_admin", "goldthread_owner", "goldthread_app"


@dataclass(frozen=True)
class Passwords:
    """One password for each role, safe in a URL and in an SQL literal."""

    admin: str
    owner: str
    app: str


def fresh() -> Passwords:
    """New random passwords of 192 bits each."""
    return Passwords(*(secrets.token_urlsafe(24) for _ in fields(Passwords)))


def load(path: Path) -> Passwords | None:
    """The passwords kept at ``path``; ``None`` when there are none or the file is cut short."""
    try:
        kept = json.loads(path.read_text())
        return Passwords(admin=str(kept["admin"]), owner=str(kept["owner"]), app=str(kept["app"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def save(path: Path, passwords: Passwords) -> None:
    """Write the file whole or not at all, readable by its owner only."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(passwords), file)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
