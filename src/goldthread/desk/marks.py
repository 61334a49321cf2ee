"""Marks in the words: from a stored reading to pieces of text that a template can walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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


def marks_of(findings: list[dict[str, Any]], texts: dict[int, str], reader: Reader) -> list[Mark]:
    """Every finding of a reading whose entry's text is at hand; ``texts`` maps sequence numbers to texts."""
    found = []
    for one in findings:
        text = texts.get(one["entry"])
        if text is None:
            continue
        found.append(_mark(one, text[one["start"] : one["end"]], reader))
    return found


def _mark(one: dict[str, Any], quote: str, reader: Reader) -> Mark:
    known = {cue.code: cue for cue in reader.cues}.get(one["cue"])
    critical = bool(known and known.critical)
    return Mark(
        entry=one["entry"],
        start=one["start"],
        end=one["end"],
        quote=quote,
        cue=one["cue"],
        # A cue that a later lexicon no longer has keeps its code: what was shown stays readable.
        label=known.label if known else one["cue"],
        why=known.why if known else "",
        question=reader.question(one["cue"], one["rule"]) if known else "",
        assertion=one["assertion"],
        said_as=ASSERTIONS.get(one["assertion"], one["assertion"]),
        score=float(one["score"]),
        stands=one["assertion"] in STANDING or critical,
        critical=critical,
    )


def pieces(text: str, marks: list[Mark]) -> list[Piece]:
    """The text cut into plain runs and marked ones; joined again the pieces are the text, to the letter.

    Marks that overlap make one run, so that words stay whole for the eye and for those who hear them read.
    """
    runs: list[tuple[int, int, list[Mark]]] = []
    for mark in sorted(marks, key=lambda one: (one.start, -one.end)):
        if runs and mark.start < runs[-1][1]:
            start, end, joined = runs[-1]
            runs[-1] = (start, max(end, mark.end), [*joined, mark])
        else:
            runs.append((mark.start, mark.end, [mark]))
    found, at = [], 0
    for start, end, joined in runs:
        found += [Piece(text[at:start], ()), Piece(text[start:end], tuple(joined))]
        at = end
    return [piece for piece in [*found, Piece(text[at:], ())] if piece.text]
