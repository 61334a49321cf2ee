"""The test part cut in several ways: by what was written, who wrote it, how, and about a child of what age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modelling.corpus import CHANNELS, CUES, LEVELS, Log, logs

LENGTHS = ((5, 18), (18, 60), (60, 160), (160, 451))
"""Words from and up to, the second left out."""
AGES = (("under 1", 0, 1), ("1 to 4", 1, 5), ("5 to 11", 5, 12), ("12 to 15", 12, 16), ("16 and 17", 16, 18))
"""Bands by the youngest age told, in years from and up to."""
_NUMBERS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen",
)  # fmt: skip
_NUMBER = re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b", re.IGNORECASE)
_PERSON = r"(?:boy|girl|child|lad|lass|son|daughter|sister|brother|male|female|kid|pupil)s?"
_ENDS = r"(?=[),.;]| and\b| &|$)"
_YEARS = re.compile(
    r"\b(?:[mf] ?)?(\d{1,2})[ -]?(?:yo\b|y/o\b|y\.o\b|(?:yrs?|years?)[ -]?olds?\b)"
    r"|\bf(\d{1,2})\b"
    # A motorway is written like a boy of that age.
    r"|(?<!on )(?<!the )\bm(\d{1,2})\b(?! ?(?:j\d|jct|junction|layby|lay-by|motorway|services|slip|[nesw]/?b\b|(?:north|south|east|west)))"
    r"|\b(\d{1,2})[mf]\b"
    r"|\bage[ds]? ?(\d{1,2})\b(?! ?(?:d|w|m|mth|month|wk|week|day)s?\b)"
    rf"|\b{_PERSON},? \(?(\d{{1,2}})\b{_ENDS}"
    rf"|\b(?:he|she)(?:'?s| is|'s only| is only) (\d{{1,2}})\b{_ENDS}",
    re.IGNORECASE,
)
_MONTHS = re.compile(
    r"\b\d{1,2}[ -]?(?:m|mo|mths?|months?|wks?|weeks?|days?)[ -]olds?\b|\baged? \d{1,2} ?(?:mths?|months?|wks?|weeks?|days?)\b",
    re.IGNORECASE,
)
_SCHOOL_YEAR = re.compile(r"(?<!last )(?<!this )(?<!\d )\b(?:year|yr) ?(1[0-3]|[1-9])s?\b(?! ago)", re.IGNORECASE)
_GRADE = re.compile(r"\b(1[0-2]|[1-9])(?:st|nd|rd|th)[ -]grade(?:rs?)?\b", re.IGNORECASE)
_STAGES = (
    (
        r"newborns?|neonate|bab(?:y|ies)(?! (?:shower|grows?|monitor|wipes|bump|formula|milk|clothes|things|food|photos?|names?))|babb(?:y|ies)",
        0,
    ),
    (r"toddlers?", 1),
    (r"reception (?:class|child|pupil)s?", 4),
    (r"(?:infant|primary|junior|elementary) (?:school|pupil|age)\w*", 5),
    (r"(?:secondary|high|comprehensive|middle) (?:school|pupil)\w*|teen(?:s|agers?|age (?:boy|girl|lad)s?)?", 12),
    (r"sixth[ -]form(?:ers?)?", 16),
)
_STAGE = [(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), age) for words, age in _STAGES]
"""What says a stage of life and no number, with its youngest age: a teenager goes with secondary school."""


@dataclass(frozen=True)
class Slice:
    """Some of the test part, by name."""

    name: str
    logs: list[Log]


def youngest(text: str) -> int | None:
    """The youngest age under 18 told as a number, a school year or a stage of life, in years; None where none is."""
    text = _NUMBER.sub(lambda found: str(_NUMBERS.index(found[0].casefold()) + 1), text)
    ages = [int(value) for found in _YEARS.findall(text) for value in found if value]
    ages += [int(year) + 4 for year in _SCHOOL_YEAR.findall(text)]
    ages += [int(grade) + 5 for grade in _GRADE.findall(text)]
    if _MONTHS.search(text):
        ages.append(0)
    children = [age for age in ages if age < 18]
    # A stage is less exact than a number, so it counts where no number does ("my baby, she's 6").
    return min(children or [age for stage, age in _STAGE if stage.search(text)], default=None)


def slices(part: Sequence[Log]) -> Iterator[Slice]:
    """The part as it is, and cut in several ways; a slice by cue or level holds risky logs only."""
    yield Slice("all", list(part))
    yield Slice("oblique", [one for one in part if one.oblique])
    yield Slice("in plain words", [one for one in part if one.at_risk and not one.oblique])
    yield Slice("harmless, a child in it", [one for one in part if not one.at_risk and one.child != "no"])
    yield Slice("harmless, no child", [one for one in part if not one.at_risk and one.child == "no"])
    for hand in sorted({one.hand for one in part}):
        yield Slice(f"hand {hand}", [one for one in part if one.hand == hand])
    # A family is a hand's own name for a scenario: two hands may have met under one name by chance, or in kind.
    trained = {one.family for one in logs() if one.part == "train"}
    yield Slice("family's name also in train", [one for one in part if one.family in trained])
    yield Slice("family's name not in train", [one for one in part if one.family not in trained])
    for level in LEVELS[1:]:
        yield Slice(f"level {level}", [one for one in part if one.at_risk and one.level == level])
    for channel in CHANNELS:
        yield Slice(f"channel {channel}", [one for one in part if one.channel == channel])
    for low, high in LENGTHS:
        yield Slice(f"{low} to {high - 1} words", [one for one in part if low <= len(one.text.split()) < high])
    # Where no child is spoken of, an age under 18 is a dog's, a bottle's or long ago.
    ages = [(one, youngest(one.text)) for one in part if one.child != "no"]
    for name, low, high in AGES:
        yield Slice(f"youngest {name}", [one for one, age in ages if age is not None and low <= age < high])
    yield Slice("a child, no age told", [one for one, age in ages if age is None])
    regions = [(one, one.region.casefold()) for one in part]
    yield Slice(
        "with a region, not US",
        [one for one, region in regions if region not in ("none", "") and not region.startswith("us")],
    )
    yield Slice("US", [one for one, region in regions if region.startswith("us")])
    yield Slice("no region", [one for one, region in regions if region in ("none", "")])
    for cue in CUES:
        yield Slice(f"cue {cue}", [one for one in part if one.at_risk and cue in {span.cue for span in one.spans}])
