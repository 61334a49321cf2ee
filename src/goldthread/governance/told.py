"""A figure's history as values, in one shape for page, program and pack.

    {"code", "name", "definition", "good": "up", "down", ..., "window_days": 28, "address": the page of its definition,
     "kind": "p" or "xmr", "state": "worse", "changed", "better", "steady" or "unknown",
     "now": [BROKEN], "read": how many values share no cases, "needed": how many limits take,
     "stretches": [{"since": TIME or null, "told": whether it has limits}],
     "waiting": [TIME at which limits are to begin anew, with too few values since],
     "values": [VALUE, the oldest first], "notes": [NOTE in the order of days]}

    VALUE   {"until": TIME, "share", "n", "met", "low", "high": as the figure's source tells them, null where not known;
             "late": taken more than a day after, "read": whether rules about several values read it,
             "centre", "lower", "upper": of the chart, null where not told, "broken": [BROKEN]}
    BROKEN  {"rule": CODE, "word", "side": "up" or "down", "way": "worse", "better" or "changed"}
    NOTE    {"number": from 1, "day", "words", "anew": whether limits begin anew, "by", "at": TIME}

Shares are from 0 to 1, to six places; TIME is ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from goldthread.figures.charts import BASE, Mark, Side
from goldthread.governance import rules
from goldthread.governance.models import Annotation
from goldthread.governance.queries import Judged
from goldthread.measures.registry import Point
from goldthread.measures.series import Value

PLACES = 6


def series_told(found: Judged) -> dict[str, Any]:
    """A judged figure in the shape above."""
    series, chart = found.series, found.chart
    return {
        "code": series.code,
        "name": series.name,
        "definition": series.definition,
        "good": series.good,
        "window_days": series.window.days,
        "address": series.address,
        "kind": chart.kind,
        "state": found.state,
        "now": broken_told(chart.now, series.good),
        "read": chart.read,
        "needed": BASE,
        "stretches": [{"since": iso(one.since), "told": one.told} for one in chart.stretches],
        "waiting": [iso(one) for one in chart.waiting],
        "values": [
            _value(one, mark, series.good) for one, mark in zip(found.values, chart.marks, strict=True)
        ],
        "notes": [_note(number, one) for number, one in enumerate(found.notes, start=1)],
    }  # fmt: skip


def figure_told(found: Point | Value | None) -> dict[str, Any] | None:
    """What a figure is now: ``until``, ``share``, ``n``, ``met``, and for a measure ``since``; None where nothing is known."""
    if found is None:
        return None
    if isinstance(found, Point):
        if found.of is None:
            return None
        told = {"n": found.of, "met": found.met, "share": _short(found.share)}
        return {"since": iso(found.since), "until": iso(found.until), **told}
    return {"since": None, "until": iso(found.until), "n": found.n, "met": found.met, "share": _short(found.share)}


def broken_told(broken: Iterable[tuple[str, Side]], good: str) -> list[dict[str, str]]:
    """Broken rules, each with its word and what the side on which it is broken means."""
    words = {one.code: one.word for one in rules.chart_rules()}
    return [{"rule": code, "word": words[code], "side": side, "way": rules.way(good, side)} for code, side in broken]


def iso(at: datetime | None) -> str | None:
    """A time as told."""
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def _value(one: Value, mark: Mark, good: str) -> dict[str, Any]:
    return {
        "until": iso(one.until),
        "share": _short(one.share),
        "n": one.n,
        "met": one.met,
        "low": _short(one.low),
        "high": _short(one.high),
        "late": one.late,
        "read": mark.read,
        "centre": _short(mark.centre),
        "lower": _short(mark.low),
        "upper": _short(mark.high),
        "broken": broken_told(mark.broken, good),
    }


def _note(number: int, one: Annotation) -> dict[str, Any]:
    return {
        "number": number,
        "day": one.day.isoformat(),
        "words": one.words.shown(),
        "anew": one.anew,
        "by": one.by.name,
        "at": iso(one.at),
    }


def _short(share: float | None) -> float | None:
    return None if share is None else round(share, PLACES)
