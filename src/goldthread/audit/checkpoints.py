"""Writing checkpoints: every minute the state of all chains, signed, to a place outside the database.

A checkpoint holds, for each shard, the RFC 6962 root over all its link hashes so far. Whoever has the events can thus
prove that each was there, and that every checkpoint's log begins with the one before.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from goldthread.audit.canonical import SHARDS, canonical_json
from goldthread.audit.checkpoint_files import (
    NO_FILE,
    CheckpointFile,
    Tree,
    digest,
    last_number,
    overall_root,
    parse,
    path_of,
    put,
    signed,
)
from goldthread.audit.keys import CheckpointError, fingerprint, signing_key
from goldthread.audit.merkle import Frontier
from goldthread.audit.models import AuditLink, AuditShard, Checkpoint
from goldthread.clocks.db import database_now
from goldthread.config.env import Environment

_LOCK = 0x60_1D_7E_AD  # one writer at a time, whichever process it runs in


@dataclass(frozen=True)
class Last:
    """The newest checkpoint there is, with the SHA-256 of its file in hexadecimal."""

    checkpoint: CheckpointFile
    digest: str


def folder_of(environment: Environment) -> Path:
    """Where checkpoints go. Made when missing in demo and test only: in production it is a mount, and a folder made
    in its absence would be the wrong place. Raises ``CheckpointError``.
    """
    folder = environment.checkpoint_dir
    if folder is None:
        if environment.mode == "production":
            raise CheckpointError("GOLDTHREAD_CHECKPOINT_DIR is not set, so audit checkpoints cannot be kept.")
        folder = environment.data / "checkpoints"
    if environment.mode != "production":
        folder.mkdir(parents=True, exist_ok=True)
    if not folder.is_dir():
        raise CheckpointError(f"The folder {folder} for audit checkpoints is not there: mount or make it.")
    return folder


def write(environment: Environment, *, new_series: bool = False) -> CheckpointFile | None:
    """Write the next checkpoint and return it; None where nothing happened since the last, or another is writing.

    ``new_series``: begin at number 1 in an empty folder although checkpoints were written elsewhere before.
    Raises ``CheckpointError`` with one sentence; whatever went wrong, the next call begins anew.
    """
    key = signing_key(environment)
    folder = folder_of(environment)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return None
        try:
            return _write(folder, environment.data / "audit-frontier.json", key, new_series)
        except OSError as error:
            raise CheckpointError(f"The audit checkpoint could not be kept in {folder}: {error.strerror}.") from None


def _write(folder: Path, cache: Path, key: Ed25519PrivateKey, new_series: bool) -> CheckpointFile | None:
    last = _last(folder, key)
    if last is None and not new_series and (noted := Checkpoint.objects.order_by("-pk").first()) is not None:
        raise CheckpointError(
            f"Checkpoint {noted.number} was written before but {folder} holds none: put the files back, "
            "or run 'goldthread checkpoint --new-series'."
        )
    heads = dict(AuditShard.objects.values_list("number", "seq"))
    if last is not None:
        _check_follows(folder, last, heads)
        if all(tree.size == heads.get(shard) for shard, tree in enumerate(last.checkpoint.trees)):
            _note(last.checkpoint, last.digest)
            return None
    elif not any(heads.values()):
        return None
    frontiers = _frontiers(cache, last)
    for shard, frontier in enumerate(frontiers):
        _extend(frontier, shard, heads.get(shard, 0))
    fresh = CheckpointFile(
        number=last.checkpoint.number + 1 if last else 1,
        at=database_now(connection).isoformat(timespec="microseconds"),
        previous=last.digest if last else NO_FILE,
        key=fingerprint(key.public_key()),
        trees=tuple(Tree(frontier.size, frontier.root().hex()) for frontier in frontiers),
    )
    data = signed(fresh, key)
    put(path_of(folder, fresh.number), data)
    with suppress(OSError):  # only a saving of time: without it the trees are grown from the rows again
        put(cache, _remember(frontiers))
    _note(fresh, digest(data))
    return fresh


def _last(folder: Path, key: Ed25519PrivateKey) -> Last | None:
    number = last_number(folder)
    if number == 0:
        return None
    data = path_of(folder, number).read_bytes()
    try:
        return Last(parse(data, number, key.public_key()), digest(data))
    except CheckpointError as error:
        raise CheckpointError(f"No audit checkpoint can be added in {folder}: {error}.") from None


def _check_follows(folder: Path, last: Last, heads: dict[int, int]) -> None:
    noted = Checkpoint.objects.order_by("-pk").values_list("number", flat=True).first() or 0
    if noted > last.checkpoint.number:
        raise CheckpointError(
            f"Checkpoint {noted} was written before but {folder} ends at {last.checkpoint.number}: put the files back."
        )
    if any(heads.get(shard, 0) < tree.size for shard, tree in enumerate(last.checkpoint.trees)):
        raise CheckpointError(
            f"The audit holds fewer events than checkpoint {last.checkpoint.number} vouches for: "
            "run 'goldthread verify-audit' and tell the auditor."
        )


def _frontiers(cache: Path, last: Last | None) -> list[Frontier]:
    """The trees as the last checkpoint left them: from the cache where that proves right, else from the rows."""
    if last is None:
        return [Frontier() for _ in range(SHARDS)]
    frontiers = _recall(cache, last.checkpoint)
    if frontiers is not None:
        return frontiers
    frontiers = [Frontier() for _ in range(SHARDS)]
    for shard, tree in enumerate(last.checkpoint.trees):
        _extend(frontiers[shard], shard, tree.size)
        if frontiers[shard].root().hex() != tree.root:
            raise CheckpointError(
                f"The audit no longer matches checkpoint {last.checkpoint.number} in shard {shard}: "
                "run 'goldthread verify-audit' and tell the auditor."
            )
    return frontiers


def _extend(frontier: Frontier, shard: int, size: int) -> None:
    links = AuditLink.objects.filter(shard=shard, shard_seq__gt=frontier.size, shard_seq__lte=size)
    for link in links.order_by("shard_seq").values_list("hash", flat=True).iterator(chunk_size=5000):
        frontier.append(bytes(link))
    if frontier.size != size:
        raise CheckpointError(
            f"The audit lacks events of shard {shard}: run 'goldthread verify-audit' and tell the auditor."
        )


def _note(checkpoint: CheckpointFile, file_digest: str) -> None:
    values = (checkpoint.number, checkpoint.events, overall_root(checkpoint.trees), bytes.fromhex(file_digest))
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_note_checkpoint(%s, %s, %s, %s)", values)


def _remember(frontiers: list[Frontier]) -> bytes:
    return canonical_json([[peak.hex() for peak in frontier.peaks] for frontier in frontiers]).encode()


def _recall(cache: Path, last: CheckpointFile) -> list[Frontier] | None:
    """The cached trees if they give the signed roots; the cache itself is trusted in nothing."""
    try:
        rows = [[bytes.fromhex(peak) for peak in peaks] for peaks in json.loads(cache.read_bytes())]
    except (OSError, ValueError, TypeError):
        return None
    frontiers = [Frontier(tree.size, peaks) for tree, peaks in zip(last.trees, rows, strict=False)]
    return frontiers if len(frontiers) == SHARDS and all(map(_grows_to, frontiers, last.trees)) else None


def _grows_to(frontier: Frontier, tree: Tree) -> bool:
    return len(frontier.peaks) == tree.size.bit_count() and frontier.root().hex() == tree.root
