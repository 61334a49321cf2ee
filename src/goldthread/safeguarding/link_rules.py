"""When a partner's link opens, how its codes work, and what may be answered by it: values in, decision or refusal out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from goldthread.config.errors import Invalid, Refused
from goldthread.contact.rules import short, tidy
from goldthread.notices.rules import address
from goldthread.response.request_rules import LONGEST_WORDS

LIVES = timedelta(days=7)
"""How long a link opens *(ours)*."""
CODE_LIVES = timedelta(minutes=10)
TRIES = 5
"""Wrong entries after which a code is dead *(ours)*."""
DIGITS = 6
SESSION = timedelta(minutes=30)
"""How long the page stays open after a code was entered *(ours)*."""
SHORT = 2
"""Letters of a word that is too short to be looked for in a file's name *(ours)*."""
HOUR = timedelta(hours=1)
CODES_AN_HOUR = 5
"""Codes of one link in an hour: with five tries each, one guess in forty thousand comes true *(ours)*."""
FROM_AN_ADDRESS = 40
"""Codes asked for, and wrong codes entered, from one address in an hour: an office shares one address *(ours)*."""
SAME = timedelta(minutes=1)
"""Within which the same thing done again from the same address is written down once *(ours)*."""

USES = {
    "opened": "Opened, nothing shown",
    "asked": "Code sent",
    "limited": "Refused: too often",
    "wrong": "Wrong code entered",
    "dead": "Code entered that had too many wrong tries",
    "late": "Code entered after its ten minutes",
    "replayed": "Code entered that was used before",
    "entered": "Right code entered",
    "shown": "Document shown",
    "file": "File taken",
    "expired": "Opened after it expired",
    "revoked": "Opened after it was ended",
    "withdrawn": "Opened after the referral was withdrawn",
    "contact": "Opened for somebody who is no contact any more",
}
ENDED = {
    "withdrawn": (
        "What was sent to you was withdrawn",
        "Do not act on it, and destroy any copy that you made. If you have acted on it already, ring us.",
    ),
    "revoked": ("This link was ended", "If you were sent a newer one, use that. If not, ring us and ask for one."),
    "expired": ("This link has expired", "It opened for seven days. Ring us and ask for a new one."),
    "contact": (
        "This link is not yours to open any more",
        "The person it was sent to is not on our list of contacts now. Ring us if you should be.",
    ),
}
"""What is said of a link that opens nothing: a heading and what to do."""
NOT_A_LINK = "This is not a whole link. Copy it from the message to its end, or ring us and ask for a new one."
NOT_NOW = "Something is wrong on our side. Ring us and say so; what you sent before is kept."
REFUSED_CODES = {
    "none": "Ask for a code first. It is sent to the person to whom this link was sent.",
    "wrong": "That is not the code. Look at the newest message and type its six digits.",
    "dead": "That code is dead, because a wrong one was entered five times. Ask for a new one.",
    "late": "That code has run out: it works for ten minutes. Ask for a new one.",
    "replayed": "That code was used before, and each works once. Ask for a new one.",
    "limited": "Too many codes were asked for or entered. Wait an hour, or ring us: nothing is lost.",
}
ANSWERS = {
    "accepted": "We accept it and will act",
    "declined": "We decline it",
    "acted": "What we did",
    "outcome": "What came of it for the child",
}
NEEDS = {
    "declined": "Give the reason why you decline it.",
    "acted": "Say what you did.",
    "outcome": "Say what came of it for the child.",
}
DECISION = ("accepted", "declined")
LONGEST_NAME = 120
FIRST = "Say first who you are and that you have read this."
OVER = "This page was open for half an hour and has closed. Enter a new code to go on: what you typed comes back then."


class Ended(Refused):
    """The link opens nothing. ``why`` is a code of ``ENDED``."""

    def __init__(self, why: str) -> None:
        super().__init__(". ".join(ENDED[why]))
        self.why = why


