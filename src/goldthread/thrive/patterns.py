"""The wording language: parse a practitioner's wording and expand it into runs of words and built-in lists.

The signs are described for their authors in ``lexicon/README.md``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from goldthread.thrive.tokens import normalise

BUILT_IN = ("child_age", "infant_age", "adult_age", "older_age", "elderly_age", "number")
"""Lists that the reader finds by itself (ages.py)."""
GAPS = {"..": 4, "....": 10}
"""How many other words a gap may hold."""
LITERALS_PER_SLOT = 96
"""A run with more expansions than this is cut into adjacent slots, so that the automaton stays small."""
MAX_EXPANSIONS = 4000
MAX_VARIANTS = 64

_SIGN = re.compile(r"\s*(\{[^{}]*\}|\.{2,}|[()\[\]|{}]|[^\s()\[\]{}|.]+|\.)")

Atoms = tuple[str, ...]
"""A run of words; a built-in list stands in it as ``{name}``."""
Expansions = dict[Atoms, bool]
"""Each run with whether it speaks of a child (it came through a list whose name begins with ``child``)."""


class WordingError(ValueError):
    """A wording that cannot be read; the message says why in plain words."""


@dataclass(frozen=True, slots=True)
class Word:
    text: str


@dataclass(frozen=True, slots=True)
class Named:
    name: str


@dataclass(frozen=True, slots=True)
class Gap:
    size: int


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[tuple["Item", ...], ...]
    optional: bool


Item = Word | Named | Gap | Choice


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to match: ``slots[i]`` is followed by at most ``gaps[i]`` other words, then ``slots[i + 1]``."""

    slots: tuple[Expansions, ...]
    gaps: tuple[int, ...]


def parse(wording: str) -> tuple[Item, ...]:
    """The items of *wording*. Raises WordingError for a malformed one."""
    signs = _SIGN.findall(wording)
    items, rest = _sequence(signs, 0, closing="")
    if rest != len(signs):
        raise WordingError(f"{signs[rest]!r} without its opening sign")
    if not items:
        raise WordingError("the wording is empty")
    return items


def _sequence(signs: list[str], place: int, closing: str) -> tuple[tuple[Item, ...], int]:
    items: list[Item] = []
    while place < len(signs):
        sign = signs[place]
        if sign in ")]" or (sign == "|" and closing):
            break
        if sign == "|":
            raise WordingError("'|' outside brackets")
        if sign in "([":
            choice, place = _choice(signs, place)
            items.append(choice)
            continue
        if sign in "{}":
            raise WordingError(f"unmatched {sign!r}")
        if sign.startswith("{"):
            items.append(Named(sign[1:-1].strip()))
        elif sign in GAPS:
            items.append(Gap(GAPS[sign]))
        elif sign.startswith(".."):
            raise WordingError(f"{sign!r} is not a gap: use '..' or '....'")
        else:
            items.extend(_words(sign))
        place += 1
    return tuple(items), place


@lru_cache(maxsize=20_000)
def _words(sign: str) -> tuple[Word, ...]:
    """The words of *sign* as the matcher sees them; most signs come often."""
    return tuple(Word(word) for word in normalise(sign))


def _choice(signs: list[str], place: int) -> tuple[Choice, int]:
    opening, closing = signs[place], ")" if signs[place] == "(" else "]"
    options: list[tuple[Item, ...]] = []
    while True:
        option, place = _sequence(signs, place + 1, closing)
        if place >= len(signs) or signs[place] not in ("|", closing):
            raise WordingError(f"{opening!r} is never closed by {closing!r}")
        if not option:
            raise WordingError("an empty alternative: use [a|b] for something that may be missing")
        options.append(option)
        if signs[place] == closing:
            return Choice(tuple(options), optional=opening == "["), place + 1


def expand(items: tuple[Item, ...], lists: Callable[[str], Expansions]) -> Expansions:
    """Every run of words that gapless *items* stand for. *lists* answers a list's expansions or raises WordingError."""
    if all(isinstance(item, Word) for item in items):
        return {tuple(item.text for item in items if isinstance(item, Word)): False}
    runs: Expansions = {(): False}
    for item in items:
        options = _options(item, lists)
        if len(runs) * len(options) > MAX_EXPANSIONS:
            raise WordingError(f"more than {MAX_EXPANSIONS} ways to read one run of words: split the wording")
        if len(options) == 1:
            ((more, flag),) = options.items()
            runs = {run + more: child or flag for run, child in runs.items()}
            continue
        grown: Expansions = {}
        for (run, child), (more, flag) in product(runs.items(), options.items()):
            joined = run + more
            grown[joined] = grown.get(joined, False) or child or flag
        runs = grown
    return runs


