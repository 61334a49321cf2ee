"""Runs of words found in one automaton pass. A text is passed as marks, one character for each word.

Marks are quick to cut, to compare and to remember, and they keep nothing of a word that stands in no run.
"""

from collections.abc import Iterable
from itertools import repeat
from typing import Any

from ahocorasick_rs import AhoCorasick

UNKNOWN = "\0"
"""The mark of every word that stands in no run."""
MOST_SENTENCES, LONGEST_SENTENCE = 20_000, 100
"""Sentences remembered in a process, and words of the longest of them, so that what is remembered stays small."""


class Runs:
    """Finds *runs* of words, each known by its place among them. Immutable, so threads may share it."""

    def __init__(self, runs: Iterable[tuple[str, ...]]) -> None:
        listed = list(runs)
        vocabulary = sorted({word for run in listed for word in run})
        self._marks = {word: _mark(number) for number, word in enumerate(vocabulary)}
        self._patterns = [self.marks(run) for run in listed]
        self._automaton = _automaton(self._patterns)

    def __getstate__(self) -> dict[str, Any]:
        """All but the automaton, which is made anew."""
        return {name: value for name, value in vars(self).items() if name != "_automaton"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _automaton=_automaton(state["_patterns"]))

    def marks(self, words: Iterable[str]) -> str:
        """The mark of each of *words*."""
        return "".join(map(self._marks.get, words, repeat(UNKNOWN)))

    def find(self, marks: str) -> list[tuple[int, int, int]]:
        """(run, first word, end word) of every run in *marks*, ordered by end."""
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(marks, overlapping=True)
        return found


def _automaton(patterns: list[str]) -> AhoCorasick:
    return AhoCorasick(patterns, store_patterns=False)


def _mark(number: int) -> str:
    """The character for word *number* of a vocabulary: never ``UNKNOWN``, never half of a surrogate pair."""
    return chr(number + 1 if number < 0xD7FF else number + 0x801)
