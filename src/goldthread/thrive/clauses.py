"""A text cut into clauses: what an encoder reads one at a time, so that typing on changes only the last of them.

Who spoke and when ("[02:00:07] CALLER:", "Entry 12:", "14/03 02:15 PC 4417 -") is in no clause: it says nothing of a child, and
beside the words it makes others of them.
"""

import re

MOST = 28
"""Words of a clause: longer stretches are cut where a comma or a joining word stands, or after so many *(ours)*."""
FEWEST = 3
"""Words below which a piece goes with the one before it: *Yes.*, *No reply.* mean nothing by themselves *(ours)*."""
ROOM = 8
"""Words that a cut stretch has at least *(ours)*."""

_ENDS = r"(?<=[.!?;])\s|\n+|\s[-\u2013\u2014]{1,3}\s|\s/\s"  # each short, so that none is tried twice
_SIGN = r"[ \t]{0,2}[:>|\u2013\u2014-]"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:[ \t]?(?:hrs?|am|pm|h)\b)?"
_DATE = r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?)"
_CLOCK = rf"(?:{_TIME}|{_DATE}[T ,]{{1,2}}(?:{_TIME}|\d{{4}}\b))"
_STAMP = rf"(?:\[[ \t]?{_CLOCK}[ \t]?\]|\([ \t]?{_CLOCK}[ \t]?\))"
_ROLE = r"(?:caller|clr|operator|opr?|call[ -]?taker|call[ -]?handler|handler|dispatcher|dispatch|informant|inft|rp|advis[eo]r)(?:[ \t]?\d)?"
_UNIT = r"(?-i:(?:PC|PCSO|WPC|PS|DC|DS|SGT|Sgt|INSP|Insp)[ \t]?\d{1,6}|(?!YR|AGE|NO)[A-Z]{2,4}-?\d{2,4})"
_ENTRY = (
    r"(?:entry|log|update|line|msg|message|event)[ \t]{0,2}#?\d{1,5}"
    rf"(?:[ \t](?:mon|tue|wed|thu|fri|sat|sun)[a-z]{{0,6}})?(?:[ \t](?:\d{{4}}|{_TIME}))?{_SIGN}"
)
_LABEL = rf"(?:{_ROLE}|[COQA])[ \t]?[:>](?!\S)"
_ALOUD = r"(?:CALLER|Caller|OPERATOR|Operator|OP)"
_CALLED = rf"[ \t]{{0,2}}(?:(?:{_LABEL}|(?:{_ROLE}|{_UNIT}){_SIGN}(?!\S))|[:>|\u2013\u2014-](?!\S))?"
_BEGINS = r"(?:^|(?<=\n)|(?<=[.!?;]\s)|(?<=\s[-\u2013\u2014/]\s))[ \t]{0,8}"
_AT_LINE = r"(?:^|(?<=\n))[ \t]{0,8}"
_BEFORE = (
    rf"{_BEGINS}(?:{_ENTRY}[ \t]{{0,2}})?(?:{_STAMP}{_CALLED}|{_LABEL}|{_CLOCK}[ \t]{{1,2}}(?:{_LABEL}|(?:{_ROLE}|{_UNIT}){_SIGN}(?!\S)))"
    rf"|{_BEGINS}{_ENTRY}|{_AT_LINE}(?:{_CLOCK}{_CALLED}|(?:PC|PCSO|PS)[ \t]?\d{{1,6}}[:>])(?!\S)"
    rf"|(?<=\s)(?-i:{_STAMP}[ \t]{{0,2}}(?:{_ALOUD}|[COQA])[ \t]?[:>](?!\S)|{_STAMP}|(?:{_ALOUD}|[CO])[:>](?!\S))"
)
_PARTS = re.compile(rf"(?P<before>{_BEFORE})[ \t]{{0,3}}|{_ENDS}", re.IGNORECASE)
"""Where a clause ends, and what stands before one and is in none. All repeats are bounded, so that hostile text stays linear."""
_ENDS_ALONE = re.compile(_ENDS)
_WORD = re.compile(r"\S+")
_JOINS = frozenset(["and", "but", "then", "so", "who", "which", "&", "because", "cos", "while", "when", "as"])

Place = tuple[int, int]


def clauses(text: str) -> list[Place]:
    """(start, end) of each clause of *text* in code points, in order; linear in length.

    Every word is in exactly one, but who spoke and when, which is in none unless nothing else is there.
    """
    return _clauses(text, _PARTS) or _clauses(text, _ENDS_ALONE)


def _clauses(text: str, parts: re.Pattern[str]) -> list[Place]:
    places: list[Place] = []
    sizes: list[int] = []
    low = 0
    labelled = False
    ends = [(found.start(), found.end(), found.lastgroup == "before") for found in parts.finditer(text)]
    for high, after, before in [*ends, (len(text), len(text), False)]:
        words = [(found.start(), found.end()) for found in _WORD.finditer(text, low, high)] if low < high else []
        for first, last in _cut(text, words):
            piece = (words[first][0], words[last - 1][1])
            if places and not labelled and last - first < FEWEST and sizes[-1] + last - first <= MOST:
                places[-1] = (places[-1][0], piece[1])
                sizes[-1] += last - first
            else:
                places.append(piece)
                sizes.append(last - first)
            labelled = False
        labelled = labelled or before
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
