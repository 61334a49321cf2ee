"""Roles, verbs and scopes, read from ``matrix.toml``; pure questions about who may do what."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, get_args

Scope = Literal["none", "own", "live", "area", "attending", "team", "open", "child", "all"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class Role:
    """One row of the matrix: its name on screen, the page it lands on, and what it may do to what."""

    code: str
    name: str
    first_page: str
    may: dict[str, bool | str]

    def scope(self, verb: str) -> Scope:
        """The incidents this verb reaches; ``none`` where the role may not do it at all.

        Raises ``KeyError`` for a verb the matrix does not name.
        """
        verbs()[verb]
        given = self.may.get(verb, False)
        if given is True:
            return "all"
        return given if given in SCOPES else "none"

    def can(self, verb: str) -> bool:
        """Whether the role may do this to any object at all."""
        return self.scope(verb) != "none"


@lru_cache(maxsize=1)
def _matrix() -> dict[str, dict[str, dict[str, object]]]:
    text = resources.files("goldthread.accounts").joinpath("matrix.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def verbs() -> dict[str, str]:
    """Every verb with what it means, in the matrix's order."""
    return {code: str(meaning) for code, meaning in _matrix()["verbs"].items()}


@lru_cache(maxsize=1)
def roles() -> dict[str, Role]:
    """Every role by code, in the matrix's order.

    Raises ``ValueError`` when a row names an unknown verb or scope, so that a slip in the data stops the start.
    """
    found = {}
    for code, row in _matrix()["roles"].items():
        may = row["may"]
        if not isinstance(may, dict):
            raise ValueError(f"matrix.toml: 'may' of {code} is not a table")
        for verb, scope in may.items():
            if verb not in verbs():
                raise ValueError(f"matrix.toml: {code} names the unknown verb {verb}")
            if not isinstance(scope, bool) and scope not in SCOPES:
                raise ValueError(f"matrix.toml: {code} gives {verb} the unknown scope {scope}")
        found[code] = Role(code, str(row["name"]), str(row["first_page"]), may)
    return found
