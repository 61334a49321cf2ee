"""The one way in which an event is written as bytes and hashed. The database does the same at commit.

Every field is text in UTF-8 after its length in bytes, four bytes big-endian; numbers are decimal text, times are
microseconds since 1970 in UTC, null is the length 0xFFFFFFFF with nothing after it, hashes are their 32 raw bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, runtime_checkable
from uuid import UUID

LABEL = "goldthread-audit-1"
START = bytes(32)  # the previous hash of the first event of a shard
SHARDS = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NULL = b"\xff\xff\xff\xff"
_CODE = re.compile(r"[\w.:/+@#-]{0,120}", re.ASCII)


@runtime_checkable
class _Told(Protocol):
    def audit_detail(self) -> Mapping[str, str]: ...


class Event(NamedTuple):
    """The fields of an event that the chain covers, in the order in which they are hashed."""

    id: int
    at: datetime
    staff_id: int | None
    role: str
    duty: str
    verb: str
    subjects: str
    reason: str
    detail: str
    request_id: str


@dataclass(frozen=True)
class Link:
    """An event's place: chain, number in it from 1, the hash before it and its own, 32 bytes each."""

    shard: int
    shard_seq: int
    prev_hash: bytes
    hash: bytes


def microseconds(at: datetime) -> int:
    """Whole microseconds since the start of 1970 in UTC."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def _field(value: bytes | None) -> bytes:
    return _NULL if value is None else len(value).to_bytes(4, "big") + value


def event_hash(event: Event, shard: int, shard_seq: int, prev_hash: bytes) -> bytes:
    """The 32-byte hash of an event at its place in the chain."""
    values = (LABEL, shard, shard_seq, event.id, microseconds(event.at), *event[2:])
    told = [None if value is None else str(value).encode() for value in values]
    return hashlib.sha256(b"".join(map(_field, [*told, prev_hash]))).digest()


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no spaces and no escapes but the needed: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def subjects_json(subjects: Iterable[tuple[str, object]]) -> str:
    """The canonical list of ``["kind", "id"]`` pairs, each once, in the order given.

    Raises ``ValueError`` for a kind or id that is not a code.
    """
    pairs = dict.fromkeys((_code(kind), _code(str(number))) for kind, number in subjects)
    return canonical_json([list(pair) for pair in pairs])


def detail_json(detail: Mapping[str, Any]) -> str:
    """The canonical object of an event's particulars: numbers, truth values, times, codes and payloads, or lists of them.

    A payload (anything with ``audit_detail()``) is told by its id and digest, which binds its text to the chain.

    Raises ``ValueError`` for anything that could be a person's words: a text with a space in it is no code.
    """
    return canonical_json({key: _plain(key, value) for key, value in detail.items()})


def _plain(key: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, str):
        return _code(value, key)
    if isinstance(value, _Told):
        return dict(value.audit_detail())
    if isinstance(value, Mapping):
        return {_code(str(name), key): _plain(key, inner) for name, inner in value.items()}
    if isinstance(value, Iterable):
        return [_plain(key, inner) for inner in value]
    raise ValueError(f"an audit event holds ids and codes only; {key} is a {type(value).__name__}")


def _code(value: str, key: str = "subject") -> str:
    if not _CODE.fullmatch(value):
        raise ValueError(f"an audit event holds ids and codes only; {key} has other characters or is too long")
    return value
