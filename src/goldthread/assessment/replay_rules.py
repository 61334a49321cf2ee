"""Whether a reading made again is the same, and in which words that is told: values in, answer out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from goldthread.thrive.second import RULE as SECOND_READERS

Outcome = Literal["same", "in_part", "differs", "cannot"]
OUTCOMES: list[tuple[Outcome, str]] = [
    ("same", "Same"),
    ("in_part", "Same in part"),
    ("differs", "Differs"),
    ("cannot", "Cannot be replayed"),
]
NEAR = 0.01
"""How far a likelihood may lie from the stored one: a network reckons in small numbers, and a machine with another processor or other texts
beside this one rounds them otherwise *(ours)*."""
TOLD = 12
"""Differences told of one reading; the rest are counted *(ours)*."""
VALUES = {
    "level": "level",
    "at_risk": "child at risk",
    "child": "child in the words",
    "abstain": "whether it abstained",
    "adult_vulnerability": "vulnerable adult",
}
"""What must be the same to the letter, beside the findings, with what it is called."""
DOWN = "Cannot be replayed: nothing was read then, because the reader had failed. What it holds was found before."
OFF = "Cannot be replayed: nothing was read then, because the reader was off. What it holds was found before."
NO_READER = "Cannot be replayed now: the reader cannot be loaded here. The service's log says why."
FAILED = "Cannot be replayed now: the reader failed on these words. The service's log says why."
NO_NETWORK = "Cannot be replayed here: it was made on the full path, and this service has no network that reads so."


@dataclass(frozen=True)
class Versions:
    """What a reading was made with, or would be made with now; ``model`` is None where no network had a part in it."""

    engine: str
    lexicon: str
    model: str | None


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was. ``then`` and ``now`` are codes and numbers, never words of a person; empty is *not there*."""

    what: str
    then: str
    now: str


@dataclass(frozen=True)
class Replayed:
    """What became of a replay: how it ended, a sentence that says so, and what differs.

    ``more`` counts differences that are not told; ``second`` quotes of a second reader, which is not asked again.
    """

    outcome: Outcome
    told: str
    differences: tuple[Difference, ...] = ()
    more: int = 0
    second: int = 0


def cannot(told: str) -> Replayed:
    """A replay that was not possible, and why."""
    return Replayed("cannot", told)


def erased(gone: int, of: int) -> Replayed:
    """Words that it read were lawfully erased since: ``gone`` of ``of`` entries."""
    return cannot(f"Cannot be replayed: {gone:,} of the {of:,} entries that it read have been erased since.")


def other_versions(then: Versions, now: Versions) -> Replayed | None:
    """Why a reading made with other versions cannot be replayed here; None where they are the same."""
    for name, was, here in (
        ("engine", then.engine, now.engine),
        ("lexicon", then.lexicon, now.lexicon),
        ("model", then.model or "none", now.model or "none"),
    ):
        if was != here:
            return cannot(
                f"Cannot be replayed here: it was made with {name} {was or 'not kept'}, and this service reads with {here}. "
                "An installation with those versions can replay it."
            )
    return None


def rests_on(before: Replayed, at: str) -> Replayed | None:
    """Why a reading that holds what an earlier one of ``at`` found cannot be called the same; None where that one is, or its own part."""
    if before.outcome == "cannot":
        return cannot(f"Cannot be replayed in whole: it holds what was read at {at}. Of that reading: {before.told}")
    if before.outcome == "differs":
        return Replayed(
            "differs",
            f"Differs: it holds what was read at {at}, and that reading is not the same any more. Of it: {before.told}",
            before.differences,
            before.more,
            before.second,
        )
    return None


def compared(then: Mapping[str, Any], now: Mapping[str, Any], held_from: str = "") -> Replayed:
    """Whether a reading made again is the stored one.

    Both hold the fields of a stored reading; ``held_from`` is the time of an earlier reading whose findings stand in it and were replayed
    themselves. Quotes of a second reader are left out of both: it answers as it likes, and is not asked again.
    """
    found = [
        Difference(called, _told(then[name]), _told(now[name]))
        for name, called in VALUES.items()
        if then[name] != now[name]
    ]
    if abs(then["probability"] - now["probability"]) > NEAR:
        found.append(Difference("likelihood", f"{then['probability']:.3f}", f"{now['probability']:.3f}"))
    found += _findings(_own(then["findings"]), _own(now["findings"]))
    if list(then["questions"]) != list(now["questions"]):
        found.append(Difference("questions", f"{len(then['questions'])}", f"{len(now['questions'])}"))
    second = sum(one["rule"] == SECOND_READERS for one in then["findings"])
    if found:
        return Replayed("differs", _how_many(len(found)), tuple(found[:TOLD]), max(0, len(found) - TOLD), second)
    held = f" What stands in it from the reading of {held_from} was replayed as well." if held_from else ""
    if second:
        return Replayed(
            "in_part",
            f"What the reader itself found is the same. {second:,} {'quote' if second == 1 else 'quotes'} of the force's second "
            f"reader cannot be replayed here because it is not asked again.{held}",
            second=second,
        )
    return Replayed("same", f"Same findings and level, likelihood within {NEAR:g}.{held}")


def _own(findings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for one in findings if one["rule"] != SECOND_READERS]


def _findings(then: list[Mapping[str, Any]], now: list[Mapping[str, Any]]) -> list[Difference]:
    """Findings that are gone, new, or count otherwise than they did; a place is an entry's number and code points in it."""
    was, are = Counter(map(_place, then)), Counter(map(_place, now))
    gone = [Difference("finding", one, "") for one in sorted((was - are).elements())]
    new = [Difference("finding", "", one) for one in sorted((are - was).elements())]
    if gone or new:
        return gone + new
    scores = zip(sorted(then, key=_ordered), sorted(now, key=_ordered), strict=True)
    return [
        Difference(f"score of {_place(one)}", f"{one['score']:.3f}", f"{again['score']:.3f}")
        for one, again in scores
        if abs(one["score"] - again["score"]) > NEAR
    ]


def _place(one: Mapping[str, Any]) -> str:
    return f"{one['cue']}, {one['assertion']}, entry {one['entry']}, {one['start']} to {one['end']}"


def _ordered(one: Mapping[str, Any]) -> tuple[str, float]:
    return _place(one), float(one["score"])


def _told(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _how_many(count: int) -> str:
    return f"Differs in {count:,} {'thing' if count == 1 else 'things'}."
