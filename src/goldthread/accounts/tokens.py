"""What a bearer token looks like, how it is known again, and what becomes of it."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.accounts.token_models import ApiToken

PREFIX = "goldthread_"
"""Begins every token, so that scanners for leaked secrets and people can tell what it is."""
SECRET_BYTES = 32
DEFAULT_DAYS, MOST_DAYS = 90, 366
"""Days a token lives unless told otherwise, and at most *(ours)*."""
COARSE = timedelta(hours=1)
"""How often a token's use, or a refusal of it, is put on record: a program asks many times a minute *(ours)*."""

_SHAPE = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}", re.ASCII)


def fresh() -> str:
    """A new token: 256 random bits after the prefix."""
    return PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def digest(token: str) -> bytes:
    """What is kept of a token. A plain hash serves, since 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).digest()


def presented(authorization: str) -> str | None:
    """The token in an ``Authorization`` header; None for another scheme or what cannot be one of ours."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and _SHAPE.fullmatch(token) else None


def state(token: ApiToken, now: datetime) -> str:
    """``revoked``, ``ended`` (its user has no access any more), ``expired`` or ``valid``."""
    if token.revoked_at is not None:
        return "revoked"
    if not token.staff.is_active:
        return "ended"
    return "expired" if token.expires_at <= now else "valid"
