"""What two texts differ in, word by word, so that a reader sees what a new version changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORDS = re.compile(r"\s+|[^\s]+")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 3_000
"""Beyond so many words in either text, whole lines are compared: each word with each other would be waited for *(ours)*."""


@dataclass(frozen=True)
class Part:
    """A stretch of text that is the ``same`` in both, ``new``, or ``gone``."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """Both texts as one: what stayed, what went and what came, in reading order; what went stands before what came."""
    if before == after:
        return [Part("same", after)] if after else []
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        old, new = _LINES.findall(before), _LINES.findall(after)
    parts: list[Part] = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(Part("same", "".join(new[begin:end])))
            continue
        if first < last:
            parts.append(Part("gone", "".join(old[first:last])))
        if begin < end:
            parts.append(Part("new", "".join(new[begin:end])))
    return parts
