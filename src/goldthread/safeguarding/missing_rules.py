"""How a missing child's risk is suggested, chosen and held, and what a return and an interview need: values in, answer out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from goldthread.config import dated
from goldthread.config.errors import Invalid, Refused, Stale
from goldthread.contact.rules import stated_time
from goldthread.safeguarding.missing_choices import FOUND_BY, HOW, INTERVIEWS, OF_KIND, OUTCOMES
from goldthread.safeguarding.protection_rules import said


@dataclass(frozen=True)
class Risk:
    """One grade of risk and the clock until it is assessed again."""

    code: str
    name: str
    reassess: str


@dataclass(frozen=True)
class Table:
    """``missing.toml`` as it stands on a day: see the file's head."""

    window: timedelta
    least: str
    inspector: tuple[str, ...]
    risks: dict[str, Risk]
    reasons: dict[str, str]
    raises: dict[str, str]
    frequency: tuple[tuple[int, str], ...]
    places: dict[str, str]
    care: frozenset[str]

    def severity(self, code: str) -> int:
        """How high a risk is, from 0 on; one that this table no longer has counts as the highest."""
        codes = list(self.risks)
        return codes.index(code) if code in codes else len(codes)

    def highest(self, codes: Collection[str]) -> str:
        """The highest of these risks."""
        return max(codes, key=self.severity)

    def is_low(self, code: str) -> bool:
        """Whether it is below what one person may grade a child."""
        return self.severity(code) < self.severity(self.least)


@lru_cache(maxsize=1)
def _sets() -> list[tuple[date, Table]]:
    return dated.sets("safeguarding", "missing.toml", _made)


def table_on(day: date) -> Table:
    """What is in force on a day."""
    return dated.on(_sets(), day)


@lru_cache(maxsize=1)
def newest_table() -> Table:
    """The last set, by which codes are named on screens and offered by forms."""
    return _sets()[-1][1]


def suggested(held: Table, reasons: Collection[str], number: int, last: str) -> str:
    """The least risk that is suggested: by the reasons, by which episode in the window this is, and by the last one's.

    A return never resets it: what held in the last episode is suggested again. Never below what the table sets as least.
    """
    found = [held.least, *(held.raises[one] for one in reasons if held.raises.get(one)), *([last] if last else [])]
    found += [risk for episodes, risk in held.frequency if number >= episodes]
    return held.highest(found)


def pattern(held: Table, number: int) -> str:
    """The risk that frequency alone suggests; empty for none."""
    found = [risk for episodes, risk in held.frequency if number >= episodes]
    return held.highest(found) if found else ""


@dataclass(frozen=True)
class Assessed:
    """An assessment as it will be kept: what was chosen, and what holds from now on."""

    asked: str
    risk: str
    suggested: str
    reasons: tuple[str, ...]
    words: str


def assess(held: Table, asked: str, reasons: Sequence[str], words: str, suggests: str, now_holds: str) -> Assessed:
    """What an assessment comes to. Without a choice the suggested risk is taken.

    Below the least an inspector has to agree: until then the risk that holds stays, or at first the suggested one. A risk that two
    people agreed on may be chosen again by one. Raises ``Invalid`` for a risk or reason of no list, and for one below what is
    suggested without a word why.
    """
    chosen = asked or suggests
    if chosen not in held.risks:
        raise Invalid({"risk": "Choose a risk from the list."})
    if unknown := set(reasons) - set(held.reasons):
        raise Invalid({"reasons": f"'{min(unknown)[:40]}' is no reason of the list. Nothing was saved."})
    kept = said(words, "words")
    if held.severity(chosen) < held.severity(suggests) and not kept:
        named = held.risks[suggests].name if suggests in held.risks else suggests
        raise Invalid(
            {"words": f"The record suggests {named}. Write why it is lower, and how that is known; or choose {named}."}
        )
    holds = chosen
    if held.is_low(chosen) and not (now_holds and held.severity(now_holds) <= held.severity(chosen)):
        holds = now_holds or suggests
    return Assessed(chosen, holds, suggests, tuple(one for one in held.reasons if one in reasons), kept)


def up_to_date(held: Table, version: int, stands: int, holds: str) -> None:
    """Raise ``Stale`` where the risk was assessed, or answered, after the page was drawn that gave this version."""
    if version != stands:
        named = held.risks[holds].name if holds in held.risks else holds
        raise Stale(
            f"The risk was assessed or answered meanwhile. {named} risk holds now. Nothing was saved and what you wrote is still here: "
            "read what is new, then send yours again if it still stands."
        )


