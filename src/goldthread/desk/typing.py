"""Reading along while somebody types: what was typed is kept, and what the reader finds in it goes back to the page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from goldthread.assessment.marking import WANT_ANSWER
from goldthread.assessment.reading import reader
from goldthread.config.errors import Invalid
from goldthread.desk.noticing import TYPED, Noticed, lettered
from goldthread.thrive.decide import rank
from goldthread.thrive.full import RULE
from goldthread.thrive.reading import ASSERTIONS

MOST_HELD = 20
"""Quotes that a page may hold *(ours)*: a full reading makes three at most."""

UNREADABLE = (
    "This page sent something that cannot be read. What you typed is still here; reload the page in a new window."
)


@dataclass(frozen=True)
class Held:
    """What the network alone quoted, as (cue, quote, assertion, score), and the level of that reading; none without a quote."""

    level: str
    quoted: tuple[tuple[str, str, str, float], ...]

    def to_json(self) -> dict[str, Any]:
        """As the page keeps it."""
        return {"level": self.level, "quoted": [list(one) for one in self.quoted]}


@dataclass(frozen=True)
class Typed:
    """What a page sends while somebody types: the revision it stands on, every field, and the column it shows already.

    ``full`` at a pause: the words are to be read on the full path. ``asks`` where nothing was typed since the last time.
    ``held`` is what that reading gave the page last, for the fast ones until the next.
    """

    base: int
    fields: dict[str, str]
    have: str
    full: bool = False
    asks: bool = False
    held: Held | None = None


def parsed(body: bytes) -> Typed:
    """The page's JSON. Raises ``Invalid`` for anything else."""
    try:
        given = json.loads(body)
        base, fields, have = given["base"], given["fields"], given.get("have", "")
        full, asks = given.get("full", False), given.get("asks", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid({"text": UNREADABLE}) from None
    known = isinstance(base, int) and not isinstance(base, bool) and 0 <= base < 2**31
    flags = isinstance(full, bool) and isinstance(asks, bool)
    if not known or not flags or not isinstance(have, str) or not isinstance(fields, dict):
        raise Invalid({"text": UNREADABLE})
    if not all(isinstance(value, str) for value in fields.values()):
        raise Invalid({"text": UNREADABLE})
    return Typed(base, fields, have, full, asks, _held(given.get("held")))


def _held(given: Any) -> Held | None:
    """The page's own copy of what it was told; anything else is no copy, and the next full reading tells anew."""
    try:
        quoted = tuple((str(cue), str(quote), str(said), float(score)) for cue, quote, said, score in given["quoted"])
        rank(given["level"])
    except (TypeError, KeyError, ValueError, OverflowError):  # a number of 400 digits is no score
        return None
    kept = [one for one in quoted[:MOST_HELD] if one[1].strip() and one[2] in ASSERTIONS and 0 <= one[3] <= 1]
    return Held(given["level"], tuple(kept))


def held(found: dict[str, Any], texts: dict[int, str]) -> Held | None:
    """What a page is to hold on to of a full reading; None of a fast one."""
    if found.get("path") != "full":
        return None
    alone = [one for one in found["findings"] if one["rule"] == RULE and one["entry"] in texts]
    return Held(
        found["level"] if alone else "none",  # a level that rests on no words to look for would outlive them
        tuple(
            (one["cue"], texts[one["entry"]][one["start"] : one["end"]], one["assertion"], one["score"])
            for one in alone
        ),
    )


def with_held(found: dict[str, Any], texts: dict[int, str], kept: Held | None) -> dict[str, Any]:
    """A fast reading's values with what the last full one quoted, as far as those words still stand there.

    So that marks do not come and go while somebody types; the next pause reads everything anew.
    """
    if kept is None or found.get("state") != "read" or found.get("path") == "full":
        return found
    known = {one.code for one in reader().cues}
    more = []
    for cue, quote, said, score in kept.quoted:
        place = next(((seq, text.find(quote)) for seq, text in reversed(texts.items()) if quote in text), None)
        if place is None or cue not in known:
            continue
        seq, start = place
        more.append({
            "cue": cue, "assertion": said, "elements": ["risk"], "score": score, "rule": RULE, "entry": seq,
            "start": start, "end": start + len(quote),
        })  # fmt: skip
    if not more or len(more) < len(kept.quoted):  # what it rested on has changed: its level is no answer to these words
        return {**found, "findings": [*found["findings"], *more]}
    return {**found, "findings": [*found["findings"], *more], "level": max(found["level"], kept.level, key=rank)}


def marks(found: dict[str, Any], text: str) -> list[dict[str, Any]]:
    """Marks in the words being typed, in UTF-16 units as a browser counts them, without overlaps, in order."""
    critical = {one.code for one in reader().cues if one.critical}
    letters = lettered(found.get("findings", []))
    places = _browser_places(text)
    runs: list[dict[str, Any]] = []
    typed = [one for one in found.get("findings", []) if one["entry"] == TYPED]
    for one in sorted(typed, key=lambda one: (one["start"], -one["end"])):
        stands = one["assertion"] in WANT_ANSWER or one["cue"] in critical
        letter = letters.get(one["cue"], "")
        if runs and one["start"] < runs[-1]["until"]:
            last = runs[-1]
            last["until"] = max(last["until"], one["end"])
            last["stands"] = last["stands"] or stands
            if letter not in last["letters"]:
                last["letters"] += letter
            continue
        runs.append({"from": one["start"], "until": one["end"], "stands": stands, "letters": letter})
    return [{**run, "from": places(run["from"]), "until": places(run["until"])} for run in runs]


def told(shown: Noticed) -> str:
    """What a screen reader says of the column: its state, or the marks that want an answer."""
    if shown.say:
        return shown.say
    wanting = [one.label for one in shown.cues if one.wants]
    if not wanting:
        return ""
    return f"{len(wanting)} {'mark wants' if len(wanting) == 1 else 'marks want'} an answer. First: {wanting[0]}."


def _browser_places(text: str) -> Any:
    """From a place in code points to the same place in UTF-16 units."""
    wide = [place for place, sign in enumerate(text) if ord(sign) > 0xFFFF]
    if not wide:
        return lambda place: place
    return lambda place: place + sum(one < place for one in wide)
