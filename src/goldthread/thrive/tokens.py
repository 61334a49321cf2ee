"""Words with exact offsets: a text is folded without moving a character, so that every match can quote the original."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from itertools import accumulate, compress, count, pairwise
from operator import add

APOSTROPHES = "'’‘‛ʼʹ`´＇\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Signs dropped inside a word: apostrophes of every keyboard, soft hyphens and zero-width marks."""

# A sentence ends at a full stop only before a space (and signs that close a quotation), so that 15.10 and e-mail addresses
# stay whole; at a stroke or dash only between spaces.
_SENTENCE_END = re.compile(
    r"""
    [.!?;\n\r\u2028\u2029•|/–—]
    (?: (?<=[;\n\r\u2028\u2029•|])
      | (?<=[.!?]) (?= ["')\]’”]{0,3} (?:\s|\Z) | ["')\]’”]{4} )
      | (?<=\s[/–—]) (?=\s|\Z) )""",
    re.VERBOSE,
)
_ABBREVIATIONS = frozenset({"mr", "mrs", "ms", "dr", "st", "rd", "approx", "nxt", "tel", "ext"})
_DIGITS = re.compile("[0-9]+")
_EDGE = re.compile(r"(?<=\s)'|'(?=\s)")
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


class _Separate(dict[int, str | int]):
    """Translation table from folded characters to letters, digits, apostrophes and spaces."""

    def __missing__(self, code: int) -> str | int:
        sign = chr(code)
        plain: str | int = "'" if sign in APOSTROPHES else code if sign.isalnum() else " "
        if len(self) < _FOLD_LIMIT:
            self[code] = plain
        return plain


_FOLD = _Fold()
_SEPARATE = _Separate()
# Filled now, so that plain ASCII never meets a missing entry.
_ASCII = {code: _SEPARATE[code] for code in range(128)}


def fold(text: str) -> str:
    """Lower-case, unaccented copy of *text* with the same length; characters that would grow are left as they are."""
    if text.isascii():
        return text.lower()
    text = text.translate(_FOLD)
    lowered = text.lower()
    if len(lowered) != len(text):
        lowered = "".join(low if len(low := sign.lower()) == 1 else sign for sign in text)
    return lowered


def _plain(folded: str) -> str:
    """*folded* with every sign but an apostrophe inside a word turned into a space; the same length."""
    plain = folded.translate(_ASCII if folded.isascii() else _SEPARATE)
    if " '" in plain or "' " in plain or plain[:1] == "'" or plain[-1:] == "'":
        plain = _EDGE.sub(" ", f" {plain} ")
        # A row of apostrophes loses one at each end in a pass; what is left is dropped with those inside words.
        plain = plain[1:-1]
    return plain


def normalise(phrase: str) -> list[str]:
    """The words of a short *phrase* as the matcher sees them: folded, apostrophes dropped."""
    return [word for raw in _plain(fold(phrase)).split() if (word := raw.replace("'", ""))]


class Text:
    """A text cut into words. Word *i* is ``words[i]``; in the original it lies at ``starts[i]:ends[i]`` (code points).

    ``sentences`` holds (first word, end word) pairs that cover all words in order; ``breaks`` the words that begin one.
    ``words`` may be replaced by as many others, once typing slips are mended; ``forms`` holds each of them once.
    """

    __slots__ = ("_figures", "_sentences", "breaks", "ends", "folded", "forms", "original", "plain", "starts", "words")

    def __init__(self, original: str) -> None:
        self.original = original
        self.folded = folded = fold(original)
        self.plain = plain = _plain(folded)
        pieces = plain.split(" ")
        # Done by iterators rather than by a loop: this runs for every word of every log.
        starts = list(compress(map(add, accumulate(map(len, pieces), initial=0), count()), pieces))
        words = list(filter(None, pieces))
        ends = list(map(add, starts, map(len, words)))
        if "'" in plain:
            words = [word.replace("'", "") if "'" in word else word for word in words]
            if "" in words:
                starts, ends = list(compress(starts, words)), list(compress(ends, words))
                words = list(filter(None, words))
        self.starts, self.ends = starts, ends
        self._figures: list[int] | None = None
        self._sentences: list[tuple[int, int]] | None = None
        self.breaks = _breaks(folded, starts, words)
        self.words = words
        self.forms = set(words)

    @property
    def sentences(self) -> list[tuple[int, int]]:
        if self._sentences is None:
            edges = [0, *self.breaks, len(self.words)]
            self._sentences = [pair for pair in pairwise(edges) if pair[0] < pair[1]]
        return self._sentences

    @property
    def figures(self) -> list[int]:
        """Indexes of the words that hold a digit, in order."""
        if self._figures is None:
            starts = self.starts
            places = [bisect_right(starts, match.start()) - 1 for match in _DIGITS.finditer(self.plain)]
            self._figures = list(dict.fromkeys(places))
        return self._figures

    def word_of_offset(self, offset: int) -> int:
        """Index of the first word that ends after the original's *offset*; the number of words if there is none."""
        return bisect_right(self.ends, offset)

    def sentence_number(self, word: int) -> int:
        """Index in ``sentences`` of the one that holds *word*."""
        return bisect_right(self.breaks, word)

    def sentence(self, word: int) -> tuple[int, int]:
        """First word and end (exclusive) of the sentence that holds *word*."""
        breaks = self.breaks
        number = bisect_right(breaks, word)
        return breaks[number - 1] if number else 0, breaks[number] if number < len(breaks) else len(self.words)

    def between(self, left: int, right: int) -> str:
        """The folded characters between word *left* and word *right*, signs included."""
        return self.folded[self.ends[left] : self.starts[right]]


def _breaks(folded: str, starts: list[int], words: list[str]) -> list[int]:
    """Word indexes at which a new sentence begins, in order."""
    breaks: list[int] = []
    last, total = 0, len(words)
    for match in _SENTENCE_END.finditer(folded):
        place = match.start()
        word = bisect_left(starts, place)
        if last < word < total and not (
            folded[place] == "." and (words[word - 1] in _ABBREVIATIONS or folded[place - 1] == ".")
        ):
            breaks.append(word)
            last = word
    return breaks
