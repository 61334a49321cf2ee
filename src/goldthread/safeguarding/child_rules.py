"""What a child's record goes by: which children may be one, when concerns raise a child, and what a marker needs. Values in, answer out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated
from goldthread.config.errors import Invalid
from goldthread.contact.search_rules import LIKE, likeness, name_words, plain
from goldthread.response.request_rules import LONGEST_WORDS
from goldthread.thrive.lexicon import LEVELS

YEAR = 365.25
SLACK, SLACK_ESTIMATED = 1, 2
"""Years by which two ages may differ and still be one child's, since a whole year is said and not the day *(ours)*."""
NOBODY = frozenset({"", "unknown", "not known"})
"""What stands as a name where nobody knows it, in its plain form."""


@dataclass(frozen=True)
class Raising:
    """How many incidents in how many days raise a child, and below which of the reader's levels one counts."""

    incidents: int
    days: timedelta
    below: str


@dataclass(frozen=True)
class ChildRules:
    """One set of ``child.toml``."""

    most_months: int
    raising: Raising
    alike: Mapping[str, int]
    kinds: Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What is known of one child in one incident: names used, ages with the time at which each was told, dates of birth, and what the
    incident was settled on.
    """

    names: tuple[str, ...] = ()
    ages: tuple[tuple[int, bool, datetime], ...] = ()
    born: tuple[date, ...] = ()
    places: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()
    phones: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Likeness:
    """What agrees and what differs between two children, by the codes of ``child.toml``, and the sum of their weights."""

    agrees: tuple[str, ...]
    differs: tuple[str, ...]
    score: int


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, ChildRules]]:
    return dated.sets("safeguarding", "child.toml", _made)


def rules_on(day: date) -> ChildRules:
    """The set in force on a day."""
    return dated.on(_sets(), day)


@lru_cache(maxsize=1)
def kind_names() -> dict[str, str]:
    """What each kind of marker is called, of every set."""
    return {code: name for _, held in _sets() for code, name in held.kinds.items()}


def alike(one: Known, other: Known, weights: Mapping[str, int]) -> Likeness:
    """Compare two children; what is not known of either neither agrees nor differs."""
    agrees, differs = [], []
    found = {_name(a, b) for a in one.names for b in other.names} - {""}
    if found:
        agrees.append(max(found, key=lambda code: weights[code]))
    elif one.names and other.names:
        differs.append("name")
    if one.born and other.born:
        (agrees if set(one.born) & set(other.born) else differs).append("born")
    else:
        fits = [_fits(a, b) for a in _years(one) for b in _years(other)]
        if fits:
            (agrees if any(fits) else differs).append("age")
    for code, a, b in (
        ("place", one.places, other.places), ("person", one.people, other.people), ("phone", one.phones, other.phones)
    ):  # fmt: skip
        if a & b:
            agrees.append(code)
    score = sum(weights[code] for code in agrees) + sum(weights.get(f"{code}_differs", 0) for code in differs)
    return Likeness(tuple(agrees), tuple(differs), score)


def named(told: str) -> str:
    """The name told; empty where it only says that nobody knows it, which is no name that could agree or differ."""
    return "" if plain(told) in NOBODY else told


def suggested(found: Likeness, weights: Mapping[str, int]) -> bool:
    """Whether a person is to look at the pair: never where the names told are two."""
    return "name" not in found.differs and found.score >= weights["suggest"]


def raises(counted: Collection[str], known: Iterable[Collection[str]], rule: Raising) -> bool:
    """Whether incidents counted raise a child: enough of them, and one that no earlier raise or its answer knew of."""
    before = {one for each in known for one in each}
    return len(counted) >= rule.incidents and bool(set(counted) - before)


def below(level: str, threshold: str) -> bool:
    """Whether the reader's level lies below the threshold; one it does not know counts, since nothing missing is safe."""
    return level not in LEVELS or LEVELS.index(level) < LEVELS.index(threshold)


def reason(words: str, field: str = "why", *, needed: str = "Write why. Nothing was changed.") -> str:
    """Why, as it will be kept. Raises ``Invalid`` for none where ``needed`` says so, or for too much."""
    kept = words.replace("\x00", "").strip()
    if needed and not kept:
        raise Invalid({field: needed})
    if len(kept) > LONGEST_WORDS:
        raise Invalid({field: f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
    return kept


def kind(code: str, rules: ChildRules) -> str:
    """The kind of a new marker. Raises ``Invalid``."""
    if code not in rules.kinds:
        raise Invalid({"kind": "Choose what the marker is about."})
    return code


def review_on(day: date | None, today: date, rules: ChildRules) -> date:
    """The day of the next review. Raises ``Invalid`` for none, one that is not ahead, or one further off than a force allows."""
    if day is None:
        raise Invalid({"review_on": "Give the day by which somebody looks at it again."})
    last = latest(today, rules)
    if not today < day <= last:
        raise Invalid({"review_on": f"Give a day after today and not later than {last:%d/%m/%Y}. Nothing was saved."})
    return day


def latest(today: date, rules: ChildRules) -> date:
    """The last day on which a review may lie."""
    months = today.month - 1 + rules.most_months
    year, month = today.year + months // 12, months % 12 + 1
    for day in range(today.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, today.day)


def _name(one: str, other: str) -> str:
    """*name* where two words or all of several are alike, *part_of_name* where one is, else nothing."""
    a, b = sorted((name_words(one), name_words(other)), key=len)
    same = sum(any(_same(x, y) for y in b) for x in a)
    if not same:
        return ""
    if same >= 2:
        return "name"
    return "part_of_name" if len(a) == 1 else ""


def _same(a: str, b: str) -> bool:
    return min(likeness(a, b), likeness(b, a)) >= LIKE


def _years(known: Known) -> list[tuple[float, int]]:
    """Years of birth as the ages told give them, each with its slack."""
    told = [
        (at.year + at.timetuple().tm_yday / YEAR - age - 0.5, SLACK_ESTIMATED if estimated else SLACK)
        for age, estimated, at in known.ages
    ]
    return told + [(one.year + one.timetuple().tm_yday / YEAR, SLACK) for one in known.born]


def _fits(one: tuple[float, int], other: tuple[float, int]) -> bool:
    return abs(one[0] - other[0]) <= max(one[1], other[1])


def _made(row: dict[str, Any]) -> ChildRules:
    raising = row["raise"]
    if raising["below"] not in LEVELS or raising["incidents"] < 1:
        raise ValueError("child.toml: raise names a level of the reader and a number of incidents")
    return ChildRules(
        row["most_months"],
        Raising(raising["incidents"], timedelta(days=raising["days"]), raising["below"]),
        row["alike"],
        row["kinds"],
    )
