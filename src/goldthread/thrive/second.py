"""The port for a second reader: a model of the force's own that may add quoted findings, and never takes one away.

Off by default; no model is bundled. What it answers is trusted in nothing but this: a quote that stands in the words to the
letter, under a cue the lexicon knows. It cannot lower, close, or say that there is no risk, because nothing it could say so with is read.
"""

from __future__ import annotations

import json
import queue
import threading
import urllib.error
import urllib.request
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Protocol

from goldthread.thrive.reading import Finding, Reading

RULE = "second-reader"
MOST = 20
"""Findings taken from one answer, in the order given *(ours)*."""
LONGEST_ANSWER = 256 * 1024
"""Bytes of an answer that are read."""
LONGEST_QUOTE = 400
"""Characters of a quote: a whole text quoted back says nothing *(ours)*."""
SCORE = 0.4
"""How far a finding of it counts: it wants an answer from a person, and decides nothing *(ours)*."""


class SecondReaderError(RuntimeError):
    """It did not answer in time, or not in a form that can be read; the message says which and holds no word of the text."""


class SecondReader(Protocol):
    """Whoever reads after the reader: words in, (cue, quote) pairs out."""

    def suggest(self, text: str) -> list[tuple[str, str]]:
        """Suggestions for *text*. Raises ``SecondReaderError``."""
        ...


@dataclass(frozen=True)
class OverHttp:
    """A second reader behind an address of the force's own network.

    Posts ``{"text": ...}`` and reads ``{"findings": [{"cue": ..., "quote": ...}]}``. ``seconds`` bounds the whole wait.
    """

    address: str
    seconds: float

    def suggest(self, text: str) -> list[tuple[str, str]]:
        """Suggestions for *text*, as far as the answer can be read. Raises ``SecondReaderError``."""
        # A server that answers byte by byte would hold any socket's own time limit open for ever.
        box: queue.SimpleQueue[list[tuple[str, str]] | SecondReaderError] = queue.SimpleQueue()
        threading.Thread(target=self._ask, args=(text, box), daemon=True).start()
        try:
            found = box.get(timeout=self.seconds)
        except queue.Empty:
            raise SecondReaderError("no answer in time") from None
        if isinstance(found, SecondReaderError):
            raise found
        return found

    def _ask(self, text: str, box: queue.SimpleQueue[list[tuple[str, str]] | SecondReaderError]) -> None:
        try:
            box.put(self._answer(text))
        except SecondReaderError as error:
            box.put(error)

    def _answer(self, text: str) -> list[tuple[str, str]]:
        asked = urllib.request.Request(  # noqa: S310 - the address is a setting of the force, checked at the start
            self.address, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=self.seconds) as answer:  # noqa: S310
                body = answer.read(LONGEST_ANSWER + 1)
        except (OSError, urllib.error.URLError, ValueError) as error:
            raise SecondReaderError(f"no answer ({type(error).__name__})") from None
        if len(body) > LONGEST_ANSWER:
            raise SecondReaderError("the answer is too long")
        try:
            given: Any = json.loads(body)
            findings = given["findings"]
            return [(one["cue"], one["quote"]) for one in findings if _readable(one)]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise SecondReaderError("the answer cannot be read") from None


def _readable(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("cue"), str) and isinstance(one.get("quote"), str)


def added(reading: Reading, text: str, reader: SecondReader, cues: Collection[str]) -> Reading:
    """*reading* with what the second reader adds. Raises ``SecondReaderError`` where it gave no answer; the reading then stands.

    A quote that is not in *text* to the letter, is blank, too long, or under an unknown cue is dropped; so is one that lies
    in a finding of the same cue.
    """
    kept = list(reading.findings)
    for cue, quote in reader.suggest(text)[:MOST]:
        start = text.find(quote) if quote.strip() and len(quote) <= LONGEST_QUOTE else -1
        if start < 0 or cue not in cues:
            continue
        end = start + len(quote)
        if any(one.cue == cue and one.start <= start and end <= one.end for one in kept):
            continue
        kept.append(Finding(cue, start, end, quote, "uncertain", ("risk",), SCORE, RULE, "low", critical=False))
    kept.sort(key=lambda one: (one.start, one.end, one.cue))
    return replace(reading, findings=tuple(kept))
