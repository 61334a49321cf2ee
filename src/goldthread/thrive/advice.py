"""What to ask next, and where the words and a chosen level disagree. Advice only ever points upward."""

from collections.abc import Sequence
from dataclasses import dataclass

from goldthread.thrive.decide import LEVEL_FROM, rank
from goldthread.thrive.reading import Finding, Reading

MOST_QUESTIONS = 6
"""A handler can ask a few things while listening; prompts beyond that are ignored."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The words suggest *suggested*, above the level a person chose, because of *findings* (strongest first)."""

    suggested: str
    findings: tuple[Finding, ...]


def questions(findings: Sequence[tuple[Finding, str]]) -> tuple[str, ...]:
    """The questions of *findings* (each with its rule's question), most important first, one for each cue."""
    ranked = sorted(
        (-_urgency(finding), finding.start, finding.cue, place, question, finding.unasked)
        for place, (finding, question) in enumerate(findings)
        if question and (finding.score > 0 or finding.unasked)
    )
    chosen: list[str] = []
    kept_for_unasked = sum(unasked for *_, unasked in ranked)
    cues: set[str] = set()
    # Room is kept for what the log itself says was not asked.
    room = max(1, MOST_QUESTIONS - min(2, kept_for_unasked))
    for _, _, cue, _, question, unasked in ranked:
        if cue in cues or question in chosen:
            continue
        if not unasked and len(chosen) >= room:
            continue
        if len(chosen) >= MOST_QUESTIONS:
            break
        cues.add(cue)
        chosen.append(question)
    return tuple(chosen)


def _urgency(finding: Finding) -> float:
    return finding.score + rank(finding.level) / 4 + (1.0 if finding.critical else 0.0)


def disagreement(reading: Reading, grade_level: str) -> Disagreement | None:
    """Whether the words suggest a higher level than *grade_level* (none, low, medium, high, immediate); never a lower one.

    Raises ValueError for an unknown level.
    """
    chosen = rank(grade_level)
    if rank(reading.level) <= chosen:
        return None
    grounds = [finding for finding in reading.findings if rank(finding.level) > chosen and finding.score >= LEVEL_FROM]
    grounds = grounds or [finding for finding in reading.findings if finding.score >= LEVEL_FROM]
    grounds.sort(key=lambda finding: (-rank(finding.level), -finding.score, finding.start))
    return Disagreement(reading.level, tuple(grounds))