def _options(item: Item, lists: Callable[[str], Expansions]) -> Expansions:
    """The expansions of one item; the same list gives the same object, which the matcher relies on to save work."""
    match item:
        case Word(text):
            return {(text,): False}
        case Named(name):
            return lists(name)
        case Gap():
            raise WordingError("a gap is not allowed inside a list")
        case Choice(alternatives, optional):
            runs: Expansions = {(): False} if optional else {}
            for option in alternatives:
                if len(option) == 1 and isinstance(option[0], Word):
                    runs.setdefault((option[0].text,), False)
                    continue
                for run, child in expand(option, lists).items():
                    runs[run] = runs.get(run, False) or child
            return runs


def _holds_gap(item: Item) -> bool:
    return isinstance(item, Gap) or (
        isinstance(item, Choice) and any(_holds_gap(inner) for option in item.options for inner in option)
    )


def _without_inner_gaps(items: tuple[Item, ...]) -> list[tuple[Item, ...]]:
    """*items* with every choice that holds a gap replaced by each of its alternatives in turn."""
    readings: list[tuple[Item, ...]] = [()]
    for item in items:
        if isinstance(item, Choice) and _holds_gap(item):
            options = [inner for option in item.options for inner in _without_inner_gaps(option)]
            if item.optional:
                options.append(())
        else:
            options = [(item,)]
        readings = [reading + option for reading in readings for option in options]
        if len(readings) > MAX_VARIANTS:
            raise WordingError("too many alternatives that hold gaps: split the wording")
    return readings


def shapes(items: tuple[Item, ...], lists: Callable[[str], Expansions]) -> list[Shape]:
    """The ways to match *items*, each a sequence of slots. Raises WordingError where nothing could match."""
    found: list[Shape] = []
    for reading in _without_inner_gaps(items):
        pieces: list[tuple[Expansions, int]] = []
        for segment, gap in _segments(reading):
            chunks = _chunks(segment, lists)
            pieces.extend((chunk, 0) for chunk in chunks[:-1])
            if chunks:
                pieces.append((chunks[-1], gap))
        found.extend(_variants(pieces))
    if not found:
        raise WordingError("the wording could match no words at all")
    return found


def _segments(items: tuple[Item, ...]) -> list[tuple[tuple[Item, ...], int]]:
    """Gapless stretches of *items*, each with the gap that follows it (0 after the last)."""
    segments: list[tuple[tuple[Item, ...], int]] = []
    current: list[Item] = []
    for item in items:
        if isinstance(item, Gap):
            segments.append((tuple(current), item.size))
            current = []
        else:
            current.append(item)
    segments.append((tuple(current), 0))
    return segments


def _chunks(segment: tuple[Item, ...], lists: Callable[[str], Expansions]) -> list[Expansions]:
    """*segment* cut into adjacent slots, each small enough to be spelled out; a built-in list stands alone."""
    chunks: list[Expansions] = []
    current: Expansions | None = None
    for item in segment:
        options = _options(item, lists)
        # A long list is never joined to its neighbours, so only short ones need be searched for built-in lists.
        open_ended = len(options) > LITERALS_PER_SLOT or any(atom[0] == "{" for run in options for atom in run)
        if current is not None and not open_ended and len(current) * len(options) <= LITERALS_PER_SLOT:
            grown: Expansions = {}
            for (run, child), (more, flag) in product(current.items(), options.items()):
                grown[run + more] = grown.get(run + more, False) or child or flag
            current = grown
            continue
        if current is not None:
            chunks.append(current)
        current = options
        if open_ended:
            chunks.append(current)
            current = None
    if current is not None:
        chunks.append(current)
    return chunks


def _variants(pieces: list[tuple[Expansions, int]]) -> list[Shape]:
    """Shapes from *pieces*, where a piece that may be empty is once left out and once put in."""
    sequences: list[list[tuple[Expansions, int]]] = [[]]
    for runs, gap in pieces:
        full = {run: child for run, child in runs.items() if run} if () in runs else runs
        grown: list[list[tuple[Expansions, int]]] = []
        for sequence in sequences:
            if full:
                grown.append([*sequence, (full, gap)])
            if () in runs:
                # The piece is left out: the wider of the two gaps round it remains.
                kept = [*sequence[:-1], (sequence[-1][0], max(sequence[-1][1], gap))] if sequence else []
                grown.append(kept)
        sequences = grown
        if len(sequences) > MAX_VARIANTS:
            raise WordingError("too many parts that may be missing: split the wording")
    return [
        Shape(tuple(runs for runs, _ in sequence), tuple(gap for _, gap in sequence[:-1]))
        for sequence in sequences
        if sequence
    ]
