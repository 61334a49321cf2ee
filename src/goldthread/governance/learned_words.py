"""What ``learned`` tells, in words: for lists, lines and packs alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from goldthread.governance.drawing import day, percent

VERDICTS = {
    "better": "changed for the better",
    "worse": "changed for the worse",
    "open": "no change shown",
    "not_yet": "cannot be told yet",
}


def rate_words(one: Mapping[str, Any]) -> str:
    """A theme's rate when it was made, with limits and n."""
    if one["share"] is None:
        return "none: it rests on one record" if not one["asked"] else "not known: fewer than five records"
    return f"{percent(one['share'])} ({_limits(one)}, n = {one['n']:,})"


def newest_words(one: Mapping[str, Any]) -> str:
    """A theme's rate since it was made, empty where no round has ended since."""
    newest = one["newest"]
    if newest is None or newest["share"] is None:
        return ""
    return f"{percent(newest['share'])} ({_limits(newest)}, n = {newest['n']:,}), days before {day(newest['until'])}"


def records_words(number: int) -> str:
    """How many records show something."""
    return f"{number:,} {'record' if number == 1 else 'records'}"


def due_words(counted: Mapping[str, Any] | None) -> str:
    """How many of those who must hold a course are due, and why."""
    if counted is None:
        return "fewer than five people must hold it, so no number is told"
    parts = {"never": "never held it", "expired": "ran out", "soon": "run out soon"}
    why = ", ".join(f"{counted[name]:,} {words}" for name, words in parts.items() if counted[name])
    return f"{counted['due']:,} of {counted['people']:,} due{f': {why}' if why else ''}"


def when_words(one: Mapping[str, Any]) -> str:
    """By when what is owed of a course can be met, and how many are booked."""
    following = f"next cohort {day(one['next'])}" if one["next"] else "no cohort is planned"
    return f"{following}; {one['counted']['booked']:,} of those due are booked" if one["counted"] else following


def effect_words(one: Mapping[str, Any]) -> str:
    """An outcome of a cohort: the difference with limits and n, or why it cannot be told yet."""
    if one["difference"] is None:
        return f"cannot be told yet: {one['why']}"
    points = [f"{100 * one[name]:+.1f}" for name in ("difference", "low", "high")]
    return f"{points[0]} points (95 %: {points[1]} to {points[2]}, n = {one['n']:,})"


def cohort_name(one: Mapping[str, Any]) -> str:
    """What a cohort is called."""
    days = day(one["starts"])
    days += "" if one["starts"] == one["ends"] else f" to {day(one['ends'])}"
    return f"{one['name']}, {days}"


def trained_words(one: Mapping[str, Any]) -> str:
    """How many were trained, and until when is compared."""
    number = "fewer than five" if one["trained"] is None else f"{one['trained']:,}"
    return f"{number} trained; compared to {day(one['until'])}{'' if one['over'] else ', and not over yet'}"


def _limits(one: Mapping[str, Any]) -> str:
    return f"95 %: {percent(one['low'])} to {percent(one['high'])}"
