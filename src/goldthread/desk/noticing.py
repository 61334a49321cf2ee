"""What the reader noticed in everything said and in what is being typed, with what a person has answered to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from goldthread.assessment.aside import LONGEST_TEXT, is_off
from goldthread.assessment.marking import REASONS, Answered, CueState, Finding, prompts, unanswered
from goldthread.assessment.mode_rules import Shown, Standing
from goldthread.assessment.modes import sees_all, standing
from goldthread.assessment.queries import cue_states, mark_answers
from goldthread.assessment.reading import Said, read, reader, reads_fully
from goldthread.contact.models import Incident
from goldthread.desk.marks import ASSERTIONS
from goldthread.web.times import clock

if TYPE_CHECKING:
    from goldthread.accounts.models import Staff

TYPED = 0
"""Stands for the number of the entry that is being typed: no entry has it."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
ABOVE = {
    "off": ("The reader is off", "Nothing is read until it is on again: read all words yourself."),
    "silent": ("The reader is silent on this desk", "It shows you nothing, which is no sign of safety."),
    "blind_first": ("You assess first", "The reader shows what it read once your team has saved a THRIVE or a grade."),
}
"""What stands on top of every page, by the mode: a word and a sentence."""
ABOVE_RESCUE = {
    "off": ("The reader is off", "Nothing is read until it is on again: read all words yourself."),
    "silent": ("The reader is silent on your team's desk", "You see what it reads; those who take contacts do not."),
    "blind_first": (
        "Your team assesses first",
        "You see what the reader reads; they do once they have saved a THRIVE or a grade.",
    ),
}
"""The same for who sees all in every mode."""
MORE_QUOTES = 3
"""Further quotes of one cue that are shown; the words themselves carry every mark."""


@dataclass(frozen=True)
class CueShown:
    """One cue of the reader's column: its quotes, why it matters, what to ask, and what was answered.

    ``facts`` goes back with the answer; ``element`` is the element of the THRIVE its quote belongs to first.
    """

    cue: str
    letter: str
    label: str
    why: str
    question: str
    quote: str
    more: tuple[str, ...]
    assertion: str
    said_as: str
    critical: bool
    wants: bool
    revived: bool
    answer: str
    answer_reason: str
    answer_by: str
    answer_at: datetime | None
    facts: tuple[str, ...]
    element: str


