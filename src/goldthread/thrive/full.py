"""The full path: what the lexicon found, read again by the network together with every clause.

It adds findings and never takes one away. Where the network alone sees risk, the clauses that weighed most are quoted. A threat to a
child's life that the lexicon found stands whatever the network makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from goldthread.thrive import decide, features
from goldthread.thrive.clauses import Place
from goldthread.thrive.clauses import clauses as cut
from goldthread.thrive.reading import Finding, Reading
from goldthread.thrive.spoken_to import heard

if TYPE_CHECKING:
    from goldthread.thrive.model import Card, Decided, Model

RULE = "network"
"""Stands for the wording of a finding that the network made; the reading's model says which network."""
OBLIQUE = "oblique"
"""The cue of a clause that weighs though it shows no cue by itself."""
NAMED, NAMED_SURELY = 0.3, 0.6
"""Likelihoods of a cue in a clause from which it is named, and named without doubt *(ours)*."""
MOST_QUOTED = 3
WEIGHED = 0.18
"""Share of the decision from which a clause is quoted; the weightiest one always is *(ours)*."""
QUOTED_FROM = 0.4
"""Share of a clause that counted findings of the lexicon quote, from which it needs no quote of its own: "again" tells nothing of the
van it stands beside *(ours)*."""
LIFE = 0.9
"""Score from which a life-threat finding of the lexicon holds the answer: it is then about a child, not denied, and of the plainest
wordings. Held from 0.5 on, one more risky log of the tune part was found and 20 more harmless ones were called risky."""

MANY_SLIPS = "Many words here are not as the reader knows them, so it may miss what they say. Read the words yourself."
LONG = "This contact is long, and what speaks of risk may be lost among the rest. Read the words yourself."
NOT_SURE = "The reader is not sure whether these words speak of risk to a child. Read them yourself."


def read_on(reading: Reading, text: str, model: Model) -> Reading:
    """*reading* of the fast path over *text*, taken further. Never raises for any string."""
    places: Sequence[Place] = cut(text)
    if reading.abstain or not places:
        return replace(reading, path="full", model=model.hash)
    card = model.card
    made, places = _decided(reading, text, places, model)
    likely = made.likely
    level = card.levels[sum(one >= 0.5 for one in made.levels)]
    at_risk = likely >= card.at_risk
    life = [finding for finding in reading.findings if finding.critical and finding.score >= decide.LEVEL_FROM]
    if any(finding.score >= LIFE for finding in life):
        at_risk, likely = True, max(likely, reading.probability)
    if at_risk and life:  # how grave is the lexicon's to say where it read a threat to life
        level = max(level, decide.level(life, likely), key=decide.rank)
    level = max(level, "low", key=decide.rank) if at_risk else "none"
    quoted = _quoted(places, made, card, level, text, reading.findings) if at_risk else []
    findings = tuple(sorted([*reading.findings, *quoted], key=lambda one: (one.start, one.end, one.cue)))
    return replace(
        reading,
        path="full",
        model=model.hash,
        child=_child(reading, made, card, at_risk=at_risk),
        at_risk=at_risk,
        probability=round(min(decide.CEILING_P, max(decide.FLOOR_P, likely)), 4),
        level=level,
        adult_vulnerability=reading.adult_vulnerability or made.adult >= 0.5,
        findings=findings,
        doubt=_doubt(made, card),
    )


def _decided(reading: Reading, text: str, places: Sequence[Place], model: Model) -> tuple[Decided, Sequence[Place]]:
    """What the network makes of what is said to people, and the clauses that this rests on.

    Clauses meant for a machine are left out. Where the contact is risky only with them they count: they may hold more than that.
    """

    def decide_on(some: Sequence[Place]) -> Decided:
        return model.decide(
            [text[start:end] for start, end in some],
            features.of_clauses(some, reading.findings, model.card.codes),
            features.of_whole(reading),
        )

    kept = heard(text, places)
    made = decide_on(kept)
    if len(kept) < len(places) and made.likely < model.card.at_risk:
        whole = decide_on(places)
        if whole.likely >= model.card.at_risk:
            return whole, places
    return made, kept


def _child(reading: Reading, made: Decided, card: Card, *, at_risk: bool) -> str:
    """The network's answer, but never less than the lexicon's, and never *no* where a child is at risk."""
    likeliest = card.child[made.child.index(max(made.child))]
    order = ("no", "implied", "yes")
    return max(likeliest, reading.child, "implied" if at_risk else "no", key=order.index)


def _quoted(
    places: Sequence[Place], made: Decided, card: Card, level: str, text: str, before: Sequence[Finding]
) -> list[Finding]:
    """The clauses that weighed most and that the lexicon does not quote already, each as a finding."""
    order = sorted(range(len(places)), key=lambda at: (-made.weights[at], at))
    found: list[Finding] = []
    for rank, at in enumerate(order[:MOST_QUOTED]):
        if rank and made.weights[at] < WEIGHED:
            break
        first, last = places[at]
        end = first + len(text[first:last].rstrip())
        start = end - len(text[first:end].lstrip())
        if start >= end or _quoted_by(before, start, end):
            continue
        strongest = max(made.cues[at])
        cue = card.cues[made.cues[at].index(strongest)] if strongest >= NAMED else OBLIQUE
        found.append(
            Finding(
                cue,
                start,
                end,
                text[start:end],
                "affirmed" if strongest >= NAMED_SURELY else "uncertain",
                ("risk",),
                round(made.likely * max(strongest, NAMED), 4),
                RULE,
                level,
                critical=False,
            )
        )
    return found


def _quoted_by(before: Sequence[Finding], start: int, end: int) -> bool:
    """Whether what the lexicon found and counts quotes the clause already: two fifths of it or more."""
    covered, at = 0, start
    for one in sorted(before, key=lambda one: one.start):
        if one.score >= decide.LEVEL_FROM and one.end > at and one.start < end:
            covered += min(one.end, end) - max(one.start, at)
            at = min(one.end, end)
    return covered >= QUOTED_FROM * (end - start)


def _doubt(made: Decided, card: Card) -> str:
    """Why the network is not sure; empty where it is."""
    if made.size > card.long.clauses and card.long.low <= made.likely <= card.long.high:
        return LONG
    for one in card.unsure:
        if made.pieces <= one.pieces:
            return NOT_SURE if one.low <= made.likely <= one.high else ""
    return MANY_SLIPS
