"""Word sets of the engine, kept as data in ``words.toml``."""

import tomllib
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "words.toml"


@cache
def _table() -> dict[str, str]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def word_list(name: str) -> list[str]:
    """The words of the set *name*, in their order. Raises KeyError for an unknown one."""
    return _table()[name].split()


def word_set(name: str) -> frozenset[str]:
    """The words of the set *name*, to look up in."""
    return frozenset(word_list(name))
