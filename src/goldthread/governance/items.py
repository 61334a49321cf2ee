"""What may stand on a board's list: a figure that changed, a recommendation off its track; each by a number that is always the same for it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from goldthread.audit.canonical import canonical_json
from goldthread.governance import drawing, queries
from goldthread.governance.printed import STATES
from goldthread.governance.told import broken_told, series_told
from goldthread.improvement.queries import plan
from goldthread.improvement.told import Recommended, Reported
from goldthread.measures.series import all_series

NAMED = uuid.UUID("5f2f0c0e-6a3d-5b55-9f6e-6c1d2f4b7a10")
NO_TEXT = "text to be entered by the force"
POINTS = {
    "late": 100.0, "fell_back": 90.0, "taken_up": 80.0, "off_track": 70.0, "worse": 60.0, "changed": 40.0, "unreached": 30.0, "better": 20.0,
}  # fmt: skip
"""What each reason weighs in the order of a list *(ours)*: what was promised and not done stands first."""
NAMES = {
    "late": "owed, and its time has passed",
    "fell_back": "re-opened: its figure fell back",
    "taken_up": "taken up by the board below",
    "off_track": "off its track",
    "worse": "changed for the worse",
    "changed": "changed",
    "unreached": "not reached before",
    "better": "changed for the better",
}


@dataclass
class Item:
    """A subject of a list while it is put together; ``reasons`` are codes with their words."""

    title: str
    words: str
    reasons: dict[str, str]
    known: tuple[tuple[str, str], ...]

    @property
    def points(self) -> float:
        """What its reasons weigh together."""
        return sum(POINTS[reason] for reason in self.reasons)


def figure_subject(code: str) -> uuid.UUID:
    """A figure as the subject of a line."""
    return uuid.uuid5(NAMED, canonical_json(["series", code]))


def recommendation_subject(number: int) -> uuid.UUID:
    """A recommendation as the subject of a line."""
    return uuid.uuid5(NAMED, canonical_json(["recommendation", number]))


def addresses(wanted: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The pages of those of these subjects that there still are. The plan is asked only where one is no figure."""
    found = {figure_subject(one.code): reverse("governance:series", args=[one.code]) for one in all_series()}
    if not set(wanted) <= found.keys():
        for one in plan().recommendations:
            found[recommendation_subject(one.id)] = reverse("improvement:recommendation", args=[one.id])
    return found


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


def numbers(some: Iterable[Item]) -> tuple[tuple[str, str, int], ...]:
    """How many have each reason: code, what it is called, number."""
    counted: dict[str, int] = {}
    for one in some:
        for reason in one.reasons:
            counted[reason] = counted.get(reason, 0) + 1
    return tuple((reason, NAMES[reason], counted[reason]) for reason in POINTS if reason in counted)


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
        reasons["fell_back"] = NAMES["fell_back"]
    if one.colour == "red":
        reasons["off_track"] = f"{one.colour_name}: {' '.join(one.reasons)}"
    known = (
        ("State", one.state.name),
        ("Reckoned", one.colour_name),
        ("Owner's view", one.view.rag if one.view else ""),
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
