"""What an investigation's safeguarding asks: values in, answer or refusal out."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated
from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import tidy

LONGEST = 10_000
"""Characters of one text *(ours)*."""
FARTHEST = timedelta(days=366)
"""How far ahead an item of the plan may be due *(ours)*."""
OLDEST_CHILD = 17
NOT_THERE = "There is no such investigation, or it is not one that you may see."
ENDED = "This investigation has ended. Nothing was changed; where something is new, have the incident handed over anew."


@dataclass(frozen=True)
class Risk:
    """A risk: ``accept``, ``first`` and ``next`` are the clocks of ``safeguarding/clocks.toml`` that it starts."""

    code: str
    name: str
    accept: str
    first: str
    next: str
    when: tuple[tuple[frozenset[str], frozenset[str]], ...]


@dataclass(frozen=True)
class Outcome:
    """Why an investigation ends, or how that was told: ``words`` have to be written where it is so."""

    code: str
    name: str
    words: bool


@dataclass(frozen=True)
class Held:
    """What ``investigation.toml`` has in force."""

    reference: re.Pattern[str]
    risks: dict[str, Risk]
    outcomes: dict[str, Outcome]
    told: dict[str, Outcome]


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Held]]:
    return dated.sets("investigation", "investigation.toml", _made)


def held_on(day: date) -> Held:
    """What is in force on a day."""
    return dated.on(_sets(), day)


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """What risks, outcomes and ways of telling are called, of every set, by code."""
    return {
        code: one.name for _, held in _sets() for part in (held.risks, held.outcomes, held.told) for code, one in part.items()
    }  # fmt: skip


def risk_of(risks: dict[str, Risk], level: str, child: str) -> Risk:
    """The risk of an incident whose grade has this level (empty where it has none); the highest where no line fits."""
    for one in risks.values():
        if any(level in levels and child in children for levels, children in one.when):
            return one
    return next(iter(risks.values()))


def higher(risks: dict[str, Risk], one: str, other: str) -> Risk:
    """The higher of two risks; where one of them is not known any more, the other."""
    return next(risk for code, risk in risks.items() if code in {one, other})


def text(name: str, given: str, needed: str = "") -> str:
    """Words as they will be kept. Raises ``Invalid`` for too many, or where they are ``needed``, which is the sentence, for none."""
    kept = tidy(given.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if needed and not kept:
        raise Invalid({name: f"{needed} Nothing was saved."})
    if len(kept) > LONGEST:
        raise Invalid({name: f"That is longer than {LONGEST:,} characters. Nothing was saved; shorten it."})
    return kept


def crime_reference(given: str, shape: re.Pattern[str]) -> str:
    """The reference in the force's crime system, by its shape alone; empty takes it off. Raises ``Invalid``."""
    kept = tidy(given).strip().upper()
    if kept and not shape.fullmatch(kept):
        raise Invalid({"reference": "This is not how a crime reference looks. Nothing was saved; check it."})
    return kept


def may_hand(senior: bool, owner: bool) -> None:
    """Raise ``Refused`` unless the incident is this person's, or they are its supervisor or the FIM."""
    if not (senior or owner):
        raise Refused("Its owner, a supervisor or the FIM hands it to investigation. Take it over first, or ask them.")


def due(given: datetime | None, now: datetime) -> datetime:
    """When an item of the plan is due. Raises ``Invalid`` for none, one that lies behind, or more than a year ahead."""
    if given is None:
        raise Invalid({"due_at": "Say by when. Nothing was saved."})
    if given < now:
        raise Invalid({"due_at": "That time lies behind. Nothing was saved; say by when it is to be done."})
    if given > now + FARTHEST:
        raise Invalid({"due_at": "That is more than a year ahead. Nothing was saved; check the date."})
    return given


def one_of(name: str, code: str, known: Collection[str], say: str) -> str:
    """The code where it is one of those known. Raises ``Invalid`` with the sentence."""
    if code not in known:
        raise Invalid({name: f"{say} Nothing was saved."})
    return code


