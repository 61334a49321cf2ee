"""Earlier contacts about the same people, place or number as evidence: what only shows when they are laid side by side.

Pure: earlier contacts in, sentences out, each with the quotes it rests on. A sentence adds; nothing here lowers anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.thrive.decide import LEVEL_FROM, rank
from goldthread.thrive.reading import Finding, Reading
from goldthread.thrive.seen import says_seen

OFTEN, MONTH = 3, timedelta(days=30)
"""Contacts, the present one counted, and the time, from which repetition is told (3 in 30 days)."""
CONCERNS, QUARTER = 3, timedelta(days=90)
"""Concerns of low or medium level in that time that together are one (three below the threshold in 90 days)."""
SAME = 2
"""Contacts besides the present one in which the same cue makes a pattern *(ours)*."""
YEAR = timedelta(days=365)
MOST_QUOTED = 4
"""Earlier contacts quoted for one sentence, the newest first *(ours)*."""

SHARED = {"phone": " from this number", "place": " about this place"}
"""How it is told that contacts have something in common."""

_ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier contact: what it is called, when it came, its words, what the reader made of them, whether the record says
    that a child was seen, and what it has in common with the present one: keys of ``SHARED``, and any others."""

    name: str
    at: datetime
    text: str
    reading: Reading
    seen: bool = False
    shares: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of an earlier contact: ``quote == text[start:end]`` of that contact, in Unicode code points."""

    name: str
    at: datetime
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Cumulative:
    """What the contacts say together: a code (*often*, *unseen*, *pattern*, *rising*, *together*), a sentence, its grounds."""

    code: str
    say: str
    rests_on: tuple[Quoted, ...]


def cumulative(
    now: datetime, reading: Reading, text: str, earlier: Sequence[Earlier], *, seen: bool = False
) -> tuple[Cumulative, ...]:
    """What the present *reading* of *text* and *earlier* contacts of the last year say together, the gravest first.

    *seen*: the present record says that a child was seen. Contacts later than *now* and older than a year are left out; the
    order of *earlier* is of no matter.
    """
    known = sorted((one for one in earlier if now - YEAR <= one.at <= now), key=lambda one: (one.at, one.name))
    if not known:
        return ()
    found = [
        *_rising(known, reading),
        *_unseen(known, reading, seen=seen or says_seen(text)),
        *_pattern(known, reading),
    ]
    found += [*_together(now, known, reading), *_often(now, known)]
    return tuple(found)


def _often(now: datetime, known: Sequence[Earlier]) -> list[Cumulative]:
    recent = [one for one in known if now - one.at <= MONTH]
    count = len(recent) + 1
    if count < OFTEN:
        return []
    nth = _ORDINALS[count] if count < len(_ORDINALS) else f"Number {count}"
    risky = sum(one.reading.at_risk for one in recent)
    common = frozenset.intersection(*(one.shares for one in recent))
    same = next((words for what, words in SHARED.items() if what in common), "")
    told = f"; a child at risk was read in {_number(risky)} of the {_number(len(recent))} before" if risky else ""
    return [Cumulative("often", f"{nth} contact{same} in {MONTH.days} days{told}.", _quotes(recent))]


def _unseen(known: Sequence[Earlier], reading: Reading, *, seen: bool) -> list[Cumulative]:
    with_child = [one for one in known if one.reading.child != "no"]
    if not with_child or (len(with_child) < OFTEN - 1 and not any(one.reading.at_risk for one in with_child)):
        return []
    if seen or any(one.seen or says_seen(one.text) for one in with_child):
        return []
    count = len(with_child) + (reading.child != "no")
    return [
        Cumulative(
            "unseen",
            f"A child is spoken of in {_number(count)} contact{'s' if count > 1 else ''}, and in none is it said or recorded that anybody saw the child.",
            _quotes(with_child),
        )
    ]


def _pattern(known: Sequence[Earlier], reading: Reading) -> list[Cumulative]:
    here = {one.cue for one in reading.findings if one.score >= LEVEL_FROM}
    by_cue: dict[str, list[tuple[Earlier, Finding]]] = defaultdict(list)
    for one in known:
        best: dict[str, Finding] = {}
        for finding in one.reading.findings:
            if finding.cue in here and finding.score >= LEVEL_FROM:
                best[finding.cue] = max(best.get(finding.cue, finding), finding, key=lambda each: each.score)
        for cue, finding in best.items():
            by_cue[cue].append((one, finding))
    found = []
    for cue, pairs in sorted(by_cue.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(pairs) >= SAME:
            quotes = tuple(_quoted(one, finding) for one, finding in reversed(pairs[-MOST_QUOTED:]))
            found.append(
                Cumulative("pattern", f"The same told in {_number(len(pairs) + 1)} contacts: {{{cue}}}.", quotes)
            )
    return found


def _together(now: datetime, known: Sequence[Earlier], reading: Reading) -> list[Cumulative]:
    below = [one for one in known if now - one.at <= QUARTER and one.reading.level in ("low", "medium")]
    count = len(below) + (reading.level in ("low", "medium"))
    if count < CONCERNS:
        return []
    say = f"{_number(count).capitalize()} concerns below high in {QUARTER.days} days: together they are one that somebody must look at."
    return [Cumulative("together", say, _quotes(below))]


def _rising(known: Sequence[Earlier], reading: Reading) -> list[Cumulative]:
    before = max((one.reading.level for one in known), key=rank)
    if before == "none" or rank(reading.level) <= rank(before):
        return []
    return [
        Cumulative(
            "rising", f"Graver than any contact before: {before} at most then, {reading.level} now.", _quotes(known)
        )
    ]


def _quotes(contacts: Sequence[Earlier]) -> tuple[Quoted, ...]:
    """The weightiest words of each, the newest contact first; nothing of one in which nothing was found."""
    found = []
    for one in reversed(contacts):
        counted = [finding for finding in one.reading.findings if finding.score > 0]
        if counted:
            found.append(_quoted(one, max(counted, key=lambda finding: (finding.score, -finding.start))))
    return tuple(found[:MOST_QUOTED])


def _quoted(one: Earlier, finding: Finding) -> Quoted:
    return Quoted(one.name, one.at, finding.start, finding.end, one.text[finding.start : finding.end])


def _number(count: int) -> str:
    words = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[count] if count < len(words) else str(count)
