"""Small texts sealed with the service's own secret: a copy of the database alone does not open them."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE = 12


def seal(use: str, bound: str, text: str) -> bytes:
    """``text`` sealed for one ``use``; ``bound`` names the row it stands in, so that it opens in no other."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(use)).encrypt(nonce, text.encode(), bound.encode())


def unseal(use: str, bound: str, sealed: bytes) -> str:
    """The text again. Raises ``cryptography.exceptions.InvalidTag`` under another secret, use or row."""
    return AESGCM(_key(use)).decrypt(sealed[:NONCE], sealed[NONCE:], bound.encode()).decode()


def _key(use: str) -> bytes:
    return HKDF(SHA256(), 32, None, f"goldthread {use}".encode()).derive(settings.SECRET_KEY.encode())
