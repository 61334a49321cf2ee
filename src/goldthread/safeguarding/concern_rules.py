"""The VAST desk from ``concern.toml``, and what each step needs: values in, answer or refusal out."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.clocks.local import LONDON
from goldthread.clocks.working import ENDS, OPENS, is_working
from goldthread.config import dated
from goldthread.config.errors import Invalid
from goldthread.response.request_rules import LONGEST_WORDS

RANK = {"green": 1, "amber": 2, "red": 3}
LONGEST_NAME = 120
AGAIN = (5, 120)
"""After how many minutes, from and to, somebody is tried again who did not answer *(ours)*."""
AHEAD = timedelta(minutes=1)


@dataclass(frozen=True)
class Cause:
    """Why there is a concern: see the file's head."""

    code: str
    name: str
    rating: str
    anew: bool = False


@dataclass(frozen=True)
class Item:
    """One line of the research checklist."""

    code: str
    name: str
    hint: str = ""


@dataclass(frozen=True)
class Desk:
    """A partner's desk that is telephoned."""

    code: str
    name: str
    office: bool
    telephone: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a concern ends."""

    code: str
    name: str
    words: bool
    partner: bool = False


@dataclass(frozen=True)
class Set:
    """The desk's rules as they stand from a day on."""

    said: Mapping[str, str]
    cues: frozenset[str]
    least: int
    graded: str
    causes: Mapping[str, Cause]
    research: Mapping[str, Item]
    desks: Mapping[str, Desk]
    outcomes: Mapping[str, Outcome]


@dataclass(frozen=True)
class Reason:
    """One reason that was found or given: the cause's code, and what exactly."""

    cause: str
    what: str = ""


@dataclass(frozen=True)
class Stands:
    """What a concern's ending looks at: its rating, whether VAST gave it, whether a partner was reached, and what is owed."""

    rating: str
    by_person: bool
    reached: bool
    unwritten: int
    unanswered: tuple[str, ...]
    opinions: int


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Set]]:
    return dated.sets("safeguarding", "concern.toml", _made)


def set_on(day: date) -> Set:
    """The rules as they stand on a day."""
    return dated.on(_sets(), day)


@lru_cache(maxsize=1)
def cause_names() -> dict[str, str]:
    """What each cause is called, of every set."""
    return {code: one.name for _, held in _sets() for code, one in held.causes.items()}


@lru_cache(maxsize=1)
def outcome_names() -> dict[str, str]:
    """What each outcome is called, of every set."""
    return {code: one.name for _, held in _sets() for code, one in held.outcomes.items()}


@lru_cache(maxsize=1)
def desk_names() -> dict[str, str]:
    """What each partner's desk is called, of every set."""
    return {code: one.name for _, held in _sets() for code, one in held.desks.items()}


def rated(reasons: Iterable[Reason], held: Set) -> str:
    """The rating that these reasons ask for: the highest of their causes."""
    return max((held.causes[one.cause].rating for one in reasons), key=RANK.__getitem__)


def higher(rating: str, than: str) -> bool:
    """Whether a rating is more urgent than another."""
    return RANK[rating] > RANK[than]


def triaged(rating: str, *, by_person: bool, reached: bool) -> bool:
    """Whether a concern is triaged: VAST has rated it themselves and, where it is Red, has a partner on the telephone."""
    return by_person and (rating != "red" or reached)


def said(level: str, cues: Collection[str], held: Set) -> list[Reason]:
    """The reasons that a reading gives by its level and the cues that stand."""
    cause = held.said.get(level)
    return [Reason(cause, cue) for cue in sorted(held.cues.intersection(cues))] if cause else []


def new_rating(rating: str, held: str, words: str) -> str:
    """The words of a rating as they will be kept. Raises ``Invalid`` for none there is, or a change without its reason."""
    if rating not in RANK:
        raise Invalid({"rating": "Choose Red, Amber or Green. Nothing was changed."})
    return text("words", words, needed="" if rating == held else "Write why the rating changes. Nothing was changed.")


def call(
    held: Set, desk: str, reached: str, called_at: datetime | None, again: int | None, now: datetime, came: datetime
) -> datetime:
    """When the call was, now unless given. Raises ``Invalid`` for a desk there is not, a time ahead or before the incident ``came``, or
    neither a name nor a next try.
    """
    if desk not in held.desks:
        raise Invalid({"desk": "Choose whom you telephoned. Nothing was saved."})
    if called_at is not None and called_at > now + AHEAD:
        raise Invalid({"called_at": "This time lies ahead. Give when you telephoned; nothing was saved."})
    if called_at is not None and called_at < came.replace(second=0, microsecond=0):
        raise Invalid({"called_at": "This time lies before the incident. Give when you telephoned; nothing was saved."})
    if not reached and again is None:
        raise Invalid({"reached": "Write the name of whom you reached. If nobody answered, say when you try again."})
    if reached and again is not None:
        raise Invalid({"again": "Somebody was reached, so no next try is owed. Leave one of the two empty."})
    if again is not None and not AGAIN[0] <= again <= AGAIN[1]:
        raise Invalid({"again": f"Try again within {AGAIN[0]} to {AGAIN[1]} minutes."})
    return min(called_at, now) if called_at is not None else now


