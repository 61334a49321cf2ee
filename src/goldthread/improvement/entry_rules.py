"""What may be entered into the plan: texts, days, figures, evidence, and which action waits for which. Values in, refusal out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from goldthread.config.errors import Invalid
from goldthread.contact.rules import tidy
from goldthread.improvement.figure_rules import GOOD, Bound
from goldthread.improvement.rules import Settings

LONGEST, NAME_LONGEST, MOST_NUMBER, MOST_AT_ONCE = 4_000, 200, 999, 100
PERIODS_MOST = 24
TOO_LONG = f"That is longer than {LONGEST:,} characters. Nothing was saved; shorten it."
FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)


def words(given: str, needed: str = "") -> str:
    """Somebody's words as they will be kept. Raises ``Invalid`` for too many, and for none where ``needed`` is the sentence that asks."""
    kept = tidy(given.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if needed and not kept:
        raise Invalid({"words": needed})
    if len(kept) > LONGEST:
        raise Invalid({"words": TOO_LONG})
    return kept


def line(field: str, given: str, most: int, needed: str) -> str:
    """One line of text. Raises ``Invalid`` where it is empty or longer than ``most`` characters."""
    kept = " ".join(tidy(given).split())
    if not kept:
        raise Invalid({field: needed})
    if len(kept) > most:
        raise Invalid({field: f"That is longer than {most} characters. Nothing was saved; shorten it."})
    return kept


def day(field: str, given: date, *, latest: date | None = None) -> date:
    """A day that can be one of the plan's. Raises ``Invalid`` for one out of all reason, and one after ``latest``."""
    if not FIRST <= given <= LAST:
        raise Invalid({field: "This year cannot be right. Nothing was saved; give a day such as 14/03/2027."})
    if latest is not None and given > latest:
        raise Invalid({field: "This day has not come yet. Nothing was saved; give today or a day before."})
    return given


def report(name: str, source: str, kind: str, published_on: date, today: date, using: Settings) -> dict[str, Any]:
    """A report's facts as they will be kept."""
    if kind not in using.kinds:
        raise Invalid({"kind": "Choose what kind of report it is. Nothing was saved."})
    return {
        "name": line("name", name, NAME_LONGEST, "Give the report's name."),
        "source": line("source", source, 120, "Say who published it."),
        "kind": kind,
        "published_on": day("published_on", published_on, latest=today),
    }


def not_after_comments(published_on: date, comments: date | None) -> None:
    """Raise ``Invalid`` where a report would have been published after the Commissioner's comments on it were said to be."""
    if comments is not None and published_on > comments:
        told = f"{comments.day} {comments:%B %Y}"
        raise Invalid(
            {
                "published_on": f"The Commissioner's comments on it are said to be published on {told}, before this day. "
                "Nothing was saved; have that corrected first."
            }
        )


def bound(code: str, known: Collection[str], target: float, good: str, held: int, periods: int) -> Bound:
    """A figure and what it is held to. Raises ``Invalid`` where the series is not known or a number cannot be one."""
    wrong = {}
    if code not in known:
        wrong["code"] = "Choose a figure of the list. Nothing was saved."
    if not 0 <= target <= 1:
        wrong["target"] = "Give a share from 0 to 100 %. Nothing was saved."
    if good not in dict(GOOD):
        wrong["good"] = "Say which way is better. Nothing was saved."
    if not 1 <= periods <= PERIODS_MOST:
        wrong["periods"] = f"Give 1 to {PERIODS_MOST} periods. Nothing was saved."
    elif not 1 <= held <= periods:
        wrong["held"] = "Give a number from 1 to that of the periods. Nothing was saved."
    if wrong:
        raise Invalid(wrong)
    return Bound(code, target, good, held, periods)


def evidence(true_on: date, received_on: date, expires_on: date | None, today: date) -> None:
    """Raise ``Invalid`` where evidence's days cannot be."""
    day("true_on", true_on, latest=today)
    day("received_on", received_on, latest=today)
    if received_on < true_on:
        raise Invalid({"received_on": "It was received before the day it is true for. Nothing was saved; check both."})
    if expires_on is not None and day("expires_on", expires_on) < true_on:
        raise Invalid({"expires_on": "It would expire before the day it is true for. Nothing was saved."})


def needs(action: int, other: int, held: Mapping[int, Collection[int]]) -> None:
    """Raise ``Invalid`` where an action would wait for itself, straight or by way of others. ``held``: what each waits for now."""
    way, seen = [other], set()
    while way:
        one = way.pop()
        if one == action:
            raise Invalid(
                {"other": "Then each would wait for the other, and neither could be done. Nothing was saved."}
            )
        if one not in seen:
            seen.add(one)
            way.extend(held.get(one, ()))
