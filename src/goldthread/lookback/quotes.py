"""The words a hit rests on: of records elsewhere as they were kept, of our own incidents from the entries themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from goldthread.assessment.models import Reading
from goldthread.assessment.reading import reader
from goldthread.audit.models import Payload
from goldthread.contact.models import Entry
from goldthread.lookback.models import Hit

AROUND = 160
"""Characters shown before and after a quote of an incident of ours, as many as are kept of records elsewhere."""
SET_ASIDE = {"negated", "historical", "other-subject"}


@dataclass(frozen=True)
class Quote:
    """Words with what the reader takes them for: ``label`` and ``why`` of the cue, and how they are meant."""

    cue: str
    label: str
    why: str
    critical: bool
    quote: str
    before: str
    after: str
    assertion: str

    @property
    def set_aside(self) -> bool:
        """Whether they are said not to be so, to be past, or of somebody else."""
        return self.assertion in SET_ASIDE


@dataclass(frozen=True)
class Said:
    """The quotes of one hit, those that stand first; ``kept`` the rest of its text, ``erased`` what stands where it was."""

    quotes: tuple[Quote, ...]
    kept: dict[str, Any]
    erased: str = ""


def said_by(hits: Sequence[Hit]) -> dict[int, Said]:
    """What each of these hits rests on, by the hit's key, in a fixed number of questions to the database."""
    texts = Payload.objects.select_related("erasure").in_bulk([one.said_id for one in hits if one.said_id])
    ours = [one for one in hits if one.reading_id]
    readings = Reading.objects.in_bulk([one.reading_id for one in ours])
    wanted = {(reading.incident_id, finding["entry"]) for reading in readings.values() for finding in reading.findings}
    entries = {
        (one.incident_id, one.seq): one.text
        for one in Entry.objects.filter(
            incident__in={incident for incident, _seq in wanted}, seq__in={seq for _incident, seq in wanted}
        ).select_related("text__erasure")
    }
    cues = {one.code: one for one in reader().cues}
    made: dict[int, Said] = {}
    for hit in hits:
        if hit.reading_id:
            made[hit.pk] = _ours(readings[hit.reading_id], entries, cues)
        else:
            made[hit.pk] = _elsewhere(texts[hit.said_id], cues)
    return made


def _elsewhere(text: Payload, cues: dict[str, Any]) -> Said:
    if text.erased_at is not None:
        return Said((), {}, text.shown())
    kept = json.loads(text.text)
    quotes = [_quote(one, cues, one["quote"], one["before"], one["after"]) for one in kept["quotes"]]
    return Said(_ordered(quotes), kept)


def _ours(reading: Reading, entries: dict[Any, Payload | None], cues: dict[str, Any]) -> Said:
    quotes: list[Quote] = []
    erased = ""
    for one in sorted(reading.findings, key=lambda found: -found["score"]):
        text = entries.get((reading.incident_id, one["entry"]))
        if text is None or text.erased_at is not None:
            erased = text.shown() if text is not None else erased
            continue
        start, end = one["start"], one["end"]
        before, after = text.text[max(start - AROUND, 0) : start], text.text[end : end + AROUND]
        quotes.append(_quote(one, cues, text.text[start:end], before, after))
    return Said(_ordered(quotes), {}, erased)


def _quote(found: dict[str, Any], cues: dict[str, Any], quote: str, before: str, after: str) -> Quote:
    cue = cues.get(found["cue"])
    return Quote(
        cue=found["cue"],
        label=cue.label if cue else found["cue"],
        why=cue.why if cue else "",
        critical=bool(cue and cue.critical),
        quote=quote,
        before=before,
        after=after,
        assertion=found["assertion"],
    )


def _ordered(quotes: list[Quote]) -> tuple[Quote, ...]:
    """Those that stand before those set aside, danger to life first; otherwise as the reader weighs them."""
    return tuple(sorted(dict.fromkeys(quotes), key=lambda one: (one.set_aside, not one.critical)))
