"""Reading along while somebody types: what was typed is kept, and what the reader finds in it goes back to the page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from goldthread.assessment.marking import WANT_ANSWER
from goldthread.assessment.reading import reader
from goldthread.config.errors import Invalid
from goldthread.desk.noticing import TYPED, Noticed, lettered

UNREADABLE = (
    "This page sent something that cannot be read. What you typed is still here; reload the page in a new window."
)


@dataclass(frozen=True)
class Typed:
    """What a page sends while somebody types: the revision it stands on, every field, and the column it shows already.

    ``full`` at a pause: the words are to be read on the full path.
    """

    base: int
    fields: dict[str, str]
    have: str
    full: bool = False


def parsed(body: bytes) -> Typed:
    """The page's JSON. Raises ``Invalid`` for anything else."""
    try:
        given = json.loads(body)
        base, fields, have, full = given["base"], given["fields"], given.get("have", ""), given.get("full", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid({"text": UNREADABLE}) from None
    known = isinstance(base, int) and not isinstance(base, bool) and 0 <= base < 2**31
    if not known or not isinstance(have, str) or not isinstance(full, bool) or not isinstance(fields, dict):
        raise Invalid({"text": UNREADABLE})
    if not all(isinstance(value, str) for value in fields.values()):
        raise Invalid({"text": UNREADABLE})
    return Typed(base, fields, have, full)


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
