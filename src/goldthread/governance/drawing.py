"""Where everything of a control chart lies, in units of its drawing. The template draws it, for the page and for the print alike."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django.template.loader import render_to_string

from goldthread.clocks.local import LONDON

WIDTH, HEIGHT = 760, 260
LEFT, RIGHT, TOP, BOTTOM = 50, 32, 30, 30
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
MOST_STEPS, MOST_DAYS = 6, 8
"""Lines across and days below that fit *(ours)*."""
LETTER = 8
"""How wide a letter of a word at a value is, at most *(ours)*."""
DOT = 8
"""Half of what the dot of a value that breaks a rule takes up."""
LONG = 300
"""Days of history from which months are told below, and not days *(ours)*."""


def svg(told: dict[str, Any], number: int = 0) -> str:
    """The chart of a figure in the shape that ``told`` tells; empty where it has no value. ``number`` tells charts of one page apart."""
    values = told["values"]
    if not values:
        return ""
    across = _Across([_time(one["until"]) for one in values])
    shares = [one[name] for one in values for name in ("share", "lower", "upper") if one[name] is not None]
    up = _Up(shares)
    context = {
        "told": told,
        "alt": alt(told),
        "number": number,
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "right": WIDTH - RIGHT,
        "top": TOP,
        "bottom": HEIGHT - BOTTOM,
        "rules": [{"y": up.at(one), "words": f"{one * 100:.0f} %"} for one in up.lines],
        "days": across.days(),
        "limits": _steps(values, across, up, ("lower", "upper")),
        "centre": _steps(values, across, up, ("centre",)),
        "line": _line(values, across, up),
        "dots": _dots(values, across, up),
        "gaps": _gaps(values, across),
        "notes": [
            {"x": x, "number": one["number"], "anew": one["anew"]}
            for one in told["notes"]
            if (x := across.of_day(one["day"])) is not None
        ],
    }
    return render_to_string("governance/_chart.jinja", context).strip()


def alt(told: dict[str, Any]) -> str:
    """What the chart shows, in words, for whoever does not see it."""
    values = told["values"]
    known = [one for one in values if one["share"] is not None]
    if not known:
        return f"{told['name']}: no value is known."
    last = known[-1]
    shown = f"{len(values)} values, {day(values[0]['until'])} to {day(values[-1]['until'])}"
    newest = f"the newest that is known {percent(last['share'])}"
    limits = (
        f", between limits of {percent(last['lower'])} and {percent(last['upper'])}"
        if last["lower"] is not None
        else ", without limits yet"
    )
    words = ", ".join(f"{one['word']}, {one['way']}" for one in told["now"])
    signal = f" Rules broken at the end: {words}." if words else ""
    return f"{told['name']}: {shown}; {newest}{limits}.{signal} The table has every value."


def percent(share: float | None) -> str:
    """A share as it is read."""
    return "not known" if share is None else f"{share * 100:.1f} %"


def day(told: str) -> str:
    """A day as told, or that of a time: values that end at midnight are the day's that begins then."""
    at = date.fromisoformat(told) if len(told) == len("2026-11-27") else _time(told)
    return f"{at.day} {at:%b %Y}"


