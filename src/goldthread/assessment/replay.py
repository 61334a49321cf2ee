"""Stored advice made again from the stored words, on the path on which it was made, and laid beside what was stored."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from goldthread.assessment import replay_rules as rules
from goldthread.assessment.holding import HELD, held
from goldthread.assessment.models import Reading
from goldthread.assessment.reading import NoReader, Said, read, reader, reads_fully
from goldthread.assessment.replay_rules import Replayed, Versions
from goldthread.clocks.local import LONDON
from goldthread.thrive import ENGINE

SAID = """
SELECT entry.incident_id, entry.seq, kept.text, kept.erased_at
FROM contact_entry AS entry JOIN audit_payload AS kept ON kept.id = entry.text_id
WHERE entry.incident_id = ANY(%s) AND entry.kind = 'words' AND entry.source <> 'system' ORDER BY entry.incident_id, entry.seq
"""
FIELDS = (*rules.VALUES, "probability", "findings", "questions")
Words = dict[uuid.UUID, list[tuple[Said, datetime | None]]]


def replayed(readings: Sequence[Reading]) -> list[Replayed]:
    """What becomes of each of these readings when it is made again here and now, in their order. Nothing is written.

    Each has its ``entry`` at hand. A second reader is not asked: words leave no machine for a replay.
    """
    words = _words({one.incident_id for one in readings})
    done: dict[int, Replayed] = {}
    return [_once(one, words[one.incident_id], done) for one in readings]


def versions(path: str) -> Versions | None:
    """What a reading would be made with now, on that path; None where nothing can be read at all."""
    found = reader()
    if isinstance(found, NoReader):
        return None
    return Versions(ENGINE, found.lexicon_hash, found.model.hash if path == "full" and found.model else None)


def _words(incidents: Collection[uuid.UUID]) -> Words:
    """What was said in each, in order, with the time at which it was erased."""
    found: Words = {one: [] for one in incidents}
    with connection.cursor() as cursor:
        cursor.execute(SAID, [list(incidents)])
        for incident, seq, text, erased_at in cursor.fetchall():
            found[incident].append((Said(seq, text), erased_at))
    return found


def _once(reading: Reading, words: list[tuple[Said, datetime | None]], done: dict[int, Replayed]) -> Replayed:
    """The replay of a reading, kept in ``done``: many later ones may hold what it found."""
    if reading.pk not in done:
        done[reading.pk] = _again(reading, words, done)
    return done[reading.pk]


def _again(reading: Reading, words: list[tuple[Said, datetime | None]], done: dict[int, Replayed]) -> Replayed:
    if reading.state != "read":
        return rules.cannot(rules.OFF if reading.state == "off" else rules.DOWN)
    now = versions(reading.path)
    if now is None:
        return rules.cannot(rules.NO_READER)
    if reading.path == "full" and not reads_fully():
        return rules.cannot(rules.NO_NETWORK)
    if (other := rules.other_versions(Versions(reading.engine, reading.lexicon, reading.model), now)) is not None:
        return other
    up_to = [(one, erased_at) for one, erased_at in words if one.seq <= reading.entry.seq]
    # What was blank already when it was read is read as it was.
    gone = sum(erased_at is not None and erased_at > reading.at for _, erased_at in up_to)
    if gone:
        return rules.erased(gone, len(up_to))
    found = read([one for one, _ in up_to], reading.path, alone=True)
    if found["state"] != "read":
        return rules.cannot(rules.FAILED)
    before = _held_from(reading)
    if before is None:
        return rules.compared(_stored(reading), found)
    was = _once(before, words, done)
    at = f"{before.at.astimezone(LONDON):%-d %B %Y, %H:%M:%S}"
    if (why := rules.rests_on(was, at)) is not None:
        return why
    return rules.compared(_stored(reading), held(found, before, None), at)


def _held_from(reading: Reading) -> Reading | None:
    """The earlier reading whose findings stand in this one: the last full one before it, where this one says that it holds them."""
    if reading.doubt != HELD:
        return None
    before = Reading.objects.filter(incident=reading.incident_id, path="full", pk__lt=reading.pk)
    return before.select_related("entry").order_by("-pk").first()


def _stored(reading: Reading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in FIELDS}
