"""The key that signs checkpoints: Ed25519, in a PEM file apart from everything else the service holds."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from goldthread.config.env import Environment


class CheckpointError(Exception):
    """A checkpoint could not be written or read. The message is one sentence that says what to do."""


def signing_key(environment: Environment) -> Ed25519PrivateKey:
    """The configured key; in demo and test one made on first use, with its public half beside it.

    Raises ``CheckpointError`` where production names none, or the file holds no such key.
    """
    path = environment.checkpoint_key
    if path is None:
        if environment.mode == "production":
            raise CheckpointError("GOLDTHREAD_CHECKPOINT_KEY is not set, so audit checkpoints cannot be signed.")
        path = environment.keys_dir / "checkpoint.pem"
        if not path.exists():
            _generate(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise CheckpointError(f"The checkpoint key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CheckpointError(f"{path} does not hold an unencrypted private key in PEM form.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise CheckpointError(f"The key in {path} is not an Ed25519 key.")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The Ed25519 public key in a PEM file. Raises ``CheckpointError`` when there is none."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise CheckpointError(f"The public key {path} cannot be read: {error.strerror}.") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CheckpointError(f"{path} does not hold a public key in PEM form.") from None
    if not isinstance(key, Ed25519PublicKey):
        raise CheckpointError(f"The key in {path} is not an Ed25519 key.")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """The SHA-256 of the raw public key, as 64 hexadecimal digits."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()


def _generate(path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    try:
        os.link(draft, path)  # two first starts at once: the one that comes second uses the first one's key
    except FileExistsError:
        return
    finally:
        draft.unlink()
    path.with_suffix(".pub").write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
