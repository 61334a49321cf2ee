"""The two texts of a card, signed: the address's, which opens it once, and the pass that the open card shows with each request."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.signing import BadSignature, Signer

ADDRESS, PASS = "goldthread.card.address", "goldthread.card.pass"
LONGEST = 600
"""Characters that no text of ours has."""


@dataclass(frozen=True)
class Address:
    """What an address says: which card, of which incident, for whom, given and opening until when."""

    card: uuid.UUID
    reference: str
    staff: int
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Pass:
    """What an open card shows: which it is, and when this pass was given."""

    card: uuid.UUID
    given_at: datetime


def address(made: Address) -> str:
    """The text for an address."""
    return _signer(ADDRESS).sign_object(
        [made.card.hex, made.reference, made.staff, made.issued_at.timestamp(), made.expires_at.timestamp()]
    )


def read_address(text: str) -> Address | None:
    """What the text of an address says; None where we did not sign it."""
    found = _read(ADDRESS, text)
    try:
        card, reference, staff, issued, expires = found
        return Address(uuid.UUID(card), str(reference), int(staff), _moment(issued), _moment(expires))
    except (TypeError, ValueError):
        return None


def given(card: uuid.UUID, now: datetime) -> str:
    """A pass for an open card, as of now."""
    return _signer(PASS).sign_object([card.hex, now.timestamp()])


def read_pass(text: str) -> Pass | None:
    """What a pass says; None where we did not sign it."""
    found = _read(PASS, text)
    try:
        card, at = found
        return Pass(uuid.UUID(card), _moment(at))
    except (TypeError, ValueError):
        return None


def _read(salt: str, text: str) -> Any:
    if not text or len(text) > LONGEST or not text.isascii():
        return None
    try:
        return _signer(salt).unsign_object(text)
    except (BadSignature, ValueError):
        return None


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _signer(salt: str) -> Signer:
    return Signer(salt=salt, sep=".")
