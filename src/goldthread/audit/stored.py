"""The log as the database holds it, read in one snapshot without holding it in memory; and its export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

from django.db import connection, transaction

from goldthread.audit.canonical import SHARDS, Event, Link, canonical_json
from goldthread.audit.verify import Problem, Row

EXPORT_FORMAT = "goldthread-export-1"
_CHUNK = 2000  # rows fetched at a time from each shard

_ROWS = """
SELECT l.shard, l.shard_seq, l.prev_hash, l.hash, l.event_id,
       e.id, e.at, e.staff_id, e.role, e.duty, e.verb, e.subjects, e.reason, e.detail, e.request_id
FROM audit_link l LEFT JOIN audit_event e ON e.id = l.event_id WHERE l.shard = %s ORDER BY l.shard_seq, l.event_id
"""
_LOOSE = """
SELECT e.id FROM audit_event e WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.event_id = e.id) ORDER BY e.id
"""
_STRAY = "SELECT event_id, shard, shard_seq FROM audit_link WHERE shard NOT BETWEEN 0 AND %s"
_TEXTS = """
SELECT e.id, told ->> 'payload', CASE
    WHEN p.id IS NULL THEN 'the text it is about was removed'
    WHEN encode(p.digest, 'hex') <> told ->> 'digest' THEN 'the text it is about was replaced'
    WHEN p.erased_at IS NULL THEN 'the text it is about was changed'
    ELSE 'the text it is about was blanked without a recorded erasure' END
FROM audit_event e
CROSS JOIN LATERAL jsonb_path_query(e.detail::jsonb, '$.** ? (exists (@.payload) && exists (@.digest))') AS told
LEFT JOIN audit_payload p ON p.id = (told ->> 'payload')::uuid
WHERE e.detail LIKE '%"payload":%' AND (
    p.id IS NULL OR encode(p.digest, 'hex') <> told ->> 'digest'
    OR (p.erased_at IS NULL AND p.digest <> sha256(p.salt || convert_to(p.text, 'UTF8')))
    OR (p.erased_at IS NOT NULL AND NOT EXISTS (
        SELECT FROM audit_event x WHERE x.duty = 'erasure' AND audit_about(x.subjects) @> ARRAY['payload:' || p.id])))
"""
_HEADS = """
SELECT n, s.seq, l.shard_seq, s.head = l.hash FROM generate_series(0, %s) AS n
LEFT JOIN audit_shard s ON s.number = n
LEFT JOIN LATERAL (SELECT shard_seq, hash FROM audit_link WHERE shard = n ORDER BY shard_seq DESC LIMIT 1) l ON true
"""


@dataclass(frozen=True)
class Stored:
    """One snapshot of the log; every method sees the same moment."""

    def shards(self) -> list[Iterator[Row]]:
        """The rows of each shard, ordered by their number in it."""
        return [self._rows(shard) for shard in range(SHARDS)]

    def problems(self) -> Iterator[Problem]:
        """What is wrong between the tables, beside what the chains show."""
        with _streaming(_LOOSE, []) as rows:
            for (event,) in rows:
                yield Problem("was put in without a link in any chain", event=event)
        with _streaming(_STRAY, [SHARDS - 1]) as rows:
            for event, shard, seq in rows:
                yield Problem("is in a shard that does not exist", event=event, shard=shard, shard_seq=seq)
        with _streaming(_TEXTS, None) as rows:
            for event, payload, what in rows:
                yield Problem(f"{what} (payload {payload})", event=event)
        with connection.cursor() as cursor:
            cursor.execute(_HEADS, [SHARDS - 1])
            for shard, seq, last, same in cursor.fetchall():
                if seq is None:
                    yield Problem("the head of this shard was removed", shard=shard)
                elif seq != (last or 0) or (last is not None and not same):
                    yield Problem(
                        f"the head stands at {seq} and the chain ends at {last or 0}: the end was removed or changed",
                        shard=shard,
                    )

    def noted_checkpoint(self) -> int:
        """The number of the newest checkpoint the database knows of, 0 when there is none."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM audit_checkpoint ORDER BY id DESC LIMIT 1")
            row = cursor.fetchone()
        return int(row[0]) if row else 0

    def _rows(self, shard: int) -> Iterator[Row]:
        with _streaming(_ROWS, [shard]) as rows:
            for number, seq, prev_hash, link_hash, event_id, *fields in rows:
                event = None if fields[0] is None else Event(*fields)
                yield Row(Link(number, seq, bytes(prev_hash), bytes(link_hash)), event_id, event)


@contextmanager
def snapshot() -> Iterator[Stored]:
    """Open the log as it is at this moment; nothing that happens meanwhile is seen. Not within a transaction."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield Stored()


def export(stored: Stored, out: TextIO) -> int:
    """Write the log as JSON Lines, a header and then each event with its link, shard after shard; returns how many.

    An event that is missing or has no link cannot be written; the verifier then finds the gap.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT shard, count(*) FROM audit_link GROUP BY shard")
        sizes = dict(cursor.fetchall())
    header = {
        "format": EXPORT_FORMAT,
        "checkpoint": stored.noted_checkpoint(),
        "shards": [sizes.get(shard, 0) for shard in range(SHARDS)],
    }
    out.write(canonical_json(header) + "\n")
    count = 0
    for rows in stored.shards():
        for row in rows:
            if row.event is not None:
                out.write(export_line(row.link, row.event) + "\n")
                count += 1
    return count


def export_line(link: Link, event: Event) -> str:
    """One event as a line of the export."""
    told: dict[str, Any] = {
        **event._asdict(),
        "at": event.at.isoformat(timespec="microseconds"),
        "shard": link.shard,
        "shard_seq": link.shard_seq,
        "prev_hash": link.prev_hash.hex(),
        "hash": link.hash.hex(),
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@contextmanager
def _streaming(query: str, values: list[Any] | None) -> Iterator[Iterator[tuple[Any, ...]]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, values)
        yield chain.from_iterable(iter(lambda: cursor.fetchmany(_CHUNK), []))
