"""The test part cut in several ways: by what was written, who wrote it, how, and about a child of what age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modelling.corpus import CHANNELS, CUES, LEVELS, Log

LENGTHS = ((5, 18), (18, 60), (60, 160), (160, 451))
"""Words from and up to, the second left out."""
AGES = (("under 1", 0, 1), ("1 to 4", 1, 5), ("5 to 11", 5, 12), ("12 to 15", 12, 16), ("16 and 17", 16, 18))
"""Bands by the youngest age told, in years from and up to."""
_YEARS = re.compile(
    r"\b(?:aged? |[mf])?(\d{1,2}) ?(?:yo\b|y/o|yrs?\b|years? old|yr old)|\b[mf](\d{1,2})\b|\baged? (\d{1,2})\b", re.I
)
_MONTHS = re.compile(r"\b\d{1,2} ?(?:mths?|months?|wks?|weeks?|days?)[ -]old\b|\bnewborn\b", re.I)


@dataclass(frozen=True)
class Slice:
    """Some of the test part, by name."""

    name: str
    logs: list[Log]


def youngest(text: str) -> int | None:
    """The youngest age under 18 told in the usual ways, in years; None where none is."""
    if _MONTHS.search(text):
        return 0
    ages = [int(value) for found in _YEARS.findall(text) for value in found if value]
    return min((age for age in ages if age < 18), default=None)


def slices(part: Sequence[Log]) -> Iterator[Slice]:
    """The part as it is, and cut in several ways; a slice by cue or level holds risky logs only."""
    yield Slice("all", list(part))
    yield Slice("oblique", [one for one in part if one.oblique])
    yield Slice("in plain words", [one for one in part if one.at_risk and not one.oblique])
    yield Slice("harmless, a child in it", [one for one in part if not one.at_risk and one.child != "no"])
    yield Slice("harmless, no child", [one for one in part if not one.at_risk and one.child == "no"])
    for hand in sorted({one.hand for one in part}):
        yield Slice(f"hand {hand}", [one for one in part if one.hand == hand])
    for level in LEVELS[1:]:
        yield Slice(f"level {level}", [one for one in part if one.at_risk and one.level == level])
    for channel in CHANNELS:
        yield Slice(f"channel {channel}", [one for one in part if one.channel == channel])
    for low, high in LENGTHS:
        yield Slice(f"{low} to {high - 1} words", [one for one in part if low <= len(one.text.split()) < high])
    for name, low, high in AGES:
        yield Slice(f"youngest {name}", [one for one in part if low <= _age(one) < high])
    yield Slice("regional speech", [one for one in part if one.region.casefold() not in ("none", "")])
    for cue in CUES:
        yield Slice(f"cue {cue}", [one for one in part if one.at_risk and cue in {span.cue for span in one.spans}])


def _age(one: Log) -> float:
    found = youngest(one.text)
    return float("inf") if found is None else found
