"""The words a hit rests on: of records elsewhere as they were kept, of our own incidents from the entries themselves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
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
    """Words with what the reader takes them for: ``label`` and ``why`` of the cue, and how they are meant.

    ``place`` is the entry they stand in, 0 for a record elsewhere, and the offset of their first character there; None
    where that is not known.
    """

    cue: str
    label: str
    why: str
    critical: bool
    quote: str
    before: str
    after: str
    assertion: str
    place: tuple[int, int] | None = None

    @property
    def set_aside(self) -> bool:
        """Whether they are said not to be so, to be past, or of somebody else."""
        return self.assertion in SET_ASIDE


@dataclass(frozen=True)
class Passage:
    """Words that stand together, once, with every quote in them: ``pieces`` are texts with whether they are quoted."""

    quotes: tuple[Quote, ...]
    pieces: tuple[tuple[str, bool], ...]
    cut_before: bool
    cut_after: bool


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
    quotes = [
        _quote(one, cues, one["quote"], one["before"], one["after"], None if one["at"] is None else (0, one["at"]))
        for one in kept["quotes"]
    ]
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
        quotes.append(_quote(one, cues, text.text[start:end], before, after, (one["entry"], start)))
    return Said(_ordered(quotes), {}, erased)


def _quote(
    found: dict[str, Any], cues: dict[str, Any], quote: str, before: str, after: str, place: tuple[int, int] | None
) -> Quote:
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
        place=place,
    )


def _ordered(quotes: list[Quote]) -> tuple[Quote, ...]:
    """Those that stand before those set aside, danger to life first; otherwise as the reader weighs them."""
    return tuple(sorted(dict.fromkeys(quotes), key=lambda one: (one.set_aside, not one.critical)))


def passages(quotes: Sequence[Quote]) -> list[Passage]:
    """These quotes by the words around them: what overlaps, or is the same, is one passage, in the order of its first quote."""
    made: list[tuple[list[Quote], int, str]] = []  # quotes, offset of the first character, text
    for one in sorted(quotes, key=lambda one: one.place or (-1, 0)):
        text = one.before + one.quote + one.after
        entry, at = one.place or (-1, len(one.before))
        start = at - len(one.before)
        if made:
            held, begun, so_far = made[-1]
            over = begun + len(so_far) - start
            if (held[0].place or (-1, 0))[0] == entry and (over >= 0 if one.place else text == so_far):
                made[-1] = [*held, one], begun, so_far + text[over:]
                continue
        made.append(([one], start, text))
    rank = {id(one): at for at, one in enumerate(quotes)}
    parts = [(sorted(held, key=lambda one: rank[id(one)]), begun, text) for held, begun, text in made]
    return [_passage(held, begun, text) for held, begun, text in sorted(parts, key=lambda part: rank[id(part[0][0])])]


def _passage(quotes: list[Quote], begun: int, text: str) -> Passage:
    quoted = [False] * len(text)
    for one in quotes:
        at = one.place[1] - begun if one.place else len(one.before)
        quoted[at : at + len(one.quote)] = [True] * len(one.quote)
    pieces = [
        ("".join(char for char, _ in run), bool(key))
        for key, run in groupby(zip(text, quoted, strict=False), key=itemgetter(1))
    ]
    last = max(quotes, key=lambda one: one.place or (0, 0))
    return Passage(tuple(quotes), tuple(pieces), begun > 0, len(last.after) >= AROUND)
