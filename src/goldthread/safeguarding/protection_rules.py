"""What a record of police protection needs, owes and may say: values in, answer or refusal out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

from goldthread.config.errors import Invalid
from goldthread.contact.rules import stated_time, tidy
from goldthread.safeguarding.clock_rules import rule_on
from goldthread.safeguarding.protection_choices import ENDINGS, MEETINGS, OF_KIND, OUTCOMES, PLANS, TOLD

RULE = "police_protection"
LONGEST = 4_000
"""Characters of one text of a record *(ours)*."""
TEXTS = ("initiating", "designated", "where_now", "reason", "authority", "told_why", "plan_words")


def said(text: str, name: str, needed: str = "") -> str:
    """A text as it will be kept, its lines with it. Raises ``Invalid`` for one that is too long or, with ``needed``, empty."""
    kept = tidy(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if needed and not kept:
        raise Invalid({name: needed})
    if len(kept) > LONGEST:
        raise Invalid(
            {name: f"This is {len(kept):,} characters and at most {LONGEST:,} fit here. Nothing was saved; shorten it."}
        )
    return kept


@dataclass(frozen=True)
class Given:
    """What somebody gives of a protection; whatever is empty leaves what stands."""

    taken_at: datetime | None = None
    initiating: str = ""
    designated: str = ""
    where_now: str = ""
    reason: str = ""
    authority: str = ""
    authority_at: datetime | None = None
    child_told: str = ""
    parents_told: str = ""
    told_why: str = ""
    plan: str = ""
    plan_words: str = ""

    @property
    def anything(self) -> bool:
        """Whether anything was given at all."""
        return any(getattr(self, one.name) for one in fields(self))


def taken(at: datetime | None, now: datetime) -> datetime:
    """When the child was taken. Raises ``Invalid`` for no time, or one that lies ahead."""
    if at is None:
        raise Invalid(
            {"taken_at": "Write when the child was taken into police protection: the 72 hours run from then."}
        )
    # A machine whose clock is a little fast gives no longer power.
    return min(now, stated_time(at, now, "taken_at")[0]).astimezone(UTC)


def lapses_at(taken_at: datetime) -> datetime:
    """When the power ends: elapsed hours of the world, whatever the clocks on the wall do (Children Act 1989 s.46)."""
    return taken_at.astimezone(UTC) + timedelta(hours=rule_on(RULE, taken_at.date()).rule.length)


def kept(given: Given, now: datetime) -> Given:
    """What was given, as it will be kept. Raises ``Invalid`` for what is too long, of no list, or ahead."""
    for name, listed in (("child_told", TOLD), ("parents_told", TOLD), ("plan", PLANS)):
        if getattr(given, name) not in {"", *dict(listed)}:
            raise Invalid({name: "Choose one from the list, or leave it empty."})
    at = stated_time(given.authority_at, now, "authority_at")[0] if given.authority_at else None
    texts = {name: said(getattr(given, name), name) for name in TEXTS}
    return Given(given.taken_at, authority_at=at, child_told=given.child_told, parents_told=given.parents_told, plan=given.plan, **texts)  # fmt: skip


def who(name: str, staff: int | None) -> str:
    """What tells this officer from another: their account where they have one, else the name as written; empty for nobody.

    A name is kept as its digest, so that no copy outlives an erasure of the words.
    """
    if staff is not None:
        return f"staff:{staff}"
    plain = " ".join(name.casefold().split())
    return hashlib.sha256(plain.encode()).hexdigest()[:40] if plain else ""


def two_people(initiating: str, designated: str) -> None:
    """Raise ``Invalid`` where the designated officer is the one who took the child (s.46(3)(e): another sees to it)."""
    if designated and designated == initiating:
        raise Invalid(
            {"designated": "The designated officer is another person than the one who took the child. Name another, or leave it empty: it is then owed."}
        )  # fmt: skip


def owed(texts: Mapping[str, str], *, child_told: str, parents_told: str, plan: str, ended: bool) -> list[str]:
    """What the record still lacks, in words; a plan is owed until it ended."""
    found = [
        ("the officer who took the child", texts.get("initiating")),
        ("the designated officer", texts.get("designated")),
        ("where the child is now", texts.get("where_now")),
        ("the reason", texts.get("reason")),
        ("telling the local authority", texts.get("authority")),
        ("telling the child", child_told == "told"),
        ("telling the parents", parents_told == "told"),
        ("a release plan or an emergency protection order", plan or ended),
    ]
    return [words for words, there in found if not there]


def ending(how: str, ended_at: datetime | None, words: str, taken_at: datetime, now: datetime) -> tuple[datetime, str]:
    """When it ended and to whom, as it will be kept. Raises ``Invalid``."""
    if how not in dict(ENDINGS):
        raise Invalid({"how": "Choose how it ended."})
    at = stated_time(ended_at, now, "ended_at")[0]
    if at < taken_at:
        raise Invalid({"ended_at": "That is before the child was taken. Nothing was saved; check both times."})
    needed = {"released": "Write to whom the child was released.", "other": "Write how it ended."}
    return at, said(words, "words", needed.get(how, ""))


@dataclass(frozen=True)
class Held:
    """A strategy discussion or conference as it will be kept."""

    kind: str
    held_at: datetime
    outcome: str
    who: str
    words: str


def meeting(kind: str, held_at: datetime | None, outcome: str, who_there: str, words: str, now: datetime) -> Held:
    """A discussion or conference as it will be kept. Raises ``Invalid``: it needs its time, who was there, and what came of it."""
    if kind not in dict(MEETINGS):
        raise Invalid({"kind": "Choose which it was."})
    if outcome not in OF_KIND[kind]:
        named = ", ".join(dict(OUTCOMES)[one].lower() for one in OF_KIND[kind])
        raise Invalid({"outcome": f"Choose what came of it: {named}."})
    held = outcome != "not_held"
    there = said(who_there, "who", "Write who was there, by name and agency." if held else "")
    why = said(words, "words", "" if held else "Write why it was not held, and who decided that.")
    if held_at is None and held:
        raise Invalid({"held_at": "Write when it was held."})
    return Held(kind, stated_time(held_at, now, "held_at")[0], outcome, there, why)
