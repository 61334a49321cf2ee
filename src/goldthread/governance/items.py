"""What may stand on a board's list, each by a number that is always the same for it: a figure that changed, a recommendation off its track.
What quality and learning put there is in ``learned_items``. ``agendas.toml`` says which reason counts on whose list, and what it weighs.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from goldthread.audit.canonical import canonical_json
from goldthread.governance import drawing, queries
from goldthread.governance.agendas import Agendas
from goldthread.governance.printed import STATES
from goldthread.governance.told import broken_told, series_told
from goldthread.improvement.queries import plan
from goldthread.improvement.told import Recommended, Reported

NAMED = uuid.UUID("5f2f0c0e-6a3d-5b55-9f6e-6c1d2f4b7a10")
NO_TEXT = "text to be entered by the force"


@dataclass
class Item:
    """A subject of a list while it is put together; ``reasons`` are codes with their words."""

    title: str
    words: str
    reasons: dict[str, str]
    known: tuple[tuple[str, str], ...]


def subject_of(kind: str, which: str | int) -> uuid.UUID:
    """Something as the subject of a line: a ``kind`` and which one of it."""
    return uuid.uuid5(NAMED, canonical_json([kind, which]))


def figure_subject(code: str) -> uuid.UUID:
    """A figure as the subject of a line."""
    return subject_of("series", code)


def recommendation_subject(number: int) -> uuid.UUID:
    """A recommendation as the subject of a line."""
    return subject_of("recommendation", number)


def of_figures(judged: Iterable[queries.Judged]) -> dict[uuid.UUID, Item]:
    """Every figure as it may stand on a list; without a reason where it shows no more than chance."""
    return {figure_subject(one.series.code): _figure(one) for one in judged}


def of_plan() -> dict[uuid.UUID, Item]:
    """Every recommendation as it may stand on a list; without a reason where it is on its track."""
    return {
        recommendation_subject(one.id): _recommendation(one, report)
        for report in plan().reports
        for one in report.recommendations
    }


def numbers(some: Iterable[Item], known: Agendas) -> tuple[tuple[str, str, int], ...]:
    """How many have each reason: code, what it is called, number; the weightiest first."""
    counted = Counter(reason for one in some for reason in one.reasons)
    return tuple((code, one.name, counted[code]) for code, one in known.reasons.items() if code in counted)


def title_of(one: Recommended, report: Reported) -> str:
    """What a recommendation is called."""
    return f"Recommendation {one.number}, {report.name}"


def figure_words(one: Recommended) -> str:
    """A recommendation's figure against its target, in words."""
    if one.figure is None:
        return "no figure is bound to it"
    known = [each for each in one.figure.values if each.share is not None]
    if not known:
        return f"{one.figure.name}: not known"
    return f"{one.figure.name}: {drawing.percent(known[-1].share)}, target {drawing.percent(one.figure.bound.target)}"


def _recommendation(one: Recommended, report: Reported) -> Item:
    reasons = {}
    if one.fell_back:
        reasons["fell_back"] = "re-opened: its figure fell back"
    if one.colour == "red":
        reasons["off_track"] = f"{one.colour_name}: {' '.join(one.reasons)}"
    known = (
        ("State", one.state.name),
        ("Reckoned", one.colour_name),
        ("Owner's view", one.view.rag if one.view else "not said"),
        ("Owner", one.owner.name if one.owner else "nobody"),
        ("Figure", figure_words(one)),
        ("Due", f"{one.due_on.day} {one.due_on:%b %Y}" if one.due_on else ""),
    )
    return Item(title_of(one, report), one.text or NO_TEXT, reasons, known)


def _figure(one: queries.Judged) -> Item:
    told = series_told(one)
    known = [each for each in told["values"] if each["share"] is not None]
    newest = known[-1] if known else None
    facts = (
        ("Newest", f"{drawing.percent(newest['share'])}, {drawing.day(newest['until'])}" if newest else ""),
        ("Limits", _limits(newest)),
        ("Values that share no cases", str(told["read"])),
    )
    ways: dict[str, list[str]] = {}
    for each in broken_told(one.chart.now, one.series.good):
        ways.setdefault(each["way"], []).append(each["word"])
    reasons = {way: f"{STATES[way]}: {', '.join(words)}" for way, words in ways.items()}
    return Item(one.series.name, STATES[one.state], reasons, facts)


def _limits(newest: Mapping[str, Any] | None) -> str:
    if newest is None or newest["lower"] is None:
        return "none yet"
    return f"{drawing.percent(newest['lower'])} to {drawing.percent(newest['upper'])}"