class CodeRefused(Invalid):
    """A code that opens nothing. ``why`` is a code of ``REFUSED_CODES``."""

    def __init__(self, why: str) -> None:
        super().__init__({"code": REFUSED_CODES[why]})
        self.why = why


class NeedsCode(Refused):
    """No code was entered here, or too long ago."""


@dataclass(frozen=True)
class Standing:
    """How a link stands: what of it and of its referral has ended."""

    withdrawn: bool
    revoked: bool
    active: bool
    expires_at: datetime

    def ended(self, now: datetime) -> str:
        """Why it opens nothing, as a code of ``ENDED``; empty while it does."""
        if self.withdrawn:
            return "withdrawn"
        if self.revoked:
            return "revoked"
        if not self.active:
            return "contact"
        return "expired" if now >= self.expires_at else ""


def code(typed: str) -> str:
    """The digits of a code as typed, however they were spaced. Raises ``Invalid``."""
    found = re.sub(r"[\s-]", "", typed)
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", found, re.ASCII):
        raise Invalid({"code": "A code is six digits. Type them as they stand in the message."})
    return found


def refused(made_at: datetime, wrong: int, used: bool, now: datetime) -> str:
    """Why a code opens nothing whatever is typed, as a code of ``REFUSED_CODES``; empty where the right one opens."""
    if used:
        return "replayed"
    if wrong >= TRIES:
        return "dead"
    return "late" if now >= made_at + CODE_LIVES else ""


def often(of_link: int, from_address: int) -> bool:
    """Whether no further code is sent: so many were asked for within the hour."""
    return of_link >= CODES_AN_HOUR or from_address >= FROM_AN_ADDRESS


def ways(email: str, phone: str, *, texts: bool) -> dict[str, str]:
    """The channels by which a registered contact can be reached, each with the address; ``texts``: whether we can send any.

    Raises ``Invalid`` where there is none.
    """
    found = {}
    for channel, to in (("mail", email), ("text", phone if texts else "")):
        with suppress(Invalid):
            found[channel] = address(channel, to)
    if not found:
        raise Invalid(
            {"contact": "The list has no address of this contact that we can write to. Telephone the partner."}
        )
    return found


def masked(channel: str, to: str) -> str:
    """An address as a stranger may see it, so that its owner knows where to look."""
    if channel == "text":
        return f"the number that ends in {re.sub(r'[^0-9]', '', to)[-3:]}"
    name, _, domain = to.partition("@")
    return f"{name[:1]}…@{domain}"


def named(text: str) -> str:
    """The name that somebody typed as theirs. Raises ``Invalid`` for none."""
    return short(text, "person", LONGEST_NAME, needed="Type your name.")


def said(leg: str, text: str) -> str:
    """The words of an answer; an acceptance needs none. Raises ``Invalid``."""
    kept = tidy(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if leg in NEEDS and not kept:
        raise Invalid({"words": NEEDS[leg]})
    if len(kept) > LONGEST_WORDS:
        raise Invalid({"words": f"That is longer than {LONGEST_WORDS:,} characters. Shorten it; it is still here."})
    return kept


def kin(leg: str) -> Collection[str]:
    """Legs of which the newest stands: a partner accepts or declines, and the last word of either is their decision."""
    return DECISION if leg in DECISION else (leg,)


def may_answer(leg: str, legs: Collection[str]) -> None:
    """Raise ``Invalid`` for no answer of the partner's, ``Refused`` before anybody said that they had read it."""
    if leg not in ANSWERS:
        raise Invalid({"leg": "Choose what you want to tell us."})
    if "seen" not in legs:
        raise Refused(FIRST)


def told_of(file_name: str, others: Iterable[str], about: Iterable[str]) -> list[str]:
    """Those of ``others`` whom a file's name tells of by a word of theirs that none has whom the referral is ``about``."""
    said = file_name.casefold()
    known = {word for one in about for word in one.casefold().split()}
    return [
        one for one in others if any(len(word) > SHORT and word in said for word in set(one.casefold().split()) - known)
    ]
