"""Texts as tired hands type them: slips of the keys, shorthand, case. The same for the same seed."""

from __future__ import annotations

import random
import re

NEIGHBOURS = {
    "a": "qwsz", "b": "vghn", "c": "xdfv", "d": "serfcx", "e": "wsdr", "f": "drtgvc", "g": "ftyhbv", "h": "gyujnb", "i": "ujko",
    "j": "huikmn", "k": "jiolm", "l": "kop", "m": "njk", "n": "bhjm", "o": "iklp", "p": "ol", "q": "wa", "r": "edft", "s": "awedxz",
    "t": "rfgy", "u": "yhji", "v": "cfgb", "w": "qase", "x": "zsdc", "y": "tghu", "z": "asx",
}  # fmt: skip
"""Keys beside each other on a British keyboard."""
SHORT = {
    "with": "w/", "without": "w/o", "before": "b4", "and": "&", "you": "u", "are": "r", "children": "kids", "informant": "inft",
    "caller": "clr", "address": "addr", "people": "ppl", "because": "cos", "police": "pol", "vehicle": "veh", "about": "abt",
    "please": "pls", "history": "hx", "years": "yrs", "weeks": "wks", "house": "hse", "street": "st", "female": "fem", "tonight": "2nite",
}  # fmt: skip
"""Words and how they are shortened in a hurry *(ours)*."""
SHORTEST = 4
"""Letters of a word from which it is misspelt: shorter ones are typed whole or not at all."""


def slips(text: str, rate: float, rng: random.Random) -> str:
    """``text`` with a slip in each word of four letters or more with probability ``rate`` (0 to 1)."""
    return re.sub(r"[^\W\d_]+", lambda found: _slip(found[0], rng) if rng.random() < rate else found[0], text)


def shortened(text: str, rate: float, rng: random.Random) -> str:
    """``text`` with words shortened, each that has a short form with probability ``rate``."""
    return re.sub(r"[^\W\d_]+", lambda found: SHORT.get(found[0], found[0]) if rng.random() < rate else found[0], text)


def unpunctuated(text: str) -> str:
    """``text`` as it is typed with a caller talking: a space for every sign that parts sentences, so that every place stays where it was."""
    return re.sub(r"[.,;:!?…](?!\d)|(?<= )[-–—](?= )", " ", text)


def _slip(word: str, rng: random.Random) -> str:
    if len(word) < SHORTEST:
        return word
    at = rng.randrange(1, len(word) - 1)
    kind = rng.random()
    if kind < 0.35:  # two letters change places
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind < 0.60:  # one is missing
        return word[:at] + word[at + 1 :]
    if kind < 0.80:  # one is doubled
        return word[: at + 1] + word[at:]
    near = NEIGHBOURS.get(word[at].casefold())
    return word[:at] + (rng.choice(near) if near else word[at]) + word[at + 1 :]
