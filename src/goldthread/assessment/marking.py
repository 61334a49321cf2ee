"""What a person has answered to the reader's marks, and which still want an answer: values in, answer out.

A mark is a finding. Marks of one cue are answered together, and one answer settles the cue until a new fact revives it:
another wording of that cue, or one that was uncertain and is now affirmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from goldthread.config.errors import Invalid

ANSWERS = [("noted", "Noted"), ("not_so", "Not so"), ("ask", "To be asked")]
REASONS = [
    ("misheard", "Misheard or mistyped"),
    ("somebody_else", "About somebody else"),
    ("over", "Past, and known to be over"),
    ("checked", "Checked: not so"),
    ("other", "Other: written in the entry"),
]
"""Why a mark is not so, in the order of the keys 1 to 5 *(ours)*."""
WANT_ANSWER = frozenset({"affirmed", "hypothetical", "uncertain"})
"""Assertions of risk that want an answer. What was denied, is past or about others is shown pale and asks for nothing."""
MOST_PROMPTS = 3
"""Prompts shown at a time: acceptance falls with every further one."""
MOST_FACTS = 400
"""Facts one answer can hold; a cue has a hundred findings at the most, and as many wordings."""
LONGEST_FACT = 400

Finding = dict[str, Any]
"""One finding as a reading stores it: cue, entry, start, end, assertion, elements, score, rule."""


@dataclass(frozen=True)
class Answered:
    """The newest answer to a cue: which, why not (a code of ``REASONS`` or empty), the facts it was given for, and whose."""

    answer: str
    reason: str
    facts: frozenset[str]
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class CueState:
    """One cue in the words: its findings strongest first, whether life is at stake, and what was answered.

    ``wants`` tells whether it wants an answer now; ``revived`` that it was answered before a new fact came.
    """

    cue: str
    findings: tuple[Finding, ...]
    critical: bool
    answered: Answered | None
    wants: bool
    revived: bool

    @property
    def facts(self) -> frozenset[str]:
        """What this cue rests on now, without any words: see ``fact``."""
        return frozenset(fact(one) for one in self.findings if one["assertion"] in WANT_ANSWER or self.critical)


def fact(finding: Finding) -> str:
    """A finding without its place: the same wording said twice, meant the same way, is one fact."""
    return f"{finding['rule']}|{finding['assertion']}"


def states(
    findings: Sequence[Finding], answers: dict[str, Answered], critical: Callable[[str], bool]
) -> list[CueState]:
    """Every cue in the words: those that want an answer first, life-threat before others, then the strongest."""
    by_cue: dict[str, list[Finding]] = {}
    for one in findings:
        by_cue.setdefault(one["cue"], []).append(one)
    found = [_state(cue, group, answers.get(cue), critical(cue)) for cue, group in by_cue.items()]
    return sorted(found, key=lambda one: (not one.wants, not one.critical, -_strength(one), one.cue))


def _state(cue: str, group: list[Finding], answered: Answered | None, critical: bool) -> CueState:
    ordered = tuple(
        sorted(group, key=lambda one: (one["assertion"] not in WANT_ANSWER, -one["score"], one["entry"], one["start"]))
    )
    standing = {fact(one) for one in ordered if one["assertion"] in WANT_ANSWER or critical}
    new = bool(standing) and (answered is None or not standing <= answered.facts)
    return CueState(cue, ordered, critical, answered, new, new and answered is not None)


def _strength(state: CueState) -> float:
    return max(float(one["score"]) for one in state.findings)


def unanswered(found: Iterable[CueState]) -> int:
    """How many cues want an answer."""
    return sum(one.wants for one in found)


def prompts(found: Sequence[CueState], question: Callable[[str, str], str]) -> list[tuple[str, str]]:
    """At most ``MOST_PROMPTS`` pairs of cue and question: the unanswered first, then those put aside to be asked.

    ``question`` gives what to ask for a cue and a wording. The same question is put once.
    """
    asked = [one for one in found if one.wants]
    asked += [one for one in found if not one.wants and one.answered is not None and one.answered.answer == "ask"]
    chosen: dict[str, str] = {}
    for state in asked:
        what = question(state.cue, state.findings[0]["rule"])
        if what and what not in chosen:
            chosen[what] = state.cue
        if len(chosen) == MOST_PROMPTS:
            break
    return [(cue, what) for what, cue in chosen.items()]


def answer(cue: str, given: str, reason: str, facts: Sequence[str], known: Callable[[str], bool]) -> Answered:
    """The answer as it will be kept. Raises ``Invalid`` for one that does not exist or lacks its reason."""
    if not known(cue):
        raise Invalid({"cue": "The reader has no such mark. Nothing was saved; reload the page."})
    if given not in dict(ANSWERS):
        raise Invalid({"answer": "Answer a mark with noted, not so, or ask. Nothing was saved."})
    if given == "not_so" and reason not in dict(REASONS):
        raise Invalid({"reason": "Say why it is not so: choose 1 to 5. The mark stays until then."})
    if len(facts) > MOST_FACTS or any(len(one) > LONGEST_FACT or "\x00" in one for one in facts):
        raise Invalid({"facts": "This answer does not fit the mark. Nothing was saved; reload the page."})
    return Answered(given, reason if given == "not_so" else "", frozenset(facts))
