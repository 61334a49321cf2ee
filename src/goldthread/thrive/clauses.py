"""A text cut into clauses: what an encoder reads one at a time, so that typing on changes only the last of them."""

import re

MOST = 28
"""Words of a clause: longer stretches are cut where a comma or a joining word stands, or after so many *(ours)*."""
FEWEST = 3
"""Words below which a piece goes with the one before it: *Yes.*, *No reply.* mean nothing by themselves *(ours)*."""
ROOM = 8
"""Words that a cut stretch has at least *(ours)*."""

_ENDS = re.compile(r"(?<=[.!?;])\s|\n|\s[-\u2013\u2014]{1,3}\s|\s/\s")  # each short, so that none is tried twice
_WORD = re.compile(r"\S+")
_JOINS = frozenset(["and", "but", "then", "so", "who", "which", "&", "because", "cos", "while", "when", "as"])

Place = tuple[int, int]


def clauses(text: str) -> list[Place]:
    """(start, end) of each clause of *text* in code points, in order, with every word in exactly one; linear in length."""
    places: list[Place] = []
    sizes: list[int] = []
    low = 0
    for high, after in [*((found.start(), found.end()) for found in _ENDS.finditer(text)), (len(text), len(text))]:
        words = [(found.start(), found.end()) for found in _WORD.finditer(text, low, high)]
        for first, last in _cut(text, words):
            piece = (words[first][0], words[last - 1][1])
            if places and last - first < FEWEST and sizes[-1] + last - first <= MOST:
                places[-1] = (places[-1][0], piece[1])
                sizes[-1] += last - first
            else:
                places.append(piece)
                sizes.append(last - first)
        low = after
    return places


def _cut(text: str, words: list[Place]) -> list[Place]:
    """(first, end) of the words of each piece."""
    pieces: list[Place] = []
    first = 0
    while first < len(words):
        last = min(first + MOST, len(words))
        if last < len(words):
            last = next((at for at in range(last - 1, first + ROOM - 1, -1) if _may_cut(text, words, at)), last)
        pieces.append((first, last))
        first = last
    return pieces


def _may_cut(text: str, words: list[Place], at: int) -> bool:
    """Whether the word at *at* may begin a piece."""
    return text[words[at - 1][1] - 1] in ",:" or text[slice(*words[at])].casefold() in _JOINS
