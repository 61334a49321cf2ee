"""``OUT.part``: the folder that holds what is done until all is, with a journal that says how far that is."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from goldthread.screening.errors import ScreenError

JOURNAL, LOCK = "journal.json", "lock"


@dataclass(frozen=True)
class Journal:
    """*rows* of the work are done, *bad* of them not read; the last has the key *after*; the sink goes on from *state*.

    ``work`` is what the rows depend on: the table, its text's column, the reader and what it was made of. Where it is *finished*,
    a target that is there is this work's.
    """

    work: dict[str, Any]
    rows: int = 0
    bad: int = 0
    after: str | None = None
    state: int = 0
    finished: bool = False


class Part:
    """The part folder of *target*, held by one process at a time. Raises ScreenError where another run has it."""

    def __init__(self, target: Path) -> None:
        self.folder = folder_of(target)
        if self.folder.exists() and not (self.folder / LOCK).exists() and not _is_empty(self.folder):
            raise ScreenError(f"{self.folder} is there and is none of a screening. Remove it or name another file.")
        self.folder.mkdir(exist_ok=True)
        self._lock = (self.folder / LOCK).open("w")
        try:
            # A record lock belongs to this process alone: no worker keeps it when this one is killed.
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise ScreenError(f"Another run is writing {target}.") from None

    def resume(self, work: dict[str, Any], whole: Callable[[Path, int], bool]) -> tuple[Journal, bool]:
        """The journal of an earlier run of the same work whose rows are all there, else a fresh one.

        The second value says whether the folder held other work; what it held is gone then.
        """
        kept = self._kept()
        if kept is not None and kept.work == work and whole(self.folder, kept.state):
            return kept, False
        for path in self.folder.iterdir():
            if path.name != LOCK:
                path.unlink()
        return Journal(work), kept is not None and kept.work != work

    def finished(self, work: dict[str, Any]) -> Journal | None:
        """The journal of an earlier run that made the whole target of the same work, and was stopped before ``remove``."""
        kept = self._kept()
        return kept if kept is not None and kept.finished and kept.work == work else None

    def save(self, journal: Journal) -> None:
        """Put the journal beyond loss; a stop leaves either the one before or this one."""
        new = self.folder / "journal.new"
        with new.open("w", encoding="utf-8") as file:
            json.dump(asdict(journal), file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / JOURNAL)
        fsync_folder(self.folder)

    def remove(self) -> None:
        """Remove the folder; everything is in its target now."""
        fsync_folder(self.folder.parent)
        for path in self.folder.iterdir():
            if path.name not in (
                JOURNAL,
                LOCK,
            ):  # first what holds people's words: until then the folder is found again
                path.unlink()
        self.close()
        shutil.rmtree(self.folder)

    def _kept(self) -> Journal | None:
        try:
            return Journal(**json.loads((self.folder / JOURNAL).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def close(self) -> None:
        """Let another run have it."""
        self._lock.close()


def folder_of(target: Path) -> Path:
    """Where the work on *target* is kept."""
    return target.with_name(target.name + ".part")


def is_left(target: Path) -> bool:
    """Whether the target is there, and beside it what the work on some target of that name has left."""
    return target.exists() and (folder_of(target) / JOURNAL).exists()


def fsync_folder(folder: Path) -> None:
    """Put new and renamed files of a folder beyond loss."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())
