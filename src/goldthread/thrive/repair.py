"""Typing slips, mended only toward words of the lexicon: "strangeld" is read as "strangled", the quote stays as typed.

Only longer words that no list knows are looked at, a known English word is never touched, and the number looked at in one
text is bounded.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from rapidfuzz.distance import OSA

from goldthread.thrive.tokens import Text

KNOWN_WORDS = Path(__file__).parent / "known_words.txt"
SHORTEST = 5
"""Words under five letters are too near to too many others."""
TWO_SLIPS_FROM = 8
"""From eight letters on, two slips still leave the word plain."""
MOST_PER_TEXT = 200
_CACHE_LIMIT = 50_000


@cache
def known_words() -> frozenset[str]:
    """Common English words of five letters and more, which are never taken for a slip."""
    return frozenset(KNOWN_WORDS.read_text(encoding="utf-8").split())


class Repair:
    """Mends slips toward *targets* (the lexicon's words). Threads may share it: its cache only ever gains equal answers."""

    def __init__(self, targets: Iterable[str]) -> None:
        words = frozenset(targets)
        self._vocabulary = words | known_words()
        self._near: dict[tuple[str, int], list[str]] = {}
        for word in sorted(words):
            if len(word) >= SHORTEST and word.isalpha():
                self._near.setdefault((word[0], len(word)), []).append(word)
        self._cache: dict[str, str] = {}

    @property
    def vocabulary(self) -> frozenset[str]:
        """The lexicon's words and common English ones: whatever is never taken for a slip."""
        return self._vocabulary

    def mend(self, text: Text) -> None:
        """Replace the words of *text* that are slips of a lexicon word; offsets stay those of the original."""
        strange = [word for word in text.forms - self._vocabulary if SHORTEST <= len(word) <= 24 and word.isalpha()]
        if not strange:
            return
        if len(strange) > MOST_PER_TEXT:
            strange = sorted(strange)[:MOST_PER_TEXT]
        mended = {word: better for word in strange if (better := self._better(word)) != word}
        if mended:
            text.words = [
                mended[word] if word in mended and not _named(text, place) else word
                for place, word in enumerate(text.words)
            ]
            text.forms = set(text.words)

    def _better(self, word: str) -> str:
        known = self._cache.get(word)
        if known is not None:
            return known
        slips = 2 if len(word) >= TWO_SLIPS_FROM else 1
        best, least = word, slips + 1
        for size in range(len(word) - slips, len(word) + slips + 1):
            for target in self._near.get((word[0], size), ()):
                if len(target) < TWO_SLIPS_FROM and least <= 1:
                    continue
                distance = OSA.distance(word, target, score_cutoff=least - 1)
                if distance < least and (distance == 1 or len(target) >= TWO_SLIPS_FROM) and _is_slip(word, target):
                    best, least = target, distance
        if len(self._cache) < _CACHE_LIMIT:
            self._cache[word] = best
        return best


def _is_slip(word: str, target: str) -> bool:
    """Whether the difference is of the kind fingers make: letters swapped, left out or struck twice inside the word.

    One letter in place of another, or another ending, is far more often another word: painted, pointed; chase, chased.
    """
    changed = Counter(word)
    changed.subtract(target)
    only_moved = sum(map(abs, changed.values())) == abs(len(word) - len(target))
    return only_moved and (len(word) == len(target) or (word[-1] == target[-1] and word[:2] == target[:2]))


def _named(text: Text, place: int) -> bool:
    """Whether the word is written as a name: a capital inside a sentence, with small letters after it."""
    head = text.original[text.starts[place] : text.starts[place] + 2]
    return head[:1].isupper() and head[1:].islower() and text.sentence(place)[0] != place
