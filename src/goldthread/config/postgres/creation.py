"""Making a data folder: whole, with roles, database and extension in it, or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from goldthread.config.postgres.account import Account
from goldthread.config.postgres.binaries import Binaries
from goldthread.config.postgres.errors import ClusterError, explain
from goldthread.config.postgres.passwords import ADMIN, APP, DATABASE, OWNER, Passwords

_HBA = f"""\
# Written by Goldthread. The socket is the only way in, and every role needs its password.
local all all scram-sha-256
local replication {ADMIN} scram-sha-256
"""
_NEW = "data.new-"


def seen_from_inside(data: Path, account: Account) -> str:
    """How a program that runs in ``data`` as ``account`` shall name that folder.

    Another user may not be able to walk down to it (it may lie in /root), but reaches the folder it runs in.
    """
    here = Path("/proc/self/cwd")
    return str(here) if account.changed and here.exists() else str(data)


def create(
    directory: Path, binaries: Binaries, account: Account, passwords: Passwords, sync: bool, say: Callable[[str], None]
) -> None:
    """Create ``directory/data``. It is built under another name and renamed when complete.

    Raises ``ClusterError`` with the reason that PostgreSQL gave.
    """
    discard_unfinished(directory)
    fresh = directory / f"{_NEW}{os.getpid()}-{secrets.token_hex(4)}"
    say("Creating the database")
    fresh.mkdir(mode=0o700)
    try:
        account.own(fresh)
        _initdb(fresh, binaries, account, sync)
        (fresh / "pg_hba.conf").write_text(_HBA)
        _single_user(fresh, binaries, account, _set_up(passwords), sync)
        fresh.rename(directory / "data")
        if sync:
            _sync_folder(directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def discard_unfinished(directory: Path) -> None:
    """Remove what an interrupted creation left. One that still runs loses its folder and ends by itself."""
    for left in directory.glob(f"{_NEW}*"):
        shutil.rmtree(left, ignore_errors=True)


def check(data: Path, binaries: Binaries, account: Account) -> None:
    """Make sure that ``data`` is a folder this PostgreSQL can serve, readable by its owner only.

    Raises ``ClusterError`` when it was made by another major version or is not a data folder.
    """
    owner = data.stat().st_uid
    if account.changed and owner == 0:  # a copy or a restore made by root
        account.own(data)
    elif owner != account.uid:
        raise ClusterError(
            f"The data in {data} belongs to another user (number {owner}): run Goldthread as that user, "
            "or set GOLDTHREAD_DATA to a folder of your own."
        )
    try:
        made_by = int((data / "PG_VERSION").read_text().strip())
    except (FileNotFoundError, ValueError):
        raise ClusterError(
            f"{data} holds no complete database: move that folder away and start again for a new one, "
            "or restore the last backup (docs/operating-database.md says how)."
        ) from None
    if made_by > binaries.major:
        raise ClusterError(
            f"The data in {data} was made by PostgreSQL {made_by}, which is newer than the {binaries.major} "
            "installed here: update Goldthread to the version that made it."
        )
    if made_by < binaries.major:
        raise ClusterError(
            f"The data in {data} was made by PostgreSQL {made_by} and the one installed here is {binaries.major}: "
            "dump it with the earlier Goldthread and restore it here (docs/operating-database.md says how)."
        )
    if data.stat().st_mode & 0o077:
        data.chmod(0o700)


def renew_passwords(data: Path, binaries: Binaries, account: Account, passwords: Passwords) -> None:
    """Give the roles of a stopped cluster new passwords, after their file was lost. Raises ``ClusterError``."""
    statements = [
        f"ALTER ROLE {role} PASSWORD '{password}';"
        for role, password in ((ADMIN, passwords.admin), (OWNER, passwords.owner), (APP, passwords.app))
    ]
    _single_user(data, binaries, account, statements, sync=True)


def _set_up(passwords: Passwords) -> list[str]:
    # Databases made later, such as those of the tests, are copies of template1 and so have the extension as well.
    return [
        "CREATE EXTENSION pg_trgm;",
        f"ALTER ROLE {ADMIN} PASSWORD '{passwords.admin}';",
        f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER CREATEDB NOCREATEROLE PASSWORD '{passwords.owner}';",
        f"CREATE ROLE {APP} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{passwords.app}';",
        f"CREATE DATABASE {DATABASE} OWNER {OWNER};",
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;",
        f"GRANT CONNECT ON DATABASE {DATABASE} TO {APP};",
    ]


def _initdb(data: Path, binaries: Binaries, account: Account, sync: bool) -> None:
    command = [
        binaries.program("initdb"),
        f"--pgdata={seen_from_inside(data, account)}",
        f"--username={ADMIN}",
        "--auth=reject",  # until our own pg_hba.conf is there
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
        "--encoding=UTF8",
        *([] if sync else ["--no-sync"]),
    ]
    ran = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=data,
        **account.popen(),
    )
    if ran.returncode != 0:
        raise ClusterError(explain(ran.stdout, data.parent))


def _single_user(data: Path, binaries: Binaries, account: Account, statements: list[str], sync: bool) -> None:
    """Run statements, a line each, in PostgreSQL's single-user mode: nobody can connect meanwhile."""
    options = {
        "exit_on_error": "on",
        "log_min_error_statement": "panic",  # a statement with a password must not be repeated in a message
        "fsync": "on" if sync else "off",
        "shared_buffers": "16MB",
    }
    command = [
        binaries.program("postgres"),
        "--single",
        "-D",
        seen_from_inside(data, account),
        *(word for name, value in options.items() for word in ("-c", f"{name}={value}")),
        "template1",
    ]
    ran = subprocess.run(
        command,
        input="".join(f"{statement}\n" for statement in statements),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        cwd=data,
        **account.popen(),
    )
    if ran.returncode != 0:
        raise ClusterError(explain(ran.stdout, data.parent))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
