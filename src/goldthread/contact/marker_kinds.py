"""The kinds of markers, read from ``marker_kinds.toml``."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def marker_kinds() -> dict[str, str]:
    """Each kind's name on screen by its code."""
    text = resources.files("goldthread.contact").joinpath("marker_kinds.toml").read_text(encoding="utf-8")
    found: dict[str, str] = tomllib.loads(text)["kinds"]
    return found
