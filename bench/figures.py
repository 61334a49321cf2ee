"""How a bench tells what it measured: rows of figure, reference, ratio and target, and the machine they hold for."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

HEADINGS = ("What", "Figure", "Reference", "Ratio", "Target", "")


class CannotMeasureError(Exception):
    """A bench could not measure. ``str(error)`` is a sentence that says why."""


@dataclass(frozen=True)
class Row:
    """One line of a table. ``met`` is None where no target is set."""

    what: str
    figure: str
    reference: str = ""
    ratio: str = ""
    target: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """``met``, ``not met``, or nothing."""
        return "" if self.met is None else "met" if self.met else "not met"


@dataclass(frozen=True)
class Result:
    """A bench's table, and sentences that say how it was measured."""

    title: str
    rows: Sequence[Row]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [HEADINGS, *((r.what, r.figure, r.reference, r.ratio, r.target, r.verdict) for r in self.rows)]
        wide = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)).rstrip() for line in lines
        ]
        table.insert(1, "-" * max(map(len, table)))
        return "\n".join(["", self.title, *table, *(f"  {note}" for note in self.notes)])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` (0..1) of them do not exceed; the nearest-rank method."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def milliseconds(seconds: float) -> str:
    """A duration as the tables show it."""
    return f"{seconds * 1000:,.1f} ms" if seconds < 1 else f"{seconds * 1000:,.0f} ms"


def machine() -> str:
    """The day, and how large the machine is and how busy it was before; no name of it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now().astimezone():%d %B %Y}: {len(os.sched_getaffinity(0))} cores ({platform.machine()}), "
        f"{memory:.0f} GiB, Python {platform.python_version()}; load before the run {os.getloadavg()[0]:.1f}"
    )


def file_system(folder: Path) -> str:
    """The kind of file system that holds ``folder``, since a commit is as durable as its disk; "not known" elsewhere."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "not known"
    holding = [(place, kind) for place, kind in mounts if folder.resolve().is_relative_to(place)]
    return max(holding, key=lambda found: len(found[0]))[1] if holding else "not known"
