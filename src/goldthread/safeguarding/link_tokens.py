"""The text in a link: which referral, which contact, the how manyeth, signed. It opens nothing by itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

SALT = "goldthread.partner.link"
LONGEST = 300
"""Characters that no link of ours has."""


@dataclass(frozen=True)
class Named:
    """Which link it is."""

    referral: uuid.UUID
    contact: int
    number: int


def made(referral: uuid.UUID, contact: int, number: int) -> str:
    """The text for one link."""
    return _signer().sign_object([referral.hex, contact, number])


def read(token: str) -> Named | None:
    """Which link a text names; None where we did not sign it."""
    if len(token) > LONGEST:
        return None
    try:
        referral, contact, number = _signer().unsign_object(token)
        return Named(uuid.UUID(referral), contact, number)
    except (BadSignature, ValueError, TypeError):
        return None


def _signer() -> Signer:
    return Signer(salt=SALT, sep=".")