@dataclass(frozen=True)
class Noticed:
    """The column: the reader's state in a code and a sentence, cues in order, prompts, and how many want an answer.

    ``path`` tells how far the words were read; ``doubt`` why the full reading is not sure.
    """

    code: str
    say: str
    cues: tuple[CueShown, ...]
    prompts: tuple[tuple[str, str], ...]
    wants: int
    engine: str
    level: str
    path: str = ""
    doubt: str = ""

    @property
    def mark(self) -> str:
        """Changes whenever something shown here does; tells a page whether it has this already."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    @property
    def critical(self) -> tuple[CueShown, ...]:
        """Unanswered marks where life is at stake: they come back at handover, regrade, allocation and closing."""
        return tuple(one for one in self.cues if one.critical and one.wants)


def along(said: list[Said], typed: str, path: str = "fast") -> tuple[dict[str, Any], dict[int, str]]:
    """What the reader finds in all that was said and in what is being typed: a reading's values, and the texts by number.

    A long text is read in full by the job that follows its words alone; its *look* says so.
    """
    if typed.strip():
        said = [*said, Said(TYPED, typed)]
    if not said:
        return {"state": "waiting", "findings": []}, {}
    texts = {one.seq: one.text for one in said}
    if reads_fully() and sum(map(len, texts.values())) > LONGEST_TEXT:
        return {**read(said), "look": "long"}, texts
    return read(said, path), texts


def noticed(
    incident: Incident | None,
    found: dict[str, Any],
    texts: dict[int, str],
    answers: dict[str, Answered] | None = None,
) -> Noticed:
    """The column for a reading's values (as ``along`` gives them, or a stored reading's) over ``texts``.

    ``answers`` to the marks are asked for where they are not at hand.
    """
    if answers is None:
        answers = mark_answers(incident.pk) if incident is not None else {}
    # Words that were erased take their marks with them.
    findings = [one for one in found.get("findings", []) if one["entry"] in texts]
    states = cue_states(findings, answers)
    letters = lettered(findings)
    code, say = state(found)
    return Noticed(
        code,
        say,
        tuple(_shown(one, texts, letters.get(one.cue, "")) for one in states),
        # A child who calls is asked a short fixed list and nothing else; it stands beside the call.
        () if incident is not None and incident.on_line == "child" else tuple(prompts(states, reader().question)),
        unanswered(states),
        str(found.get("engine", "")),
        str(found.get("level", "none")),
        _path(found),
        str(found.get("doubt", "")),
    )


def withheld(shown: Shown) -> Noticed:
    """The column where no reading is shown: only how the reader stands to this person."""
    code, say = stands(shown.standing)
    return Noticed(code, say, (), (), 0, "", "none")


def stands(standing: Standing) -> tuple[str, str]:
    """How the reader stands to somebody, in a code and a sentence; nothing of it reads as safe."""
    match standing.mode:
        case "off":
            return "off", (
                f"The reader is off{_since(standing)}. Nothing is read; read the words yourself and treat a child as possibly "
                "involved."
            )
        case "silent":
            return "silent", (
                f"The reader is silent on this desk{_since(standing)}: it shows you nothing. That is no sign of safety: ask "
                "about children."
            )
        case "blind_first":
            return "blind_first", (
                "You assess first: what the reader finds is shown once your team has saved a THRIVE or a grade here. That it "
                "shows nothing until then is no sign of safety."
            )
        case _:
            return "open", ""


def told_above(user: Staff) -> dict[str, Any] | None:
    """How the reader stands to somebody who sees incidents, for the top of every page; None where it is open."""
    held = standing(user)
    if held.mode == "open" or not (user.can("incident.see") or user.can("incident.open")):
        return None
    word, say = ABOVE_RESCUE[held.mode] if sees_all(user) else ABOVE[held.mode]
    return {"code": held.mode, "word": word, "since": held.since, "say": say}


def _since(standing: Standing) -> str:
    return f" since {clock(standing.since)}" if standing.since else ""


def _path(found: dict[str, Any]) -> str:
    """How far the words were read: *full*; *first*, the full reading follows; *long*, it follows once all is added; *off*: none will."""
    if found.get("state") != "read":
        return ""
    if found.get("path") == "full":
        return "full"
    if not reads_fully():
        return "off"
    return str(found.get("look") or ("off" if is_off() else "first"))


def lettered(findings: Sequence[Finding]) -> dict[str, str]:
    """A letter for each cue, in the order in which they came up, so that a letter stays while somebody types on."""
    order = sorted(findings, key=lambda one: (one["entry"] == TYPED, one["entry"], one["start"], one["cue"]))
    cues = dict.fromkeys(one["cue"] for one in order)
    return dict(zip(cues, LETTERS, strict=False))


def state(found: dict[str, Any]) -> tuple[str, str]:
    """What the reader is to these words, in a code and a sentence; silence is never shown as safety."""
    match found:
        case {"state": "waiting"}:
            return "waiting", "Nothing has been said yet, so nothing has been read."
        case {"state": "off"}:
            return "off", (
                "The reader was off when the newest words came. They are read once it is on again; until then read them "
                "yourself and treat a child as possibly involved."
            )
        case {"state": "down"}:
            return "down", (
                "The reader is down. Nothing was read; read the words yourself and treat a child as possibly involved."
            )
        case {"abstain": True}:
            why = found.get("why_abstained") or "The reader could not assess this text."
            return "abstained", f"{why} Read the words yourself and treat a child as possibly involved."
        case {"findings": []}:
            return "nothing", "The reader noticed nothing. That is not a sign of safety: ask about children."
        case _:
            return "read", ""


def _shown(state: CueState, texts: dict[int, str], letter: str) -> CueShown:
    # A cue that a later lexicon no longer has keeps its code: what was shown stays readable.
    known = {one.code: one for one in reader().cues}.get(state.cue)
    first = state.findings[0]
    quotes = list(dict.fromkeys(texts[one["entry"]][one["start"] : one["end"]] for one in state.findings))
    others = tuple(one for one in quotes[1:] if one not in quotes[0])[:MORE_QUOTES]
    answered = state.answered
    return CueShown(
        cue=state.cue,
        letter=letter,
        label=known.label if known else state.cue,
        why=known.why if known else "",
        question=reader().question(state.cue, first["rule"]) if known else "",
        quote=quotes[0],
        more=others,
        assertion=first["assertion"],
        said_as=ASSERTIONS.get(first["assertion"], str(first["assertion"])),
        critical=state.critical,
        wants=state.wants,
        revived=state.revived,
        answer=answered.answer if answered else "",
        answer_reason=dict(REASONS).get(answered.reason, "") if answered else "",
        answer_by=answered.by if answered else "",
        answer_at=answered.at if answered else None,
        facts=tuple(sorted(state.facts)),
        element=(list(first["elements"]) or ["risk"])[0],
    )
