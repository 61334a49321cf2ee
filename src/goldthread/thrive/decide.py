"""From findings to an answer: is a child involved, is a child at risk, how likely, and what level do the words suggest.

Every constant stands in the table below with its reason. The probability is a noisy-or over cues: each finding can only
add to it, so that more concern never reads as less.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from goldthread.thrive.lexicon import LEVELS, Rule
from goldthread.thrive.reading import Finding

AT_RISK = 0.5
"""Probability from which ``at_risk`` is true: a missed child costs far more than a needless look, yet a mark on every log would be ignored."""

COUNTS = {
    "affirmed": 1.0,
    "hypothetical": 0.9,  # a threat or fear is risk
    "uncertain": 0.75,  # doubt at first contact is resolved by asking, not by discounting
    "historical": 0.4,  # the past tells of the future, less than the present does
    "other-subject": 0.08,  # said of somebody else: kept, barely counted
    "negated": 0.0,  # shown, not counted
}
UNASKED = 0.05
"""What "none mentioned" counts: it tells nothing either way and makes a question."""
CRITICAL_FLOOR = 0.75
"""A life-threat cue counts at least so much, whatever stands near it (domain rule: never dropped by negation)."""
NO_CHILD = 0.25
"""A cue that says nothing of a child, in a log that does not either, speaks this much for a child at risk."""
NEEDS_CHILD_ALONE = 0.06
"""The same for a cue marked as counting only where a child is involved."""
IMPLIED_CHILD = 0.85
"""Discount where a child is only suggested: the words must still be taken up."""
FLOOR_P, CEILING_P = 0.01, 0.99
"""Words never prove safety or harm."""
LEVEL_FROM = 0.3
"""A finding suggests its level only if it counts at least so much after its assertion and the child are weighed."""
COMBINES_AT = 3
"""So many different cues of one level, each counted, suggest the level above (three low-level concerns raise themselves)."""
COMBINATIONS: tuple[tuple[frozenset[str], str], ...] = (
    # Violence heard and a carer nobody has seen: somebody may be lying hurt, and the children are alone with it.
    (frozenset({"da-child", "carer-not-seen"}), "immediate"),
    (frozenset({"background", "carer-not-seen"}), "high"),
    # A missing child who may mean to die, or whom somebody exploits, is not out late.
    (frozenset({"missing", "self-harm"}), "immediate"),
    (frozenset({"missing", "exploitation-sexual"}), "high"),
    (frozenset({"missing", "exploitation-criminal"}), "high"),
    # A baby cannot wait out a parent's crisis, nor a child whom nobody has seen a known danger.
    (frozenset({"parent-crisis", "infant"}), "high"),
    (frozenset({"risk-person", "not-seen"}), "high"),
    (frozenset({"abduction", "not-seen"}), "high"),
)
"""Cues that together suggest more than each alone *(our working rule)*; each must count by itself."""


_RANKS = {level: place for place, level in enumerate(LEVELS)}


def rank(level: str) -> int:
    """Place of *level* in none < low < medium < high < immediate. Raises ValueError for an unknown one."""
    try:
        return _RANKS[level]
    except KeyError:
        raise ValueError(f"{level!r} is no level") from None


@lru_cache(maxsize=4096)
def score(rule: Rule, kind: str, unasked: bool, child: str, names_child: bool) -> float:
    """How far a finding of *rule* counts in a log whose answer is *child*; *names_child*: its words name one."""
    counts = multiplier(kind, unasked=unasked, critical=rule.critical, past_counts=rule.past_counts)
    speaks = "yes" if names_child else rule.child
    return round(rule.weight * counts * child_factor(child, speaks=speaks, needs_child=rule.needs_child), 4)


def multiplier(assertion: str, *, unasked: bool, critical: bool, past_counts: bool = False) -> float:
    """How far a finding so asserted counts, 0..1; with *past_counts* what a person did before is the risk today."""
    if past_counts and assertion == "historical":
        assertion = "affirmed"
    factor = UNASKED if unasked else COUNTS[assertion]
    return max(factor, CRITICAL_FLOOR) if critical and assertion != "other-subject" else factor


def child_factor(child: str, *, speaks: str, needs_child: bool) -> float:
    """How far a cue counts for a child: *child* is the log's answer, *speaks* what the cue's own words say."""
    if child == "yes" or speaks == "yes":
        return 1.0
    if child == "implied" or speaks == "implied":
        return IMPLIED_CHILD
    return NEEDS_CHILD_ALONE if needs_child else NO_CHILD


def probability(scores: Iterable[tuple[str, float]], lowered: Iterable[float] = ()) -> float:
    """Noisy-or over the strongest score of each cue, lowered by harmless contexts that hold for the whole log."""
    best: dict[str, float] = {}
    for cue, score in scores:
        if score > best.get(cue, 0.0):
            best[cue] = score
    safe = 1.0
    for cue in sorted(best):
        safe *= 1.0 - best[cue]
    risk = 1.0 - safe
    for weight in lowered:
        risk *= 1.0 - weight
    return round(min(CEILING_P, max(FLOOR_P, risk)), 4)


def level(findings: Sequence[Finding], likely: float) -> str:
    """The strongest level that a counted finding suggests, raised once where several cues stand together."""
    cues_at: dict[int, set[str]] = {}
    for finding in findings:
        if finding.score >= LEVEL_FROM:
            cues_at.setdefault(_RANKS[finding.level], set()).add(finding.cue)
    if not cues_at:
        return "low" if likely >= AT_RISK else "none"
    top = max(cues_at)
    if top < _RANKS["high"] and len(cues_at[top]) >= COMBINES_AT:
        top += 1
    counted = set().union(*cues_at.values())
    for together, suggested in COMBINATIONS:
        if together <= counted:
            top = max(top, rank(suggested))
    return LEVELS[top]
