"""What a reading adds to a row: one function from a text to its answer, the same for processes and for Spark."""

from __future__ import annotations

import gc
import json
from functools import lru_cache
from typing import Any

from goldthread.thrive import ENGINE
from goldthread.thrive.model import ModelError, load
from goldthread.thrive.reader import Reader
from goldthread.thrive.reading import Reading

COLUMNS: dict[str, type] = {
    "gt_child": str,
    "gt_at_risk": bool,
    "gt_probability": float,
    "gt_level": str,
    "gt_adult_vulnerability": bool,
    "gt_abstain": bool,
    "gt_cues": str,
    "gt_quotes": str,
    "gt_questions": str,
    "gt_findings": str,
    "gt_doubt": str,
    "gt_path": str,
    "gt_engine": str,
    "gt_lexicon": str,
    "gt_model": str,
    "gt_error": str,
}
"""What is added to a row, in order. The last says why a row was not read; all others are then empty."""
QUOTES = 3
"""Quotes shown to people who open the table; ``gt_findings`` holds every one."""

Answer = tuple[Any, ...]
"""A value or None for each of ``COLUMNS``."""


@lru_cache(maxsize=2)
def reader(path: str) -> Reader:
    """The reader of a *path* (fast or full), loaded once for a process. Raises LexiconError and ModelError."""
    loaded = Reader(None, load() if path == "full" else None)
    gc.freeze()  # it stays: looking through it for what could go took a twentieth of the time
    return loaded


def usable_path(wanted: str | None) -> tuple[str, str]:
    """The path to read by and, where it is not the one hoped for, why. Raises ModelError for *full* by name without a network."""
    if wanted is not None:
        reader(wanted)
        return wanted, ""
    try:
        reader("full")
    except ModelError as error:
        return "fast", f"Reading by lexicon and assertion only (--path fast): {error}."
    return "full", ""


def made_by(path: str) -> dict[str, str | None]:
    """What answers of this path depend on: engine, lexicon and network, each by its version or hash."""
    one = reader(path)
    return {"path": path, "engine": ENGINE, "lexicon": one.lexicon_hash, "model": one.model.hash if one.model else None}


def answer(text: str, path: str) -> Answer:
    """The answer for one log."""
    return _told(reader(path).read(text, path))


def unread(fault: str) -> Answer:
    """The answer for a row that cannot be read, with the reason."""
    return (*[None] * (len(COLUMNS) - 1), fault)


def _told(reading: Reading) -> Answer:
    counted = [finding for finding in reading.findings if finding.score > 0 and not finding.unasked]
    return (
        reading.child,
        reading.at_risk,
        reading.probability,
        reading.level,
        reading.adult_vulnerability,
        reading.abstain,
        " ".join(sorted({finding.cue for finding in counted})),
        _quotes([(finding.score, finding.quote) for finding in counted]),
        " | ".join(reading.questions),
        json.dumps([finding.to_json() for finding in reading.findings]),
        reading.reason or reading.doubt or None,
        reading.path,
        reading.engine,
        reading.lexicon,
        reading.model,
        None,
    )


def _quotes(scored: list[tuple[float, str]]) -> str:
    """The strongest quotes, each once and on one line. Their marks also keep a spreadsheet from taking one for a formula."""
    strongest = sorted(scored, key=lambda one: -one[0])
    told = dict.fromkeys(" ".join(quote.split()) for _, quote in strongest)
    return " ".join(f"“{quote}”" for quote in list(told)[:QUOTES])
