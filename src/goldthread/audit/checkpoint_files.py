"""Checkpoint files: what one says, how it is signed, read and put down whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from goldthread.audit.canonical import SHARDS, canonical_json
from goldthread.audit.keys import CheckpointError, fingerprint
from goldthread.audit.merkle import root_of

FORMAT = "goldthread-checkpoint-1"
NO_FILE = "0" * 64
_NAME = re.compile(r"checkpoint-(\d{9,})\.json", re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Tree:
    """One shard's Merkle tree over its link hashes: how many leaves, and its root in hexadecimal."""

    size: int
    root: str


@dataclass(frozen=True)
class CheckpointFile:
    """What a checkpoint says: ``trees`` by shard number, ``previous`` the SHA-256 of the file before in hexadecimal."""

    number: int
    at: str
    previous: str
    key: str
    trees: tuple[Tree, ...]

    @property
    def events(self) -> int:
        """How many events it covers."""
        return sum(tree.size for tree in self.trees)

    def body(self) -> dict[str, Any]:
        """The part that is signed."""
        shards = [{"shard": n, "size": tree.size, "root": tree.root} for n, tree in enumerate(self.trees)]
        return {
            "format": FORMAT, "number": self.number, "at": self.at, "previous": self.previous, "key": self.key,
            "events": self.events, "shards": shards, "root": overall_root(self.trees).hex(),
        }  # fmt: skip


def overall_root(trees: Sequence[Tree]) -> bytes:
    """One root over all shards: an RFC 6962 tree whose leaves are the texts ``shard:size:root``."""
    return root_of(f"{number}:{tree.size}:{tree.root}".encode() for number, tree in enumerate(trees))


def signed(checkpoint: CheckpointFile, key: Ed25519PrivateKey) -> bytes:
    """The whole file's bytes: canonical JSON and a line end."""
    body = checkpoint.body()
    return _document(body, key.sign(canonical_json(body).encode()))


def parse(data: bytes, number: int, key: Ed25519PublicKey) -> CheckpointFile:
    """Read what should be checkpoint ``number``, signed with ``key``.

    Raises ``CheckpointError`` saying what is wrong with it.
    """
    try:
        document = json.loads(data)
        body = document["body"]
        signature = bytes.fromhex(document["signature"])
        trees = tuple(Tree(int(row["size"]), str(row["root"])) for row in body["shards"])
        found = CheckpointFile(int(body["number"]), str(body["at"]), str(body["previous"]), str(body["key"]), trees)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise CheckpointError(f"checkpoint {number} is not a checkpoint file") from None
    if found.key != fingerprint(key):
        raise CheckpointError(f"checkpoint {number} was signed with another key")
    try:
        key.verify(signature, canonical_json(body).encode())
    except InvalidSignature:
        raise CheckpointError(f"checkpoint {number} was changed after it was signed") from None
    if _document(found.body(), signature) != data or not _sound(found):
        raise CheckpointError(f"checkpoint {number} is not written as a checkpoint is")
    if found.number != number:
        raise CheckpointError(f"the file of checkpoint {number} holds checkpoint {found.number}")
    return found


def digest(data: bytes) -> str:
    """The SHA-256 of a file's bytes, as the next file names it."""
    return hashlib.sha256(data).hexdigest()


def path_of(folder: Path, number: int) -> Path:
    """Where checkpoint ``number`` is kept."""
    return folder / f"checkpoint-{number:09d}.json"


def last_number(folder: Path) -> int:
    """The highest number among the files there, 0 when there is none. Raises ``OSError``."""
    with os.scandir(folder) as entries:
        found = (_NAME.fullmatch(entry.name) for entry in entries)
        return max((int(match[1]) for match in found if match), default=0)


def put(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, and survives a power cut. Raises ``OSError``."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _document(body: dict[str, Any], signature: bytes) -> bytes:
    return (canonical_json({"body": body, "signature": signature.hex()}) + "\n").encode()


def _sound(found: CheckpointFile) -> bool:
    hashes = [found.previous, *(tree.root for tree in found.trees)]
    return len(found.trees) == SHARDS and all(map(_HEX.fullmatch, hashes)) and all(t.size >= 0 for t in found.trees)