def access(answer: str, who: str, words: str) -> tuple[str, str]:
    """What is kept of an answer about access: who and words. *Not known* needs neither: it is told sooner. Raises ``Invalid``."""
    if answer == "yes":
        return (
            text("who", who, "Say which children, and whether they live with, visit or meet the suspect."),
            text("words", words, "Say what was done so that they are safe today."),
        )
    need = "Say how it is known that no child is there: who was asked, what was checked." if answer == "no" else ""
    return text("who", who), text("words", words, need)


def voice(said: str, behaviour: str, wishes: str, by_whom: str) -> dict[str, str]:
    """What is kept of a child's voice. Raises ``Invalid`` for one that holds neither words nor behaviour, or does not say whose eyes."""
    kept = {
        "said": text("said", said),
        "behaviour": text("behaviour", behaviour),
        "wishes": text("wishes", wishes),
        "by_whom": text("by_whom", by_whom, "Say who saw or spoke to the child."),
    }
    if not kept["said"] and not kept["behaviour"]:
        raise Invalid(
            {"said": "Write what the child said, or under behaviour what the child showed. Nothing was saved."}
        )
    return kept


def age(given: int | None) -> int | None:
    """A child's age in years. Raises ``Invalid`` for one that is no child's."""
    if given is not None and not 0 <= given <= OLDEST_CHILD:
        raise Invalid({"age": "A child is under 18. Leave the age empty where it is not known. Nothing was saved."})
    return given


def may_acknowledge(user: int, investigator: int, supervisor: int) -> None:
    """Raise ``Refused`` for anybody but whoever leads it and whoever reviews it."""
    if user not in {investigator, supervisor}:
        raise Refused(
            "Whoever leads this reads and acknowledges it. Give it to somebody who is here; nothing was saved."
        )


def may_review(user: int, led: Collection[int]) -> None:
    """Raise ``Refused`` where somebody would review what they lead, or led before it was given to others."""
    if user in led:
        raise Refused("You lead or led this investigation, so another supervisor reviews it. Nothing was saved.")


def may_confirm(user: int, led: Collection[int], asker: int) -> None:
    """Raise ``Refused`` where the second person would be the first."""
    if user in led or user == asker:
        raise Refused(
            "A closing decision is confirmed by a supervisor who never led the investigation and did not propose it. "
            "Nothing was changed."
        )


@dataclass(frozen=True)
class Ending:
    """What a closing decision looks at. ``unheard``: children whose voice is not recorded; ``elsewhere``: what others answered."""

    involved: bool
    children: int
    unheard: tuple[str, ...]
    access: str
    reviewed: bool
    overdue: bool
    items: int
    news: int
    elsewhere: tuple[str, ...] = ()


def against(ending: Ending) -> list[str]:
    """Every reason why an investigation may not end yet, in words somebody can act on; empty where none stands."""
    found = []
    if ending.involved and not ending.children:
        found.append(
            "A child is or may be involved and none is named. Add each child, also one whose name is not known."
        )
    if ending.unheard:
        named = ", ".join(ending.unheard)
        found.append(f"The voice of {named} is not recorded. Record it, or have a supervisor record why it cannot be.")
    if ending.access in {"", "not_known"}:
        asked = "not been asked" if not ending.access else "been asked and is not known"
        found.append(f"Whether the suspect has access to any child has {asked}. Find out and answer it.")
    if not ending.reviewed:
        found.append("No supervisor has reviewed it yet. Have it reviewed.")
    elif ending.overdue:
        found.append("A supervisor's review is overdue. Have it reviewed.")
    if ending.items:
        found.append(f"Of the plan, {ending.items} still open. Say that each is done, or why it is not pursued.")
    if ending.news:
        found.append("Something new was said or linked and not acknowledged. Read and acknowledge it.")
    return [*found, *ending.elsewhere]


def _made(row: dict[str, Any]) -> Held:
    risks = {
        one["code"]: Risk(
            one["code"], one["name"], one["accept"], one["first"], one["next"],
            tuple((frozenset(line["level"]), frozenset(line["child"])) for line in one["when"]),
        )
        for one in row["risk"]
    }  # fmt: skip
    outcomes = {one["code"]: Outcome(one["code"], one["name"], one.get("words", False)) for one in row["outcome"]}
    told = {one["code"]: Outcome(one["code"], one["name"], one.get("not", False)) for one in row["told"]}
    return Held(re.compile(row["reference"], re.ASCII), risks, outcomes, told)
