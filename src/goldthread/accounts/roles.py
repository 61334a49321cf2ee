"""Roles, verbs and scopes, read from ``matrix.toml``; pure questions about who may do what."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Literal, get_args

Scope = Literal["none", "own", "live", "area", "attending", "crew", "team", "open", "child", "reasoned", "all"]
SCOPES: tuple[Scope, ...] = get_args(Scope)


@dataclass(frozen=True)
class Role:
    """One row of the matrix: its name on screen, the page it lands on, and what it may do to what."""

    code: str
    name: str
    first_page: str
    may: dict[str, bool | str]
    beside: Role | None = None
    """The own role of somebody who acts in this one for a time; its rights are held too."""

    def scope(self, verb: str) -> Scope:
        """The incidents this verb reaches; ``none`` where the role may not do it at all. Who acts for a time has the acting scope first.

        Raises ``KeyError`` for a verb the matrix does not name.
        """
        verbs()[verb]
        given = self.may.get(verb, False)
        found: Scope = "all" if given is True else given if given in SCOPES else "none"
        return self.beside.scope(verb) if found == "none" and self.beside is not None else found

    def scopes(self, verb: str) -> tuple[Scope, ...]:
        """Every scope that this verb has, of which each reaches its own incidents; empty where it may not be done at all."""
        found = dict.fromkeys(one.scope(verb) for one in (self, self.beside) if one is not None)
        return ("all",) if "all" in found else tuple(one for one in found if one != "none")

    @property
    def codes(self) -> frozenset[str]:
        """The role's code, and while somebody acts in it their own role's too: for lists of roles outside the matrix."""
        return frozenset(one.code for one in (self, self.beside) if one is not None)

    def limited(self, to: frozenset[str]) -> Role:
        """The same role held to these verbs: whatever else it may, is not done here."""
        beside = None if self.beside is None else self.beside.limited(to)
        return replace(self, may={verb: scope for verb, scope in self.may.items() if verb in to}, beside=beside)

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


@dataclass(frozen=True)
class Acting:
    """A senior role in which somebody of the roles ``who`` may act for a time, given by somebody whose own role is in ``given_by``."""

    role: str
    name: str
    who: tuple[str, ...]
    given_by: tuple[str, ...]


@lru_cache(maxsize=1)
def acting() -> dict[str, Acting]:
    """Every role in which one may act, by code. Raises ``ValueError`` where one names a role there is not."""
    found = {}
    for code, row in _matrix().get("acting", {}).items():
        made = Acting(code, str(row["name"]), tuple(row["who"]), tuple(row["given_by"]))  # type: ignore[arg-type]
        if unknown := {code, *made.who, *made.given_by} - set(roles()):
            raise ValueError(f"matrix.toml: acting.{code} names the unknown role {min(unknown)}")
        if missing := [one for one in made.given_by if not roles()[one].can("rank.give")]:
            raise ValueError(f"matrix.toml: acting.{code} is given by {missing[0]}, which may not rank.give")
        found[code] = made
    return found


@lru_cache(maxsize=1)
def on_call() -> tuple[str, ...]:
    """The roles as which somebody may be on call. Raises ``ValueError`` where one is none."""
    found = tuple(str(one) for one in _matrix()["on_call"]["roles"])
    if unknown := set(found) - set(roles()):
        raise ValueError(f"matrix.toml: on_call names the unknown role {min(unknown)}")
    return found


def seat(role: str, acts_as: str = "") -> Role:
    """The rights of a person of this role, who acts in another where one is named and the matrix lets this role do so."""
    own = roles()[role]
    rank = acting().get(acts_as)
    if rank is None or role not in rank.who:
        return own
    return replace(roles()[acts_as], name=rank.name, beside=own)


ACTING = "acting "


def recorded_as(role: str, acts_as: str = "") -> str:
    """The role as the audit keeps it, the acting one where there is one."""
    found = seat(role, acts_as)
    return found.code if found.beside is None else f"{ACTING}{found.code}"


def told(recorded: str) -> str:
    """A role's name from what the audit keeps."""
    code = recorded.removeprefix(ACTING)
    if recorded != code and code in acting():
        return acting()[code].name
    return roles()[code].name if code in roles() else recorded


def named(name: str, acted_as: str) -> str:
    """A person as the record tells them: with the role they acted in, where it was another's."""
    rank = acting().get(acted_as)
    return name if rank is None else f"{name}, {rank.name[0].lower()}{rank.name[1:]}"
