"""Marks in the words: from a stored reading to pieces of text that a template can walk."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from goldthread.assessment.models import Reading
    from goldthread.thrive.reader import Reader

ASSERTIONS = {
    "affirmed": "",
    "negated": "said not to be so",
    "historical": "in the past",
    "hypothetical": "threatened or possible",
    "uncertain": "uncertain",
    "other-subject": "about somebody else",
}
STANDING = {"affirmed", "hypothetical", "uncertain"}
"""Assertions that want an answer from the person; the rest are shown pale."""


@dataclass(frozen=True)
class Mark:
    """One finding as shown: where it stands, what it is, why it matters and what to ask."""

    entry: int
    start: int
    end: int
    quote: str
    cue: str
    label: str
    why: str
    question: str
    assertion: str
    said_as: str
    score: float
    stands: bool
    critical: bool


@dataclass(frozen=True)
class Piece:
    """A run of an entry's text and the marks on it; no marks means plain text."""

    text: str
    marks: tuple[Mark, ...]

    @property
    def said_as(self) -> str:
        """The marks in words, for those who do not see them."""
        return "; ".join(f"{mark.label}{', ' + mark.said_as if mark.said_as else ''}" for mark in self.marks)

    @property
    def stands(self) -> bool:
        """Whether any mark on this run wants an answer."""
        return any(mark.stands for mark in self.marks)


def marks_of(reading: Reading, texts: dict[int, str], reader: Reader) -> list[Mark]:
    """Every finding of a reading whose entry's text is at hand; ``texts`` maps sequence numbers to texts."""
    found = []
    for one in reading.findings:
        text = texts.get(one["entry"])
        if text is None:
            continue
        cue = reader.cue(one["cue"])
        found.append(
            Mark(
                entry=one["entry"],
                start=one["start"],
                end=one["end"],
                quote=text[one["start"] : one["end"]],
                cue=one["cue"],
                label=cue.label if cue else one["cue"],
                why=cue.why if cue else "",
                question=cue.question if cue else "",
                assertion=one["assertion"],
                said_as=ASSERTIONS.get(one["assertion"], one["assertion"]),
                score=float(one["score"]),
                stands=one["assertion"] in STANDING or bool(cue and cue.critical),
                critical=bool(cue and cue.critical),
            )
        )
    return found


def pieces(text: str, marks: list[Mark]) -> list[Piece]:
    """The text cut where marks begin and end; joined again the pieces are the text, to the letter."""
    cuts = sorted({0, len(text), *(mark.start for mark in marks), *(mark.end for mark in marks)})
    return [
        Piece(text[start:end], tuple(mark for mark in marks if mark.start < end and mark.end > start))
        for start, end in pairwise(cuts)
        if start < end
    ]
