"""What a coaching note needs: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Iterable

from goldthread.config.errors import Invalid
from goldthread.response.request_rules import LONGEST_WORDS

SHORTEST_QUOTE = 3
"""Characters of a quote at least, so that it is words and not a letter *(ours)*."""


def located(quote: str, said: Iterable[tuple[int, str]]) -> tuple[int, int, int]:
    """Where the quote stands, to the letter, in what was said: entry, start and end. Raises ``Invalid`` where it does not."""
    wanted = quote.replace("\x00", "").strip()
    if len(wanted) < SHORTEST_QUOTE:
        raise Invalid({"quote": "Choose words of the record that the note is about."})
    for entry, text in said:
        for one in (wanted, wanted.replace("\r\n", "\n")):  # a browser sends line ends its own way
            if (at := text.find(one)) >= 0:
                return entry, at, at + len(one)
    raise Invalid(
        {"quote": "These words are not in the record as they stand here. Choose them under Said; nothing was kept."}
    )


def says(good: str, better: str) -> tuple[str, str]:
    """What was good and what to try, one of them at least. Raises ``Invalid``."""
    kept = [one.replace("\x00", "").strip() for one in (good, better)]
    if not any(kept):
        raise Invalid({"good": "Write what was good, or what to try."})
    for name, words in zip(("good", "better"), kept, strict=True):
        _short(name, words)
    return kept[0], kept[1]


def answer(words: str) -> str:
    """The answer as it will be kept. Raises ``Invalid`` for none, or too much."""
    kept = words.replace("\x00", "").strip()
    if not kept:
        raise Invalid({"words": "Write your answer, or leave the page: nothing is owed."})
    _short("words", kept)
    return kept


def _short(name: str, words: str) -> None:
    if len(words) > LONGEST_WORDS:
        raise Invalid({name: f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
