"""Invented logs in police register, the same for the same seed. No person or place in them exists."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

SEED = 46

SLOTS = {
    "who": ["inft", "caller", "the neighbour", "nxt dr", "the school office", "a passer by", "his sister", "staff at the home"],
    "child": ["the little girl", "their lad", "her 7yo son", "the baby", "the two kids", "a f15", "my grandson", "the toddler"],
    "adult": ["the male", "the female", "her ex partner", "the stepdad", "mum", "the lodger", "his uncle", "the boyfriend"],
    "place": ["Larch Road", "Quarry Lane", "the flats on Tanner Street", "the bus station", "Holloway Park", "the corner shop"],
    "time": ["tonight", "about 20 mins ago", "since teatime", "at 2140 hrs", "all weekend", "two years ago", "this morning"],
    "thing": ["a blue Corsa", "a grey hoodie", "a black rucksack", "an off road bike", "a white van", "a set of keys"],
}  # fmt: skip

CUED = (
    "{who} can hear {adult} shouting and {child} crying in the back bedroom {time}.",
    "{child} has a bruise on the arm and says {adult} did it.",
    "{child} has not been seen {time} and is not answering the phone.",
    "{adult} has left {child} alone in the house and gone to the pub.",
    "{who} states {adult} grabbed her by the throat, kids asleep upstairs.",
    "{adult} has made threats to kill and has a knife in the kitchen.",
    "{child} was seen getting into {thing} with an older male near {place}.",
    "{adult} appears intoxicated and is the only carer for {child}.",
    "house is in a poor state, no food in, {child} was unfed and dirty.",
    "this is the third call to {place} this month, hx of domestic incidents.",
    "{child} told a teacher she does not feel safe going home.",
    "line cut after a scream, call back goes to voicemail.",
)
"""With something in them for the reader."""

UNSURE = (
    "no kids in the house, both with nan, confirmed by {who}.",
    "no injuries seen and {child} looked well {time}.",
    "{who} is not sure if {child} is in or not.",
    "{adult} was arrested for assault two years ago, nothing since.",
    "no weapons mentioned, none known on the address.",
    "ambulance are dealing and say police not needed.",
)
"""Said not to be so, long ago, or not known."""

EVERYDAY = (
    "{who} reports {thing} parked across the drive near {place} {time}.",
    "loud music and people in the garden at {place} {time}.",
    "{who} has found {thing} outside {place} and wants to hand it in.",
    "rtc damage only, details swapped, road is clear at {place}.",
    "{who} asks for a call back after nine, number as shown.",
    "checks done on the address, no trace on the system, log updated.",
    "described as tall, thin build, wearing {thing} and dark trousers.",
    "unit asked to pass {place} when free, no officer to send at this time.",
    "{who} thanked and given the reference, happy with the advice.",
    "shed lock forced, {thing} taken, no suspects and no cctv.",
)
"""Nothing for the reader, as in much of what comes in."""

MIXED = (*CUED, *UNSURE, *EVERYDAY)

CUES = (
    "bruise", "crying", "shouting", "not been seen", "not answering", "left alone", "alone in the house", "by the throat",
    "threats to kill", "knife", "older male", "intoxicated", "only carer", "no food in", "unfed", "dirty", "third call",
    "domestic incidents", "does not feel safe", "scream", "line cut", "injuries", "arrested for assault", "weapons",
    "ambulance", "baby", "toddler", "little girl", "lad", "son", "kids", "grandson", "f15", "stepdad", "boyfriend",
    "ex partner", "uncle", "lodger", "nan", "school", "teacher", "bedroom", "asleep", "pub", "hx",
)  # fmt: skip
"""Phrases of the sentences above that a rule-based reader is given to look for."""


def logs(count: int, words: int, sentences: Sequence[str] = MIXED, seed: int = SEED) -> Iterator[str]:
    """``count`` logs of exactly ``words`` words each, made of ``sentences``."""
    dice = random.Random(seed)
    for _ in range(count):
        yield log(dice, words, sentences)


def log(dice: random.Random, words: int, sentences: Sequence[str] = MIXED) -> str:
    """One log of exactly ``words`` words; the last sentence may be cut, as typing is."""
    said: list[str] = []
    while len(said) < words:
        told = {slot: dice.choice(choices) for slot, choices in SLOTS.items()}
        said += dice.choice(sentences).format(**told).capitalize().split()
    return " ".join(said[:words])
