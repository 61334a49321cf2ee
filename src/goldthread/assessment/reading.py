"""From an incident's words to a stored reading: the seam between the record and the reader."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings

from goldthread.assessment import aside
from goldthread.config.logs import log
from goldthread.config.upward import ServiceStarts, listen
from goldthread.thrive.lexicon import Cue, LexiconError
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Reading as Findings
from goldthread.thrive.second import OverHttp, SecondReaderError, added

KEPT = ("cue", "assertion", "elements", "score")
BETWEEN = "\n"
"""What stands between two entries in the text that is read; the reader never joins words across it."""


@dataclass(frozen=True)
class Said:
    """One entry's words as they are read: its sequence number and its text."""

    seq: int
    text: str


class NoReader(Reader):
    """Stands in where the reader cannot be loaded: it reads nothing, and names what was found before by its codes."""

    def __init__(self) -> None:
        self.model = None

    @property
    def cues(self) -> tuple[Cue, ...]:
        return ()

    def question(self, code: str, wording: str) -> str:  # noqa: ARG002 - nothing is asked of what is not known
        return ""

    def read(self, original: str, path: str = "fast") -> Findings:  # noqa: ARG002
        raise LexiconError("the reader could not be loaded")


@lru_cache(maxsize=1)
def _loaded() -> Reader:
    from goldthread.thrive.model import ModelError  # what it runs on takes half a second that not every command needs
    from goldthread.thrive.model import load as load_model

    try:
        return Reader(model=load_model())
    except ModelError as error:
        log().error("the full path is off", error=str(error))
        return Reader()


def reader() -> Reader:
    """The process's reader, its lexicon loaded once; a ``NoReader`` while it cannot be, since pages must open."""
    try:
        return _loaded()
    except Exception as error:  # noqa: BLE001 - whatever stops the reader stops nothing else
        log().error("the reader could not be loaded", error=type(error).__name__)
        return NoReader()


def reads_fully() -> bool:
    """Whether this process can read on the full path; where it cannot the fast one stands, and every screen says so."""
    return reader().model is not None


def load_again() -> None:
    """Forget the reader, so that it is loaded anew: what kept its network from loading may be over."""
    _loaded.cache_clear()


@listen(ServiceStarts)
def load(_: ServiceStarts) -> None:
    """Load the reader before the first words come."""
    reader()


def found_in(text: str, path: str, *, alone: bool = False) -> dict[str, Any]:
    """What the reader finds in *text*, as JSON; on the fast path where the full one is off. ``alone``: no second reader is asked."""
    reading = reader().read(text, path if reads_fully() else "fast")
    return (_read_again(reading, text) if path == "full" and not alone else reading).to_json()


def found_in_full(text: str) -> dict[str, Any]:
    """What the reader alone finds on the full path: a second one is never asked while somebody types.

    Raises ``ValueError`` where the full path is off.
    """
    return reader().read(text, "full").to_json()


def found_at_a_pause(text: str) -> dict[str, Any]:
    """The full reading where it is there by now, else the first look; its *look* says what follows, see ``noticing``."""
    if not reads_fully():
        return found_in(text, "fast")
    where = settings.ENV.reading_socket
    if where is None:
        return found_in_full(text)
    try:
        found = aside.ask(where, text)
    except aside.AsideError as error:
        log().error("the full reading is off", error=str(error))
        return {**found_in(text, "fast"), "look": "off"}
    return {**found_in(text, "fast"), "look": "first"} if found is None else found


def read(said: list[Said], path: str = "fast", *, alone: bool = False) -> dict[str, Any]:
    """The values of a ``Reading`` for these entries together, on that path; on the fast one where the full one is off.

    At a *pause* of typing nothing is waited for, see ``found_at_a_pause``; that is no reading to be stored. The reader
    advises; when it fails the work goes on: the answer is then a reading whose state is *down*, which counts as a child
    possibly involved and is told on every screen. ``alone``: without what the force's second reader would add.
    """
    starts, text = _joined(said)
    began = time.perf_counter()
    try:
        found = found_at_a_pause(text) if path == "pause" else found_in(text, path, alone=alone)
        findings = [_placed(one, said, starts) for one in found["findings"]]
    except Exception as error:  # noqa: BLE001 - nothing the reader does may lose the words
        log().error("the reader failed", error=type(error).__name__)
        return {"state": "down", "took_ms": (time.perf_counter() - began) * 1000}
    return {
        "state": "read",
        "engine": found["engine"],
        "path": found["path"],
        "lexicon": found["lexicon"],
        "model": found["model"],
        "child": found["child"],
        "at_risk": found["at_risk"],
        "probability": found["probability"],
        "level": found["level"],
        "adult_vulnerability": found["adult_vulnerability"],
        "abstain": found["abstain"],
        "why_abstained": str(found.get("reason") or "")[:200],
        "doubt": str(found.get("doubt") or "")[:200],
        "findings": findings,
        "questions": found["questions"],
        "took_ms": found["took_ms"],
        **({"look": found["look"]} if "look" in found else {}),
    }


def _read_again(reading: Findings, text: str) -> Findings:
    """The reading with what the force's second reader adds, where there is one and it answers in time."""
    env = settings.ENV
    if not env.second_reader:
        return reading
    try:
        asked = OverHttp(env.second_reader, env.second_reader_seconds)
        return added(reading, text, asked, {one.code for one in reader().cues})
    except SecondReaderError as error:
        log().warning("the second reader did not answer", part="assessment", error=str(error))
        return reading


def _joined(said: list[Said]) -> tuple[list[int], str]:
    starts, at = [], 0
    for one in said:
        starts.append(at)
        at += len(one.text) + len(BETWEEN)
    return starts, BETWEEN.join(one.text for one in said)


def _placed(finding: dict[str, Any], said: list[Said], starts: list[int]) -> dict[str, Any]:
    """The finding with its entry and the offsets in that entry; a quote ends at the latest with its entry."""
    index = bisect_right(starts, finding["start"]) - 1
    start = finding["start"] - starts[index]
    end = min(finding["end"] - starts[index], len(said[index].text))
    kept: dict[str, Any] = {key: finding[key] for key in KEPT}
    return {**kept, "rule": finding.get("rule", ""), "entry": said[index].seq, "start": start, "end": end}
