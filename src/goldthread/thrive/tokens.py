"""Words with exact offsets: a text is folded without moving a character, so that every match can quote the original."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from itertools import accumulate

APOSTROPHES = "'’‘‛ʼʹ`´＇\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Signs dropped inside a word: apostrophes of every keyboard, soft hyphens and zero-width marks."""

_WORD = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}]+[^\W_]+)*")
_DROP = re.compile(rf"[{APOSTROPHES}]+")
# A full stop ends a sentence only before a space, so that 15.10 and e-mail addresses stay whole; a row of dots in a
# typed log is a pause. Common abbreviations are swallowed by the first branch.
_BREAK = re.compile(
    r"\b(?:mr|mrs|ms|dr|st|rd|approx|nxt|tel|ext|e\.g|i\.e)\.(?=\s)"
    r"|\.\.+"
    r"|([.!?]+[\"')\]’”]*(?=\s|$)|[;\n\r\u2028\u2029•|]|\s[/–—]\s)"
)
_FOLD_LIMIT = 8192


class _Fold(dict[int, str | int]):
    """Translation table filled as characters are met: one character in, one out, so that offsets never move."""

    def __missing__(self, code: int) -> str | int:
        folded: str | int = code
        if code > 127:
            base = unicodedata.normalize("NFKD", chr(code))
            plain = "".join(sign for sign in base if not unicodedata.combining(sign))
            if len(plain) == 1:
                folded = plain
        if len(self) < _FOLD_LIMIT:
            self[code] = folded
        return folded


_FOLD = _Fold()


def fold(text: str) -> str:
    """Lower-case, unaccented copy of *text* with the same length; characters that would grow are left as they are."""
    if not text.isascii():
        text = text.translate(_FOLD)
        lowered = text.lower()
        if len(lowered) != len(text):
            lowered = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
        return lowered
    return text.lower()


def normalise(phrase: str) -> list[str]:
    """The words of a short *phrase* as the matcher sees them: folded, apostrophes dropped."""
    return [_DROP.sub("", word) for word in _WORD.findall(fold(phrase))]


class Text:
    """A text cut into words. Word *i* is ``words[i]``; in the original it lies at ``starts[i]:ends[i]`` (code points).

    ``norm`` is the words joined by single spaces with a space at both ends; word *i* begins in it at ``places[i]``.
    """

    __slots__ = ("_breaks", "_index", "ends", "folded", "norm", "original", "places", "starts", "words")

    def __init__(self, original: str) -> None:
        self.original = original
        self.folded = folded = fold(original)
        spans = [match.span() for match in _WORD.finditer(folded)]
        self.starts = [span[0] for span in spans]
        self.ends = [span[1] for span in spans]
        words = [folded[start:end] for start, end in spans]
        if not folded.isascii() or "'" in folded or "`" in folded:
            words = [word if word.isalnum() else _DROP.sub("", word) for word in words]
        self._breaks: list[int] | None = None
        self.replace_words(words)

    def replace_words(self, words: list[str]) -> None:
        """Set the words as matched (same number of words); used once at the start and once after typo repair."""
        self.words = words
        self.norm = f" {' '.join(words)} "
        self.places = list(accumulate(map(len, words), lambda place, size: place + size + 1, initial=1))
        self._index: dict[int, int] | None = None

    def word_at(self, place: int) -> int:
        """Index of the word that begins at offset *place* of ``norm``."""
        if self._index is None:
            self._index = dict(zip(self.places, range(len(self.places)), strict=True))
        return self._index[place]

    def word_of_offset(self, offset: int) -> int:
        """Index of the first word that ends after the original's *offset*; the number of words if there is none."""
        return bisect_right(self.ends, offset)

    @property
    def breaks(self) -> list[int]:
        """Word indexes at which a new sentence begins, in order."""
        if self._breaks is None:
            starts = self.starts
            self._breaks = sorted(
                {bisect_left(starts, match.end()) for match in _BREAK.finditer(self.folded) if match.group(1)}
            )
        return self._breaks

    def sentence(self, word: int) -> tuple[int, int]:
        """First word and end (exclusive) of the sentence that holds *word*."""
        breaks = self.breaks
        place = bisect_right(breaks, word)
        return (breaks[place - 1] if place else 0, breaks[place] if place < len(breaks) else len(self.words))

    def in_one_sentence(self, start: int, end: int) -> bool:
        """Whether words *start* to *end* (exclusive) hold no sentence break."""
        breaks = self.breaks
        return bisect_right(breaks, start) == bisect_right(breaks, end - 1)

    def between(self, left: int, right: int) -> str:
        """The folded characters between word *left* and word *right*, signs included."""
        return self.folded[self.ends[left] : self.starts[right]]
