"""The corpus as it is written: loaded, divided into parts, and checked.

``corpus/GUIDE.md`` says what the labels mean. Logs and clauses lie in one file for each hand that wrote them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent / "corpus"
LEVELS = ("none", "low", "medium", "high", "immediate")
CHILD = ("no", "implied", "yes")
CHANNELS = ("999", "101", "online", "partner", "officer", "child")
ASSERTIONS = ("affirmed", "negated", "historical", "hypothetical", "uncertain", "other-subject")
STANDING = ("affirmed", "hypothetical", "uncertain")
"""Assertions of which a span counts as its cue."""
NO_CUE = "none"
"""Marks words that look like a cue and are none."""
CUES = (
    "da-child", "missing", "care", "exploitation-sexual", "exploitation-criminal", "physical", "neglect", "sexual", "online",
    "not-seen", "parent-crisis", "pre-birth", "infant", "honour", "suspect-child", "self-harm", "risk-person", "repeat",
    "background", "professional", "third-party", "other-agency", "masked", "companion", "carer-not-seen", "imminent", "death",
    "abduction", "position-of-trust", "trafficking", "implied-child",
)  # fmt: skip
KEPT_APART = ("t", "u", "v")
"""Hands that wrote after the others, and apart from them: the test part, never trained on and never tuned to."""
TUNE = 15
"""Of a hundred scenario families of the other hands, those that are tuned to and not trained on."""
SHARED = {"logs": 7, "clauses": 5}
"""Words in a row from which two texts are near each other."""
LONGEST, SHORTEST = {"logs": 460, "clauses": 40}, {"logs": 3, "clauses": 2}
"""Words of a text."""


@dataclass(frozen=True)
class Span:
    """Words that carry a cue, or look as if: ``text[start:end] == quote``, in Unicode code points."""

    cue: str
    start: int
    end: int
    quote: str
    assertion: str


@dataclass(frozen=True)
class Log:
    """One contact, and what an expert reads in it."""

    id: str
    hand: str
    voice: str
    family: str
    channel: str
    region: str
    text: str
    child: str
    at_risk: bool
    level: str
    adult_vulnerability: bool
    oblique: bool
    spans: tuple[Span, ...]
    why: str

    @property
    def part(self) -> str:
        """*train*, *tune* or *test*."""
        return part(self.hand, self.family)


@dataclass(frozen=True)
class Clause:
    """One sentence or part of one, with one span, and what a careful supervisor would make of it by itself."""

    id: str
    hand: str
    text: str
    child: str
    at_risk: bool
    span: Span
    # Labelled after the network was trained, and not trained on: no part of what the corpus's digest stands for.
    level: str = field(repr=False)
    adult_vulnerability: bool = field(repr=False)

    @property
    def part(self) -> str:
        """*train*, *tune* or *test*."""
        return part(self.hand, self.id)


def part(hand: str, family: str) -> str:
    """Where a text belongs: by who wrote it, and by its scenario family, so that no family of a hand lies in two parts."""
    if hand in KEPT_APART:
        return "test"
    number = int.from_bytes(hashlib.sha256(f"{hand} {family}".encode()).digest()[:4], "big")
    return "tune" if number % 100 < TUNE else "train"


@lru_cache(maxsize=1)
def logs() -> tuple[Log, ...]:
    """Every log, in order of hand and writing."""
    return tuple(
        Log(hand=hand, spans=tuple(Span(**one) for one in row.pop("spans")), **row) for hand, row in _rows("logs")
    )


@lru_cache(maxsize=1)
def clauses() -> tuple[Clause, ...]:
    """Every clause, in order of hand and writing."""
    return tuple(Clause(hand=hand, span=Span(**row.pop("span")), **row) for hand, row in _rows("clauses"))


def second_reading(of: str = "logs") -> dict[str, dict[str, Any]]:
    """What a second reader made of some logs or clauses, who saw the guide and the texts and no label: by their identity.

    Of a clause they saw which words the first had marked, and named the cue and the assertion of those; its level and adult
    a third reader named, who saw the text alone.
    """
    name = "second-reading.jsonl" if of == "logs" else "second-reading-clauses.jsonl"
    lines = (HOME / name).read_text(encoding="utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def _rows(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((HOME / kind).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)


def digest() -> str:
    """The hash of every log and clause that is trained on or tuned to, as the model's card names it."""
    fitted = [one for one in logs() if one.part != "test"], [one for one in clauses() if one.part != "test"]
    return hashlib.sha256(repr(fitted).encode()).hexdigest()[:16]


def faults() -> list[str]:
    """What is wrong with the corpus, in sentences; empty where nothing is."""
    found = [f"{one.id}: {fault}" for one in logs() for fault in _log_faults(one)]
    found += [f"{one.id}: {fault}" for one in clauses() for fault in _clause_faults(one)]
    names = Counter([one.id for one in logs()] + [one.id for one in clauses()])
    found += [f"{name} stands {count} times" for name, count in names.items() if count > 1]
    pairs = [*near(logs(), SHARED["logs"]), *near(clauses(), SHARED["clauses"])]
    found += [f"{one} is near {other}: {words!r}" for one, other, words in pairs]
    return found


def _log_faults(one: Log) -> Iterator[str]:
    yield from _known(one.child, CHILD)
    yield from _known(one.level, LEVELS)
    yield from _known(one.channel, CHANNELS)
    yield from _length("logs", one.text)
    yield from _level(one)
    if one.at_risk and one.child == "no":
        yield "at risk without a child"
    if one.at_risk and not one.spans:
        yield "at risk without the words that carry it"
    for span in one.spans:
        yield from _span_faults(one.text, span)


def _level(one: Log | Clause) -> Iterator[str]:
    if one.at_risk != (one.level != "none") and one.level != "low":
        yield f"at risk is {one.at_risk}, and the level is {one.level}"
    if one.at_risk and one.level == "none":
        yield "at risk with no level"


def _clause_faults(one: Clause) -> Iterator[str]:
    yield from _known(one.child, CHILD)
    yield from _known(one.level, LEVELS)
    yield from _length("clauses", one.text)
    yield from _level(one)
    yield from _span_faults(one.text, one.span)


def _span_faults(text: str, span: Span) -> Iterator[str]:
    yield from _known(span.cue, (*CUES, NO_CUE))
    yield from _known(span.assertion, ASSERTIONS)
    if not span.quote.strip() or text[span.start : span.end] != span.quote:
        yield f"the quote does not stand where it says: {span.quote!r}"


def _known(value: str, values: Iterable[str]) -> Iterator[str]:
    if value not in values:
        yield f"unknown value {value!r}"


def _length(kind: str, text: str) -> Iterator[str]:
    count = len(text.split())
    if not SHORTEST[kind] <= count <= LONGEST[kind]:
        yield f"{count} words"


def near(texts: Iterable[Log | Clause], words: int) -> Iterator[tuple[str, str, str]]:
    """Pairs of texts that share so many words in a row, the later first, each pair once, with the words."""
    first: dict[str, str] = {}
    told: dict[str, set[str]] = defaultdict(set)
    for one in texts:
        said = re.findall(r"\w+", one.text.casefold())
        for at in range(len(said) - words + 1):
            run = " ".join(said[at : at + words])
            other = first.setdefault(run, one.id)
            if other != one.id and other not in told[one.id]:
                told[one.id].add(other)
                yield one.id, other, run
