"""The record of the reader, put together from its configuration and from measured results: sections of names and texts.

The same is written to ``docs/atrs-record.md`` by ``python -m tools.atrs`` and shown by a running service, there with what it runs with.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Any

from goldthread.assessment.mode_rules import MODES
from goldthread.config import dated
from goldthread.response import unseen_rules
from goldthread.thrive import ENGINE, decide
from goldthread.thrive.reader import Reader
from goldthread.trials.late import late_after
from goldthread.trials.measured import (
    ALL,
    DOUBT,
    HARDER,
    PARTS,
    PRECISION,
    QUOTED,
    SPECIFICITY,
    WHOLE,
    Measured,
)

FORCE = "To be entered by the force."
MODEL = "model"


@dataclass(frozen=True)
class Item:
    """One field: its name, its text, and whether the force has something to enter there."""

    name: str
    text: str
    force: bool


@dataclass(frozen=True)
class Section:
    """A section of the record."""

    title: str
    items: tuple[Item, ...]


@lru_cache(maxsize=1)
def card() -> dict[str, Any]:
    """The shipped network's own card."""
    found: dict[str, Any] = json.loads(
        resources.files("goldthread.thrive").joinpath(MODEL, "card.json").read_text(encoding="utf-8")
    )
    return found


def facts(model: str | None, results: Measured, *, second: bool, day: date) -> dict[str, Any]:
    """What the texts name: configuration, and results as measured. ``model`` is the hash of the network that reads, None where none does;
    ``second`` whether the force has a second reader; rules are those in force on ``day``.
    """
    return {**_configured(model, second=second, day=day), **_found(results)}


def sections(known: dict[str, Any]) -> list[Section]:
    """Every section of the record with what is known filled in. Raises ``KeyError`` where a text names what is not known."""
    return [
        Section(
            one["title"],
            tuple(
                Item(row["name"], row["text"].format_map(known) if "text" in row else FORCE, bool(row.get("force")))
                for row in one["items"]
            ),
        )
        for one in dated.table("trials", "record.toml")["section"]
    ]


def unsure() -> list[str]:
    """The doubtful stretches of likelihood, one for each grade of typing, the best typed first."""
    return [f"{one['low']:.2f} to {one['high']:.2f}" for one in card()["unsure"]]


def _configured(model: str | None, *, second: bool, day: date) -> dict[str, Any]:
    network, made = card(), card()["made_from"]
    lexicon = _lexicon()
    rule, home = unseen_rules.on(day), resources.files("goldthread.thrive").joinpath(MODEL)
    return {
        "engine": ENGINE,
        "lexicon": lexicon.lexicon_hash,
        "cues": f"{len(lexicon.cues):,}",
        "wordings": f"{lexicon.wordings:,}",
        "model": model or "none: the full path is off here",
        "card": network["version"],
        "corpus": made["corpus"],
        "made_lexicon": made["lexicon"],
        "weights": made["weights"],
        "torch": made["torch"],
        **{name: made["training"][name] for name in ("rounds", "seed", "threads", "numbers")},
        "rates": " and ".join(f"{one:g}" for one in made["training"]["rates"]),
        "encoder_mb": round(len(home.joinpath("encoder.onnx").read_bytes()) / 1e6),
        "contact_mb": round(len(home.joinpath("contact.onnx").read_bytes()) / 1e6),
        "pool_mb": round(len(home.joinpath("pool.onnx").read_bytes()) / 1e6),
        "most_tokens": network["most_tokens"],
        "threshold": f"{network['at_risk']:.2f}",
        "fast_threshold": f"{decide.AT_RISK:.2f}",
        "unsure": ", ".join(unsure()) + " (the better typed first)",
        "long_clauses": network["long"]["clauses"],
        "long": f"{network['long']['low']:.2f} to {network['long']['high']:.2f}",
        "modes": "; ".join(words[0].lower() + words[1:] for _, words in MODES),
        "rescue_minutes": f"{rule.after.total_seconds() / 60:g}",
        "rescue_levels": " or ".join(sorted(rule.levels, key=decide.rank, reverse=True)),
        "late_seconds": f"{late_after(day).total_seconds():g}",
        "second": "one is set up" if second else "none is set up",
        "second_sent": ", but to the force's own second reader" if second else "",
    }


@lru_cache(maxsize=1)
def _lexicon() -> Reader:
    return Reader()


def _found(results: Measured) -> dict[str, Any]:
    fast, long, words = "reader, fast path (lexicon alone)", "among routine entries: 30", "words to a machine "
    lost = [
        results.cell(HARDER, f"{words}{where}: lost, of the risky found") for where in ("behind", "before", "inside")
    ]
    return {
        "logs": f"{results.logs:,}",
        "risky": f"{results.risky:,}",
        "recall": results.cell(ALL, "all"),
        "specificity": results.cell(ALL, "all", SPECIFICITY),
        "precision": results.cell(ALL, "all", PRECISION),
        "fast_recall": results.cell(PARTS, fast),
        "fast_specificity": results.cell(PARTS, fast, SPECIFICITY),
        "keywords": results.cell(PARTS, "key words"),
        "brier": results.brier,
        "brier_same": results.brier_same,
        "right_unsure": results.cell(WHOLE, "not sure: at risk right"),
        "right_sure": results.cell(WHOLE, "sure: at risk right"),
        "calls": results.cell(ALL, "channel 999"),
        "terse": results.cell(ALL, "hand v"),
        "among": f"recall {results.cell(HARDER, long)}",
        "level": results.cell(WHOLE, "level right, of those found"),
        "lower": results.cell(WHOLE, "level lower than labelled"),
        "missed_unsure": results.cell(DOUBT, "typed well", 1),
        "machine": ", ".join(lost[:-1]) + f" or {lost[-1]}",
        "cues_right": results.cell(QUOTED, "cues named that are theirs"),
    }