def may_agree(held: Table, seats: Collection[str], user: int, asked_by: int) -> None:
    """Raise ``Refused`` unless an inspector answers, who did not choose the lower risk."""
    if not set(seats) & set(held.inspector):
        raise Refused(
            "A risk below medium for a missing child is the FIM's to agree to, as the inspector. Nothing was changed; the higher risk holds."
        )
    if user == asked_by:
        raise Refused("You chose this risk yourself, so another inspector agrees to it. Nothing was changed.")


def sighting(seen_at: datetime | None, words: str, now: datetime) -> tuple[datetime, str]:
    """A sighting as it will be kept. Raises ``Invalid``: it needs its time, and where and by whom."""
    kept = said(words, "words", "Write where the child was seen, and by whom.")
    if seen_at is None:
        raise Invalid({"seen_at": "Write when the child was seen: the hours are counted from the last sighting."})
    return stated_time(seen_at, now, "seen_at")[0], kept


def back(returned_at: datetime | None, found_by: str, last_seen_at: datetime | None, now: datetime) -> datetime:
    """When the child came back. Raises ``Invalid`` for a time ahead or before the last sighting."""
    if found_by not in dict(FOUND_BY):
        raise Invalid({"found_by": "Choose who found the child, or that it is not known."})
    at = stated_time(returned_at, now, "returned_at")[0]
    if last_seen_at is not None and at < last_seen_at:
        raise Invalid(
            {
                "returned_at": "The child was seen missing after that. Nothing was saved; check both times. A sighting recorded by mistake can be taken back."
            }
        )
    return at


@dataclass(frozen=True)
class Interview:
    """An interview as it will be kept."""

    kind: str
    outcome: str
    held_at: datetime
    how: str
    who: str
    words: str
    not_face: str


def interview(
    kind: str, outcome: str, held_at: datetime | None, how: str, who: str, words: str, not_face: str, *, returned_at: datetime, now: datetime
) -> Interview:  # fmt: skip
    """An interview as it will be kept. Raises ``Invalid``: done needs how, and what the child said; a prevention interview that is
    not face to face needs why.
    """
    if kind not in dict(INTERVIEWS):
        raise Invalid({"kind": "Choose which interview."})
    if outcome not in OF_KIND[kind]:
        named = ", ".join(dict(OUTCOMES)[one].lower() for one in OF_KIND[kind])
        raise Invalid({"outcome": f"Choose what came of it: {named}."})
    if how not in {*dict(HOW), *([] if outcome == "done" else [""])}:
        raise Invalid({"how": "Choose how the child was spoken to."})
    needed = {
        "done": "Write what the child said, in the child's words where you can.",
        "declined": "Write what the child said to it.",
        "not_done": "Write why there was none.",
    }
    kept = said(words, "words", needed.get(outcome, ""))
    there = said(who, "who", "Write who spoke to the child, or who offers it.")
    at = stated_time(held_at, now, "held_at")[0]
    if at < returned_at:
        raise Invalid({"held_at": "That is before the child came back. Nothing was saved; check both times."})
    apart = kind == "prevention" and outcome == "done" and how != "face"
    why = said(not_face, "not_face", "Write why it was not face to face." if apart else "")
    return Interview(kind, outcome, at, how, there, kept, why)


def _made(row: dict[str, Any]) -> Table:
    risks = {one["code"]: Risk(**one) for one in row["risk"]}
    frequency = tuple((one["episodes"], one["raises"]) for one in row["frequency"])
    raises = {one["code"]: one.get("raises", "") for one in row["reason"]}
    if unknown := ({row["least"], *(risk for _, risk in frequency), *filter(None, raises.values())} - set(risks)):
        raise ValueError(f"missing.toml: {min(unknown)} is no risk of the set")
    return Table(
        timedelta(days=round(row["months"] * 365 / 12)),
        row["least"],
        tuple(row["inspector"]),
        risks,
        {one["code"]: one["name"] for one in row["reason"]},
        raises,
        frequency,
        {one["code"]: one["name"] for one in row["place"]},
        frozenset(one["code"] for one in row["place"] if one.get("care")),
    )