def _time(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(LONDON)


class _Across:
    """Time from left to right."""

    def __init__(self, times: Sequence[datetime]) -> None:
        self.times = times
        self.first, self.last = times[0].timestamp(), times[-1].timestamp()

    def at(self, when: datetime) -> float:
        """Where a time lies; a history of one value stands in the middle."""
        if self.last == self.first:
            return (LEFT + WIDTH - RIGHT) / 2
        wide = WIDTH - LEFT - RIGHT - 20
        return round(LEFT + 10 + wide * (when.timestamp() - self.first) / (self.last - self.first), 1)

    def of_day(self, told: str) -> float | None:
        """Where a day begins; None outside the drawing."""
        at = datetime.combine(datetime.fromisoformat(told).date(), time(), LONDON)
        x = self.at(at)
        return x if LEFT <= x <= WIDTH - RIGHT else None

    def days(self) -> list[dict[str, Any]]:
        """Days below, as many as fit."""
        step = max(1, math.ceil((len(self.times) - 1) / (MOST_DAYS - 1)))
        form = "%b %Y" if self.last - self.first > LONG * 86_400 else ""
        return [
            {"x": self.at(one), "words": one.strftime(form) if form else f"{one.day} {one:%b}"}
            for one in self.times[::-1][::step][::-1]
        ]


class _Up:
    """Shares from bottom to top, between lines that hold all of them."""

    def __init__(self, shares: Sequence[float]) -> None:
        low, high = (min(shares), max(shares)) if shares else (0.0, 1.0)
        step = next((one for one in STEPS if (high - low) / one <= MOST_STEPS - 1), STEPS[-1])
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if first == last:
            first, last = (first - 1, last) if first * step >= 1 else (first, last + 1)
        self.low, self.high = first * step, last * step
        self.lines = [number * step for number in range(first, last + 1)]

    def at(self, share: float) -> float:
        """Where a share lies."""
        high = HEIGHT - TOP - BOTTOM
        return round(TOP + high * (1 - (share - self.low) / (self.high - self.low)), 1)


def _steps(values: Sequence[dict[str, Any]], across: _Across, up: _Up, names: Sequence[str]) -> str:
    """Limits as level lines, each from half way after the value before to half way before the next."""
    at = [across.at(one) for one in across.times]
    parts = []
    for name in names:
        for place, one in enumerate(values):
            if one[name] is None:
                continue
            left = (at[place - 1] + at[place]) / 2 if place else at[place] - 8
            right = (at[place] + at[place + 1]) / 2 if place + 1 < len(at) else at[place] + 8
            parts.append(f"M{left:.1f} {up.at(one[name])}H{right:.1f}")
    return "".join(parts)


def _line(values: Sequence[dict[str, Any]], across: _Across, up: _Up) -> str:
    """The values joined, and not across one that is not known."""
    parts, pen = [], "M"
    for one, at in zip(values, across.times, strict=True):
        if one["share"] is None:
            pen = "M"
            continue
        parts.append(f"{pen}{across.at(at)} {up.at(one['share'])}")
        pen = "L"
    return "".join(parts)


def _dots(values: Sequence[dict[str, Any]], across: _Across, up: _Up) -> list[dict[str, Any]]:
    """A dot for each known value. Of neighbours that break the same rules the first has their word, and none is written over another.

    ``way`` is what the rules it breaks say of it, the worse first; empty where it breaks none.
    """
    found, before, free = [], "", 0.0
    for one, at in zip(values, across.times, strict=True):
        if one["share"] is None:
            continue
        way = _way(one["broken"])
        words = f"{', '.join(each['word'] for each in one['broken'])}: {way}" if way else ""
        x, wide = across.at(at), LETTER * len(words)
        word_at = min(max(x, wide / 2), WIDTH - wide / 2)
        shown = bool(words) and words != before and word_at - wide / 2 >= free
        free = word_at + wide / 2 if shown else free
        found.append(
            {
                "x": x,
                "y": up.at(one["share"]),
                "way": way,
                "word": words if shown else "",
                "word_at": round(word_at, 1),
                "wide": wide,
                "read": one["read"],
                "late": one["late"],
            }
        )
        before = words if shown or not words else before
    for one in found:
        if one["word"]:  # above every dot that it would lie over
            under = [each["y"] for each in found if abs(each["x"] - one["word_at"]) <= one["wide"] / 2 + DOT]
            one["word_y"] = max(min(under) - DOT - 4, TOP / 2)
    return found


def _way(broken: Sequence[dict[str, str]]) -> str:
    """What a value means that breaks rules: worse where one of them is, else changed, else better."""
    ways = {each["way"] for each in broken}
    return next((one for one in ("worse", "changed", "better") if one in ways), "")


def _gaps(values: Sequence[dict[str, Any]], across: _Across) -> list[float]:
    """Where values that are not known begin."""
    at = [across.at(one) for one in across.times]
    return [
        at[place]
        for place, one in enumerate(values)
        if one["share"] is None and (not place or values[place - 1]["share"] is not None)
    ]
