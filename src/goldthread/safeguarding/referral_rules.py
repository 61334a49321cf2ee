"""What a referral needs, who may get it, and which leg may follow which: values in, decision or refusal out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import short, stated_time, tidy
from goldthread.response.request_rules import LONGEST_WORDS
from goldthread.safeguarding.referral_kinds import Kind, Kinds

BY_PARTNER = ("seen", "accepted", "declined", "acted", "outcome")
"""Legs that are the partner's word."""
AFTER_WITHDRAWAL = ("seen", "fed_back")
"""What may still be recorded of a withdrawn referral: that it had been read, and that they were told."""
SAID = {
    "declined": "Give the reason they gave for declining.",
    "acted": "Say what they did.",
    "outcome": "Say what came of it for the child.",
    "fed_back": "Say what is fed back.",
    "withdrawn": "Say why it is withdrawn.",
}
"""The sentence for each leg that is nothing without words."""
LONGEST_NAME = 120


@dataclass(frozen=True)
class ChildTold:
    """A child of the incident as the record has it: ``age`` in whole years or None; texts are empty where not known."""

    child: str
    name: str = ""
    age: int | None = None
    estimated: bool = False
    born: str = ""
    where_now: str = ""
    last_seen: str = ""
    seen: str = ""
    erased: bool = False

    @property
    def called(self) -> str:
        """What the page calls the child."""
        return self.name or "Name not known"


@dataclass(frozen=True)
class To:
    """Whom it goes to: the partner and the registered contact, and whether each still takes referrals."""

    kind: str
    partner: str
    contact: str
    partner_active: bool = True
    contact_active: bool = True


def chosen(
    kinds: Kinds,
    kind: Kind,
    to: To,
    children: Sequence[ChildTold],
    wanted: Collection[str],
    fields: Iterable[str],
    basis: str,
    staff_answer: str,
) -> tuple[tuple[ChildTold, ...], tuple[str, ...]]:
    """The children it is about, in the record's order, and the fields that leave, in the table's. Raises ``Invalid``."""
    wrong: dict[str, str] = {}
    if to.kind != kind.code:
        wrong["contact"] = "That contact belongs to another kind of partner. Choose one of this kind."
    elif not to.partner_active:
        wrong["contact"] = f"{to.partner} takes no referrals now. Choose another partner; nothing was sent."
    elif not to.contact_active:
        wrong["contact"] = f"{to.contact} is no contact of {to.partner} now. Choose another; nothing was sent."
    known = {one.child for one in children}
    about = tuple(one for one in children if one.child in wanted)
    if set(wanted) - known:
        wrong["children"] = "A child chosen here is not part of this incident. Choose again."
    elif not about and (kind.child == "always" or (kind.child == "recorded" and children)):
        wrong["children"] = "Choose each child that this is about."
    elif kind.ages is not None and (outside := [one for one in about if not _of_age(one, kind.ages)]):
        wrong["children"] = (
            f"{outside[0].called} is {outside[0].age}: this is for children of {kind.ages[0]} to {kind.ages[1]}. "
            "Tell the health visitor instead, and leave the child out here."
        )
    asked = set(fields)
    if asked - set(kinds.fields):
        wrong["fields"] = "One of the things to send is not in the list. Choose again."
    if basis not in kind.bases:
        wrong["basis"] = "Choose the lawful basis on which this leaves."
    if kind.code == "school" and staff_answer not in {"no", "yes", "not_known"}:
        wrong["staff_answer"] = "Answer this first: is anyone in this incident on that school's staff?"
    elif kind.code == "school" and staff_answer == "yes":
        wrong["staff_answer"] = (
            "Somebody in this incident works there, so the school is not told. Choose the local authority's education lead "
            "instead; nothing was sent and your words are kept."
        )
    if wrong:
        raise Invalid(wrong)
    return about, tuple(code for code in kinds.fields if code in asked)


def _of_age(child: ChildTold, ages: tuple[int, int]) -> bool:
    """An age that is not known, or only estimated, keeps no child from being told of."""
    return child.age is None or child.estimated or ages[0] <= child.age <= ages[1]


def concerns(kind: Kind, age: int | None) -> bool:
    """Whether a child of this age in years, None where not known, is one of whom partners of this kind are owed to be told."""
    return kind.ages is not None and (age is None or kind.ages[0] <= age <= kind.ages[1])


def concern(text: str) -> str:
    """The concern in the sender's words. Raises ``Invalid`` for none or too much."""
    return _words("concern", text, "Say what you are worried about, and what you ask of them.")


def leg_words(leg: str, text: str) -> str:
    """What was said with a leg; empty where that leg needs nothing. Raises ``Invalid``."""
    return _words("words", text, SAID.get(leg, ""))


def _words(name: str, text: str, needed: str) -> str:
    kept = tidy(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if needed and not kept:
        raise Invalid({name: needed})
    if len(kept) > LONGEST_WORDS:
        raise Invalid({name: f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
    return kept


def partners_name(text: str) -> str:
    """The name of the partner's person. Raises ``Invalid`` where there is none."""
    return short(text, "by_name", LONGEST_NAME, needed="Name the person at the partner who said so.")


def telephoned(at: datetime | None, name: str, now: datetime) -> tuple[datetime, str]:
    """When it was first told, and to whom, where it was telephoned before it was written; else now and nobody. Raises ``Invalid``."""
    if at is None and not name.strip():
        return now, ""
    if at is None:
        raise Invalid({"told_at": "Give the time of the telephone call, or leave both empty."})
    when, _late = stated_time(at, now, "told_at")
    if now - when > LONGEST_BEFORE:
        raise Invalid({"told_at": "That is more than a week ago. Check the date; nothing was sent."})
    return min(when, now), short(name, "told_to", LONGEST_NAME, needed="Name the person who was told by telephone.")


LONGEST_BEFORE = timedelta(days=7)
"""How long before the writing a telephone call may lie *(ours)*."""


def leg_at(occurred_at: datetime | None, sent_at: datetime, now: datetime) -> datetime:
    """When a leg happened. Raises ``Invalid`` for a time before the referral was sent, or one to come."""
    when, _late = stated_time(occurred_at, now)
    if when < sent_at.replace(second=0, microsecond=0):  # times are typed to the minute
        raise Invalid({"occurred_at": "That is before this referral was sent. Check the time; nothing was saved."})
    return min(max(when, sent_at), now)


def follows(leg: str, legs: Collection[str]) -> None:
    """Raise ``Refused`` where ``leg`` cannot come after what stands."""
    if leg not in (*BY_PARTNER, "fed_back", "withdrawn"):
        raise Invalid({"leg": "Choose what happened."})
    if "withdrawn" in legs and leg not in AFTER_WITHDRAWAL:
        raise Refused(
            "This referral was withdrawn. You can still record that somebody had read it, and that they were told; for "
            "anything else make a new referral."
        )
