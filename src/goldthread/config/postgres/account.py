"""The system user that the server runs as. PostgreSQL refuses to run as root, rightly."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PREFERRED = ("postgres", "nobody")
_NAMELESS = 65534


@dataclass(frozen=True)
class Account:
    """A user and group of the system; ``changed`` says that it is not the one of this process."""

    uid: int
    gid: int
    changed: bool

    def popen(self) -> dict[str, Any]:
        """Arguments that make ``subprocess`` start a program as this user, away from our terminal and Ctrl-C."""
        away: dict[str, Any] = {"start_new_session": True, "umask": 0o077, "env": _environment()}
        if self.changed:
            away |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return away

    def own(self, path: Path) -> None:
        """Make this user the owner of ``path`` and all below it."""
        if not self.changed:
            return
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for folder, names, files in os.walk(path):
            for name in (*names, *files):
                os.chown(os.path.join(folder, name), self.uid, self.gid, follow_symlinks=False)


def server_account(data: Path) -> Account:
    """Who shall run the server on ``data``: this user, or for root the owner of ``data`` or a user without rights."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), changed=False)
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid, changed=True)
    for name in _PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(entry.pw_uid, entry.pw_gid, changed=True)
    return Account(_NAMELESS, _NAMELESS, changed=True)


def _environment() -> dict[str, str]:
    # Nothing of the caller's: PG* would steer the server, and its messages must be the English ones we look for.
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
