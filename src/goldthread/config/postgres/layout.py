"""Which file of a cluster lies where."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from goldthread.config.postgres.account import Account
from goldthread.config.postgres.errors import ClusterError

PORT = 5432
SOCKET_FILE = f".s.PGSQL.{PORT}"
_LONGEST = 99  # bytes of a socket's path; the kernel allows 107, macOS 103


@dataclass(frozen=True)
class Layout:
    """The files of the cluster in ``directory``, which is absolute and without symbolic links."""

    directory: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.directory / "data"

    @property
    def passwords(self) -> Path:
        """The passwords of the three roles, mode 0600."""
        return self.directory / "passwords.json"

    @property
    def operation_lock(self) -> Path:
        """Held while somebody creates, starts or stops the server."""
        return self.directory / "operation.lock"

    @property
    def server_lock(self) -> Path:
        """Held by the server's processes themselves for as long as one of them lives."""
        return self.directory / "server.lock"

    @property
    def log(self) -> Path:
        """What the server writes; no statement and no value of one is in it."""
        return self.directory / "server.log"

    def socket_directory(self, account: Account) -> Path:
        """The folder for the socket: ours, or one under /tmp when ours is too long a name or out of reach."""
        near = self.directory / "socket"
        # A server under another user may not be able to walk to our directory, as when it is in /root.
        if not account.changed and len(os.fsencode(near / SOCKET_FILE)) <= _LONGEST:
            return near
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        return Path("/tmp") / f"goldthread-{account.uid}-{name}"  # noqa: S108  refused unless it is ours


def make_private(path: Path, account: Account) -> None:
    """Make the folder ``path`` with mode 0700 for ``account``, or take the one that is there if it is theirs.

    Raises ``ClusterError`` when it is another user's, who could read or replace what is put there.
    """
    try:
        path.mkdir(mode=0o700)
        if account.changed:
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    except FileExistsError:
        pass
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise ClusterError(f"{path} belongs to somebody else: remove it and start again.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        path.chmod(0o700)
