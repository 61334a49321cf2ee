"""What the lexicon found, as numbers beside each clause, so that the network can weigh both."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from goldthread.thrive.clauses import Place
from goldthread.thrive.decide import CEILING_P, FLOOR_P
from goldthread.thrive.reading import ASSERTIONS, Finding, Reading

WHOLE = 6
"""Numbers about a whole text."""
_CHILD = ("no", "implied", "yes")


def width(codes: Sequence[str]) -> int:
    """Numbers beside a clause for a lexicon of these cues."""
    return len(codes) + len(ASSERTIONS)


def of_clauses(places: Sequence[Place], findings: Sequence[Finding], codes: Sequence[str]) -> list[list[float]]:
    """For each clause the strongest score of each cue in it, then which assertions stand in it; each number 0 to 1.

    A cue that is not among *codes* (a force's own) is told only by its assertion and by what it adds to the whole.
    """
    at = {code: place for place, code in enumerate(codes)}
    rows = [[0.0] * width(codes) for _ in places]
    first = 0
    for finding in sorted(findings, key=lambda one: one.start):
        while first < len(places) and places[first][1] <= finding.start:
            first += 1
        for number in range(first, len(places)):
            if places[number][0] >= finding.end:
                break
            row = rows[number]
            place = at.get(finding.cue)
            if place is not None:
                row[place] = max(row[place], finding.score)
            row[len(codes) + ASSERTIONS.index(finding.assertion)] = 1.0
    return rows


def of_whole(reading: Reading) -> list[float]:
    """What the lexicon makes of the whole text: the child (three numbers), its odds, how sure it is, a vulnerable adult."""
    likely = min(CEILING_P, max(FLOOR_P, reading.probability))
    return [
        *(float(reading.child == one) for one in _CHILD),
        log(likely / (1 - likely)) / 4,
        float(reading.at_risk),
        float(reading.adult_vulnerability),
    ]
