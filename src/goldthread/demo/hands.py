"""How people type: the same story in one hand and another. Augmentation, marked as such; the meaning stays.

Data in ``hands.toml``. A hand belongs to a person: how much shorthand, which of two words, capitals or none, how often the
fingers slip. Names, ages, times and addresses are never touched: a slip changes small letters within a longer word only.
"""

from __future__ import annotations

import random
import re
import tomllib
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

SHORT = (0.0, 0.0, 0.25, 0.5, 0.9)
"""Shares of the shorthand that hands use: two in five write everything out *(ours)*."""
SLIPS = (0.0, 0.0, 0.004, 0.012, 0.03)
"""Slips for each word of five letters or more *(ours)*."""
CASES = ("plain", "plain", "plain", "plain", "plain", "plain", "lower", "lower", "lower", "upper")
ASIDE = 0.4
"""Share of first words that end with something about the call itself *(ours)*."""
WRITTEN = {"online", "email", "chat", "social"}
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Hand:
    """One person's way of typing: ``words`` and ``phrases`` are the long forms that it shortens, with the short ones."""

    slips: float
    case: str
    taste: int
    words: dict[str, str]
    phrases: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    return tomllib.loads(resources.files("goldthread.demo").joinpath("hands.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=2_000)
def hand_of(username: str) -> Hand:
    """The hand of a member of staff; the same for the same username, always."""
    dice = random.Random(zlib.crc32(username.encode()))  # noqa: S311 - a demo's dice
    share = dice.choice(SHORT)
    swaps = {whole: brief for whole, brief in _file()["shorthand"] if dice.random() < share}
    phrases = tuple((whole, brief) for whole, brief in swaps.items() if " " in whole)
    return Hand(dice.choice(SLIPS), dice.choice(CASES), dice.randrange(60), swaps, phrases)


@lru_cache(maxsize=1)
def _same() -> tuple[dict[str, list[str]], tuple[tuple[str, list[str]], ...]]:
    """Words of one meaning: single ones by the first of them, and phrases."""
    given = _file()["same"]
    return {same[0]: same for same in given if same[0].isalpha()}, tuple(
        (same[0], same) for same in given if not same[0].isalpha()
    )


def typed(username: str, text: str) -> str:
    """The text as this person types it; the same text comes out the same each time."""
    hand, (words, phrases) = hand_of(username), _same()
    dice = random.Random(zlib.crc32(text.encode()) ^ hand.taste).random  # noqa: S311 - a demo's dice

    def one_of(same: list[str]) -> str:
        return same[hand.taste % len(same)] if dice() < 0.7 else same[int(dice() * len(same))]

    def struck(found: re.Match[str]) -> str:
        word = found[0]
        if word in words:
            return one_of(words[word])
        if word in hand.words:
            return hand.words[word]
        slips = hand.slips and len(word) > 4 and word.islower() and dice() < hand.slips
        return _slip(dice, word) if slips else word

    for phrase, same in phrases:
        if phrase in text:
            text = text.replace(phrase, one_of(same))
    for whole, brief in hand.phrases:
        if whole in text:
            text = text.replace(whole, brief)
    text = _WORD.sub(struck, text)
    if hand.case == "lower":
        return text.lower()
    return text.upper() if hand.case == "upper" else text


def aside(rng: random.Random, channel: str) -> str:
    """Something about the call itself to stand after its first words; mostly nothing."""
    if rng.random() >= ASIDE:
        return ""
    return " " + str(rng.choice(_file()["asides"]["written" if channel in WRITTEN else "spoken"]))


def _slip(dice: Callable[[], float], word: str) -> str:
    """The word with two letters changed about, one left out or one struck twice, never the first."""
    place = 1 + int(dice() * (len(word) - 2))
    match int(dice() * 3):
        case 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 1:
            return word[:place] + word[place + 1 :]
        case _:
            return word[:place] + word[place] + word[place:]
