"""Sealing the board's snapshots for the operator; needs no service and no database, so that one opens on any machine.

A file is ``MAGIC``, the sender's one-time public key (32 bytes), a nonce (12 bytes) and the page in AES-256-GCM.
"""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

MAGIC = b"goldthread-board-1\n"


class SnapshotError(Exception):
    """A snapshot could not be written or opened. The message is one sentence that says what to do."""


def seal(page: bytes, key: X25519PublicKey) -> bytes:
    """The page as only the holder of the private key can read it."""
    once, nonce = X25519PrivateKey.generate(), os.urandom(12)
    sender = once.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return MAGIC + sender + nonce + AESGCM(_shared(once.exchange(key), sender)).encrypt(nonce, page, MAGIC)


def open_sealed(sealed: bytes, key: X25519PrivateKey) -> bytes:
    """The page of a snapshot. Raises ``SnapshotError`` for another key, or a file that is none or was changed."""
    at = len(MAGIC)
    if not sealed.startswith(MAGIC) or len(sealed) < at + 32 + 12 + 16:
        raise SnapshotError("This file is not a snapshot of the board, or it was cut short.")
    sender, nonce = sealed[at : at + 32], sealed[at + 32 : at + 44]
    try:
        shared = _shared(key.exchange(X25519PublicKey.from_public_bytes(sender)), sender)
        return AESGCM(shared).decrypt(nonce, sealed[at + 44 :], MAGIC)
    except (InvalidTag, ValueError):
        raise SnapshotError("This key does not open this snapshot, or the file was changed.") from None


def make_key(path: Path) -> Path:
    """Write a new private key to ``path``, readable by its owner alone, and its public half beside it; returns that."""
    key = X25519PrivateKey.generate()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = path.with_suffix(".pub")
        public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    except FileExistsError:
        raise SnapshotError(f"{path} is there already. Choose another name; a key is never written over.") from None
    except OSError as error:
        raise SnapshotError(f"{path} cannot be written: {error.strerror}.") from None
    return public


def private_key(path: Path) -> X25519PrivateKey:
    """The private key in a PEM file. Raises ``SnapshotError``."""
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise SnapshotError(f"The key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SnapshotError(f"{path} does not hold an unencrypted private key in PEM form.") from None
    if not isinstance(key, X25519PrivateKey):
        raise SnapshotError(f"The key in {path} is not an X25519 key.")
    return key


def public_key(path: Path) -> X25519PublicKey:
    """The public key in a PEM file. Raises ``SnapshotError``."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise SnapshotError(f"The snapshot key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise SnapshotError(f"{path} does not hold a public key in PEM form.") from None
    if not isinstance(key, X25519PublicKey):
        raise SnapshotError(f"The key in {path} is not an X25519 key.")
    return key


def _shared(secret: bytes, sender: bytes) -> bytes:
    return HKDF(SHA256(), 32, sender, MAGIC).derive(secret)
