"""How long a closed incident is kept, who looks at it then, and what stands against erasing it: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import tidy

LONGEST = 4_000
"""Characters of one rationale *(ours)*."""
NOT_THERE = "There is no such review, or it is not one that you may see."
NOT_DUE = "No review of this incident is due. Nothing was changed."
CHANGED = "This review has been decided since you opened it. Nothing was changed; reload to see how it stands."

FACTS = {
    "child.yes": "a child is involved",
    "child.possible": "a child may be involved",
    "child.named": "a child is named",
    "child.record": "it stands on the record of a child",
    "child.linked": "an incident linked as the same matter involves a child, or may",
    "words.child_at_risk": "the reader took a child to be at risk",
    "concern": "VAST had a concern",
    "referral": "a partner was told",
    "protection": "police protection",
    "missing": "a missing episode",
    "grade.immediate": "it was graded as the most urgent",
    "grade.high": "it was graded as urgent",
    "grade.none": "it was never graded",
    "grade.unknown": "it had a grade that is not known any more",
    "words.immediate": "the words suggested the most urgent grade",
    "words.high": "the words suggested an urgent grade",
    "words.not_read": "the reader did not read its words, or could not judge them",
    "investigation": "it was investigated",
    "lookback": "its stored words brought it to look-back",
    "closing.crime": "a crime was recorded",
}
"""Every fact that a group may rest on, as it is told."""
CHILD = frozenset(FACTS) & {
    "child.yes", "child.possible", "child.named", "child.record", "child.linked", "words.child_at_risk", "concern",
    "referral", "protection", "missing",
}  # fmt: skip
"""Facts by which a child at risk is or may be involved."""


@dataclass(frozen=True)
class Group:
    """A group of ``retention.toml``: ``first`` and ``again`` are years."""

    code: str
    name: str
    when: frozenset[str]
    first: int
    again: int
    reviewed_by: frozenset[str]


@dataclass(frozen=True)
class Held:
    """What ``retention.toml`` has in force: groups, the highest first."""

    within: timedelta
    until_age: int
    groups: tuple[Group, ...]

    @property
    def soonest(self) -> int:
        """Years after closing before which no group has a review."""
        return min(one.first for one in self.groups)

    def group(self, facts: Collection[str]) -> Group:
        """The highest group that one of these facts puts an incident into."""
        return next((one for one in self.groups if one.when & set(facts)), self.groups[-1])


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Held]]:
    return dated.sets("retention", "retention.toml", made)


def held_on(day: date) -> Held:
    """What is in force on a day."""
    return dated.on(_sets(), day)


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """What the groups of every set are called, by code."""
    return {one.code: one.name for _, held in _sets() for one in held.groups}


def years_after(day: date, years: int) -> date:
    """The same day so many years later; 29 February becomes 1 March, never a day sooner."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 29 February becomes 28 February, never a day later."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def because(group: Group, facts: Collection[str]) -> list[str]:
    """Why an incident is in its group, in words; empty for the last group, which takes what no other does."""
    return [words for code, words in FACTS.items() if code in facts and code in group.when]


def kept_until(held: Held, facts: Collection[str], closed: date, ages: Iterable[int | None]) -> date | None:
    """Until when nothing may be erased because a child at risk is or may be involved; None where none is.

    ``ages`` are in years at the time of the incident; one that is not known counts as a newborn's.
    """
    if not CHILD & set(facts):
        return None
    youngest = min((age or 0 for age in ages), default=0)
    return years_after(closed, max(held.until_age - youngest, 0))


def against(until: date | None, today: date, holds: Iterable[str]) -> list[str]:
    """Every reason why an incident's texts may not be erased, in words somebody can act on; empty where none stands."""
    found = list(holds)
    if until is not None and today < until:
        found.append(
            f"A child at risk is or may be involved, so nothing is erased before {told(until)}. Keep it, and say why."
        )
    return found


def told(day: date) -> str:
    """A day in words."""
    return f"{day.day} {day:%B %Y}"


def rationale(name: str, given: str, needed: str) -> str:
    """Words as they will be kept. Raises ``Invalid`` for none (``needed`` is the sentence), or for too many."""
    kept = tidy(given.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not kept:
        raise Invalid({name: f"{needed} Nothing was saved."})
    if len(kept) > LONGEST:
        raise Invalid({name: f"That is longer than {LONGEST:,} characters. Nothing was saved; shorten it."})
    return kept


def next_review(given: date | None, today: date, group: Group) -> date:
    """When it is looked at again: by its group, or sooner. Raises ``Invalid`` for a day that lies behind or beyond the group's."""
    latest = years_after(today, group.again)
    if given is None:
        return latest
    if given <= today:
        raise Invalid({"next_on": "That day does not lie ahead. Nothing was saved; give a later one."})
    if given > latest:
        raise Invalid(
            {
                "next_on": f"Its group is looked at again by {told(latest)}. Nothing was saved; give that day or a sooner one."
            }
        )
    return given


def may_decide(codes: Collection[str], group: Group) -> None:
    """Raise ``Refused`` for a role that does not review this group."""
    if not group.reviewed_by & set(codes):
        raise Refused(f"Your role does not review the group {group.name}. Nothing was changed.")


def may_answer(user: int, proposer: int) -> None:
    """Raise ``Refused`` where the second person would be the first."""
    if user == proposer:
        raise Refused("You proposed this erasure, so another person approves or refuses it. Nothing was changed.")


def made(row: dict[str, Any]) -> Held:
    """A set of the file. Raises ``ValueError`` for a fact that there is not, or where the last group does not take what is left."""
    groups = tuple(
        Group(
            one["code"], one["name"], frozenset(one["when"]), one["first"], one["again"], frozenset(one["reviewed_by"])
        )
        for one in row["group"]
    )
    if unknown := {fact for one in groups for fact in one.when} - set(FACTS):
        raise ValueError(f"retention.toml: there is no fact {min(unknown)}")
    if groups[-1].when or not all(one.when for one in groups[:-1]):
        raise ValueError("retention.toml: the last group, and no other, has no facts")
    return Held(timedelta(days=row["review_within"]), row["until_age"], groups)