def found(held: Set, item: str, result: str, words: str, results: Collection[str]) -> str:
    """The words of a result as they will be kept. Raises ``Invalid``: what was found, and why nothing was searched, is said."""
    if item not in held.research:
        raise Invalid({"item": "The checklist has no such line. Nothing was saved; reload the page."})
    if result not in results:
        raise Invalid({"result": "Choose found, no trace or not searched. Blank is none of these."})
    needed = {"found": "Write what was found.", "not_searched": "Write why it was not searched."}
    return text("words", words, needed=needed.get(result, ""))


def answer(given: str, words: str, *, acted: bool) -> str:
    """The words of an answer as they will be kept. Raises ``Invalid``: who agrees has acted on it, who disagrees says why."""
    if given == "agrees" and not acted:
        raise Invalid({"answer": "To agree, raise the grade or write a THRIVE first; then say here that you agree."})
    if given not in {"agrees", "disagrees"}:
        raise Invalid({"answer": "Choose whether you agree."})
    return text("words", words, needed="" if given == "agrees" else "Write why you disagree. VAST reads it.")


def ended(held: Set, outcome: str, words: str, *, told: bool) -> str:
    """The words of an ending as they will be kept; ``told``: a partner was, in this concern. Raises ``Invalid``."""
    if outcome not in held.outcomes:
        raise Invalid({"outcome": "Choose how the concern ends. Nothing was changed."})
    if held.outcomes[outcome].partner and not told:
        raise Invalid(
            {"outcome": "No referral of this incident stands, and no partner was reached by telephone. Tell one first."}
        )
    return text("words", words, needed="Write what was done, with whom, and what happens next for the child.")


def owed(stands: Stands) -> list[str]:
    """What is still owed before the concern may end, in sentences; empty where nothing is."""
    found = []
    if not stands.by_person:
        found.append("VAST has not rated it.")
    if stands.rating == "red" and not stands.reached:
        found.append("It is Red, and no partner was reached by telephone.")
    if stands.unwritten:
        found.append("A telephone call is not written up.")
    if stands.unanswered:
        found.append(f"The checklist has no answer to: {', '.join(stands.unanswered)}.")
    if stands.opinions:
        found.append("A second opinion has not been answered.")
    return found


def in_office(now: datetime, closed: Container[date]) -> bool:
    """Whether offices are open now: a working day between their opening and their close."""
    here = now.astimezone(LONDON)
    return is_working(here.date(), closed) and OPENS <= here.time() < ENDS


def whom(held: Set, now: datetime, closed: Container[date]) -> Desk:
    """The desk to be telephoned now."""
    office = in_office(now, closed)
    return next((one for one in held.desks.values() if one.office == office), next(iter(held.desks.values())))


def text(name: str, words: str, *, needed: str = "", longest: int = LONGEST_WORDS) -> str:
    """Words as they will be kept. Raises ``Invalid`` where they are ``needed``, or too many."""
    kept = words.replace("\x00", "").strip()
    if len(kept) > longest:
        raise Invalid({name: f"That is longer than {longest:,} characters. Shorten it; it is still here."})
    if needed and not kept:
        raise Invalid({name: needed})
    return kept


def _made(row: dict[str, Any]) -> Set:
    causes = {one["code"]: Cause(**one) for one in row["cause"]}
    used = {*row["said"].values(), row["graded"]["cause"]}
    if wrong := used - set(causes):
        raise ValueError(f"concern.toml: no such cause: {', '.join(sorted(wrong))}")
    if wrong := {one.rating for one in causes.values()} - set(RANK):
        raise ValueError(f"concern.toml: no such rating: {', '.join(sorted(wrong))}")
    return Set(
        said=row["said"],
        cues=frozenset(row["cues"]),
        least=row["graded"]["least"],
        graded=row["graded"]["cause"],
        causes=causes,
        research={one["code"]: Item(**one) for one in row["research"]},
        desks={one["code"]: Desk(**one) for one in row["desk"]},
        outcomes={one["code"]: Outcome(**one) for one in row["outcome"]},
    )
