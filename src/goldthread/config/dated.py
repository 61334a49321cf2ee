"""What forces set for themselves, in TOML files beside the code: tables, and sets of them that hold from a date."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any, TypeVar

T = TypeVar("T")


@lru_cache
def table(app: str, name: str) -> dict[str, Any]:
    """The file ``name`` of an app, read once; nobody changes what it gives."""
    return tomllib.loads(resources.files(f"goldthread.{app}").joinpath(name).read_text(encoding="utf-8"))


def sets(app: str, name: str, made: Callable[[dict[str, Any]], T]) -> list[tuple[date, T]]:
    """The file's sets, each made of its row, with the day from which it holds; the earliest first."""
    rows = sorted(table(app, name)["set"], key=lambda one: one["from"])
    return [(row["from"], made(row)) for row in rows]


def on(found: Sequence[tuple[date, T]], day: date) -> T:
    """What is in force on ``day``: the newest that has begun; the earliest for days before any."""
    begun = [held for start, held in found if start <= day]
    return begun[-1] if begun else found[0][1]
