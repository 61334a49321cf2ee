"""Accounts of programs: what one may be given, and when its owner is told that a token ends."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from goldthread.accounts import tokens
from goldthread.accounts.roles import Role
from goldthread.config.errors import Invalid

WARN = (14, 3, 0)
"""Days before a token's end, and its end itself, at which its owner is told *(ours)*."""
LONGEST_PURPOSE = 500


def scopes(role: Role, asked: Collection[str]) -> list[str]:
    """The verbs a token is held to, in the matrix's order. Raises ``Invalid`` for none, or for one that the account's role has not."""
    if beyond := [one for one in asked if not role.may.get(one)]:
        raise Invalid(
            {
                "scopes": f"The role {role.name} may not do {beyond[0][:40]}, so no token of it can. Choose from its verbs."
            }
        )
    found = [verb for verb in role.may if verb in asked]
    if not found:
        raise Invalid({"scopes": "Choose at least one thing that the program does with this token."})
    return found


def days(asked: int) -> int:
    """How long a token lives. Raises ``Invalid``."""
    if not 1 <= asked <= tokens.MOST_DAYS:
        raise Invalid({"days": f"A token lives 1 to {tokens.MOST_DAYS} days."})
    return asked


def purpose(words: str) -> str:
    """What a program is for. Raises ``Invalid``."""
    kept = " ".join(words.replace("\x00", "").split())
    if not 1 <= len(kept) <= LONGEST_PURPOSE:
        raise Invalid({"purpose": f"Say in at most {LONGEST_PURPOSE} characters what the program is for."})
    return kept


def warning(ends: datetime, told: int | None, now: datetime) -> int | None:
    """Which warning is due now: the nearest of ``WARN`` that has come and was not given; None where none is."""
    come = [one for one in WARN if ends - timedelta(days=one) <= now]
    return min(come) if come and (told is None or min(come) < told) else None
