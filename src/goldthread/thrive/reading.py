"""What a reading is: findings with exact quotes, and what they add up to."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

ASSERTIONS = ("affirmed", "negated", "historical", "hypothetical", "uncertain", "other-subject")


class Finding(NamedTuple):
    """One cue in the words. ``quote`` is ``text[start:end]`` (code points); ``score`` is 0..1: how far it counts.

    ``rule`` is the lexicon's wording that made it; ``unasked`` says that the words tell only that it was not mentioned.
    """

    cue: str
    start: int
    end: int
    quote: str
    assertion: str
    elements: tuple[str, ...]
    score: float
    rule: str
    level: str
    critical: bool
    unasked: bool = False

    def to_json(self) -> dict[str, Any]:
        """The stable contract's fields, and ``rule``."""
        return {
            "cue": self.cue,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "assertion": self.assertion,
            "elements": list(self.elements),
            "score": self.score,
            "rule": self.rule,
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """The reader's answer for one text. With ``abstain`` the findings stand and ``at_risk`` is no answer; ``reason`` says why.
    ``doubt`` says why the full path is not sure of its answer; empty where it is.

    ``probability`` (0..1) is that a child is at risk; ``level`` is what the words suggest for the child, never a grade.
    """

    engine: str
    path: str
    lexicon: str
    model: str | None
    child: str
    at_risk: bool
    probability: float
    level: str
    adult_vulnerability: bool
    abstain: bool
    reason: str
    findings: tuple[Finding, ...] = ()
    questions: tuple[str, ...] = ()
    took_ms: float = field(default=0.0, compare=False)
    doubt: str = ""

    def to_json(self) -> dict[str, Any]:
        """The stable contract's fields in their order; ``reason`` and ``doubt`` only where there is one."""
        line: dict[str, Any] = {
            "engine": self.engine,
            "path": self.path,
            "lexicon": self.lexicon,
            "model": self.model,
            "child": self.child,
            "at_risk": self.at_risk,
            "probability": self.probability,
            "level": self.level,
            "adult_vulnerability": self.adult_vulnerability,
            "abstain": self.abstain,
            "findings": [finding.to_json() for finding in self.findings],
            "questions": list(self.questions),
            "took_ms": self.took_ms,
        }
        if self.abstain:
            line["reason"] = self.reason
        if self.doubt:
            line["doubt"] = self.doubt
        return line
