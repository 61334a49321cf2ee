"""Decisions about the caller: values in, what is kept or a refusal out."""

from __future__ import annotations

from dataclasses import dataclass

from goldthread.config.errors import Invalid
from goldthread.contact import choices
from goldthread.contact.rules import short, words

BROKEN = frozenset({"silent", "dropped", "abandoned"})
"""States of a line after which somebody has to be reached before the incident may close."""


HEARD = frozenset({"answered", "voicemail"})
"""Outcomes of an attempt in which somebody was told something."""


@dataclass(frozen=True)
class Caller:
    """Who is on the line, as stated; ``who`` a code of ``choices.ON_LINE``, ``interpreter`` one of ``INTERPRETERS``."""

    who: str
    cannot_speak: bool = False
    interpreter: str = "none"
    language: str = ""
    relation: str = ""


@dataclass(frozen=True)
class Reachable:
    """How somebody may be reached, as stated; codes of ``SAFE_CONTACT``, ``METHODS`` and ``VOICEMAIL``."""

    answer: str
    method: str = "not_asked"
    voicemail: str = "not_asked"
    number: str = ""
    times: str = ""
    code_word: str = ""


def caller(given: Caller) -> Caller:
    """The caller as they will be kept. Raises ``Invalid`` for a code that is not on the list."""
    if given.who not in dict(choices.ON_LINE) or given.who == "not_asked":
        raise Invalid({"who": "Choose who is on the line, or not known."})
    if given.interpreter not in dict(choices.INTERPRETERS):
        raise Invalid({"interpreter": "Choose who interprets, or no interpreter."})
    return Caller(
        given.who, given.cannot_speak, given.interpreter, short(given.language, "language", 60),
        short(given.relation, "relation", 200),
    )  # fmt: skip


def reachable(given: Reachable) -> Reachable:
    """The answer as it will be kept. Raises ``Invalid`` where nothing was chosen or it says two things."""
    if given.answer not in dict(choices.SAFE_CONTACT) or given.answer == "not_asked":
        raise Invalid({"answer": "Choose an answer: safe as given, not safe to call, or asked: not known."})
    if given.method not in dict(choices.METHODS):
        raise Invalid({"method": "Choose how, from the list."})
    if given.voicemail not in dict(choices.VOICEMAIL):
        raise Invalid({"voicemail": "Choose whether a voicemail is safe, from the list."})
    found = Reachable(
        given.answer, given.method, given.voicemail, short(given.number, "number", 40), short(given.times, "times", 200),
        short(given.code_word, "code_word", 80),
    )  # fmt: skip
    if found.answer == "given" and found.method == "not_asked" and not found.number:
        raise Invalid({"number": "Say by which number or in which way it is safe, or choose another answer."})
    return found


def outcome(code: str) -> str:
    """The outcome of an attempt. Raises ``Invalid`` for one that is not on the list."""
    if code not in dict(choices.CALL_BACKS):
        raise Invalid({"outcome": "Choose what came of the attempt. Nothing was saved."})
    return code


def new_risk(code: str, outcome: str, words: str) -> str:
    """What is new, asked of a caller who was told of a delay. Raises ``Invalid`` where nobody was there, or words are missing."""
    if not code:
        return ""
    if code not in dict(choices.NEW_RISK):
        raise Invalid({"new_risk": "Choose what was asked, from the list. Nothing was saved."})
    if outcome != "answered":
        raise Invalid({"new_risk": "Nobody answered, so nobody was told or asked. Leave this out. Nothing was saved."})
    if code == "something" and not words:
        raise Invalid({"text": "Write what is new, in the caller's words. Nothing was saved."})
    return code


def told(text: str, outcome: str) -> str:
    """What we told them, as it will be kept. Raises ``Invalid`` where nobody was there to be told."""
    if not text.strip():
        return ""
    if outcome not in HEARD:
        raise Invalid({"told": "Nobody was reached, so nobody was told. Leave this out. Nothing was saved."})
    try:
        return words(text)
    except Invalid as error:
        raise Invalid({"told": str(error)}) from None


def line(state: str) -> str:
    """The state of a line. Raises ``Invalid`` for one that is not on the list."""
    if state not in dict(choices.LINE):
        raise Invalid({"state": "Choose how the line stands: speaking, silent, dropped or abandoned."})
    return state
