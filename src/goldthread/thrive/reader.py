"""The one entry: ``Reader().read(text)`` gives a Reading."""

import gc
import threading
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from time import perf_counter

from goldthread.thrive import ENGINE, abstain, advice, decide
from goldthread.thrive.assertion import Triggers, asserter
from goldthread.thrive.lexicon import CHILD_THINGS, Context, Cue, Lexicon, Rule, load
from goldthread.thrive.match import Match, Matcher
from goldthread.thrive.reading import Finding, Reading
from goldthread.thrive.repair import Repair
from goldthread.thrive.tokens import Text

MOST_PER_CUE = 100
"""Findings of one cue kept for one text, the strongest first: a page can show no more, and hostile text stays small."""


class _Compiled:
    """A lexicon ready to match; built once for a process and directory."""

    def __init__(self, directory: Path | None) -> None:
        # Loading makes many long-lived objects; collecting garbage among them would take a third of the time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            self.lexicon: Lexicon = load(directory)
            self.matcher = Matcher(self.lexicon)
            self.repair = Repair(self.lexicon.words)
            rules = (target for _, target in self.lexicon.patterns if isinstance(target, Rule))
            self.questions = {(rule.cue, rule.wording): rule.question for rule in rules}
        finally:
            if collecting:
                gc.enable()


_LOCK = threading.Lock()


@lru_cache(maxsize=8)
def _load(directory: Path | None) -> _Compiled:
    return _Compiled(directory)


def _compiled(directory: Path | None) -> _Compiled:
    with _LOCK:
        return _load(directory)


class Reader:
    """Reads texts with one lexicon (the shipped one, or the TOML files of *directory*). Threads may share it.

    Raises LexiconError when the lexicon cannot be used.
    """

    def __init__(self, directory: Path | None = None) -> None:
        compiled = _compiled(directory)
        self._lexicon = compiled.lexicon
        self._matcher = compiled.matcher
        self._repair = compiled.repair
        self._asserter = asserter()
        self._questions = compiled.questions

    @property
    def lexicon_hash(self) -> str:
        """Hash of the lexicon's content, as every reading carries it."""
        return self._lexicon.hash

    @property
    def cues(self) -> tuple[Cue, ...]:
        """Every cue of the lexicon, by code."""
        return tuple(cue for _, cue in sorted(self._lexicon.cues.items()))

    def cue(self, code: str) -> Cue:
        """The cue *code*: label, why it matters, question, whether life-threat. Raises KeyError for an unknown one."""
        return self._lexicon.cues[code]

    def question(self, code: str, wording: str) -> str:
        """What to ask when *wording* made a finding of *code*; the cue's own question where the lexicon has changed since."""
        found = self._questions.get((code, wording))
        return found if found is not None else self._lexicon.cues[code].question

    def read_batch(self, texts: Iterable[str]) -> list[Reading]:
        """One reading for each of *texts*, in order."""
        return [self.read(text) for text in texts]

    def cue_spans(self, text: Text) -> list[tuple[int, int]]:
        """(first word, end word) of every cue wording in *text*, whatever is said of it."""
        return [(match.start, match.end) for match in self._matcher.find(text) if isinstance(match.target, Rule)]

    def read(self, original: str) -> Reading:
        """What *original* says of risk to a child. Never raises for any string; the same string gives the same answer."""
        began = perf_counter()
        text = Text(original)
        reason = abstain.reason_to_abstain(text)
        self._repair.mend(text)
        rules: list[tuple[Match, Rule]] = []
        contexts: list[tuple[Match, Context]] = []
        mentions: list[Match] = []
        for match in self._matcher.find(text):
            target = match.target
            if isinstance(target, Rule):
                rules.append((match, target))
            elif isinstance(target, Context):
                contexts.append((match, target))
            else:
                mentions.append(match)
        triggers = self._asserter.triggers(text) if rules or mentions else None
        found = _strongest([pair for pair in rules if not _explained(pair[0], pair[1], contexts)])
        assessed = [(match, rule, triggers.assess(match.start, match.end)) for match, rule in found] if triggers else []
        child = _child([(match, rule, meant.kind) for match, rule, meant in assessed], mentions, contexts, triggers)
        made: list[tuple[Finding, str, bool]] = []
        for match, rule, meant in assessed:
            speaks = "yes" if match.child else rule.child
            score = rule.weight * decide.multiplier(meant.kind, unasked=meant.unasked, critical=rule.critical)
            score *= decide.child_factor(child, speaks=speaks, needs_child=rule.needs_child)
            start, end = text.starts[match.start], text.ends[match.end - 1]
            finding = Finding(
                rule.cue, start, end, original[start:end], meant.kind, rule.elements, round(score, 4), rule.wording,
                rule.level, rule.critical, meant.unasked,
            )  # fmt: skip
            made.append((finding, rule.question, rule.adult))
        made = _merge(made, original)
        findings = tuple(finding for finding, _, _ in made)
        likely = decide.probability(
            [(finding.cue, finding.score) for finding in findings], _lowered(contexts, findings)
        )
        at_risk = likely >= decide.AT_RISK
        level = decide.level(findings, likely) if at_risk else "none"
        adult = any(
            flag and not finding.unasked and decide.COUNTS[finding.assertion] >= decide.COUNTS["historical"]
            for finding, _, flag in made
        )
        return Reading(
            engine=ENGINE, path="fast", lexicon=self._lexicon.hash, model=None, child=child, at_risk=at_risk,
            probability=likely, level=level, adult_vulnerability=adult, abstain=bool(reason), reason=reason,
            findings=findings, questions=advice.questions([(finding, ask) for finding, ask, _ in made]),
            took_ms=round((perf_counter() - began) * 1000, 3),
        )  # fmt: skip


def _explained(match: Match, rule: Rule, contexts: list[tuple[Match, Context]]) -> bool:
    """Whether a harmless context covers the match. A life-threat cue or a level of immediate is never explained away."""
    if rule.critical or rule.level == "immediate":
        return False
    return any(
        where.start < match.end and match.start < where.end and (rule.cue in context.cues or "*" in context.cues)
        for where, context in contexts
    )


def _strongest(pairs: list[tuple[Match, Rule]]) -> list[tuple[Match, Rule]]:
    """Without matches that lie inside another of the same cue that is at least as strong; bounded for each cue."""
    by_cue: dict[str, list[tuple[Match, Rule]]] = {}
    for pair in pairs:
        by_cue.setdefault(pair[1].cue, []).append(pair)
    kept: list[tuple[Match, Rule]] = []
    for group in by_cue.values():
        if len(group) == 1:
            kept += group
            continue
        group.sort(key=lambda pair: (pair[0].start, -pair[0].end, -pair[1].weight, pair[1].wording))
        kept_here: list[tuple[Match, Rule]] = []
        for match, rule in group:
            # Matches come by start, longest first, so only the last few kept can contain this one.
            inside = any(
                other.start <= match.start and match.end <= other.end and rule.weight <= held.weight
                and (held.critical or not rule.critical)
                for other, held in kept_here[-4:]
            )  # fmt: skip
            if not inside:
                kept_here.append((match, rule))
        if len(kept_here) > MOST_PER_CUE:
            kept_here.sort(key=lambda pair: (not pair[1].critical, -pair[1].weight, pair[0].start))
            kept_here = kept_here[:MOST_PER_CUE]
        kept += kept_here
    kept.sort(key=lambda pair: (pair[0].start, pair[0].end, pair[1].cue, pair[1].wording))
    return kept


def _child(
    found: list[tuple[Match, Rule, str]],
    mentions: list[Match],
    contexts: list[tuple[Match, Context]],
    triggers: Triggers | None,
) -> str:
    """Whether a child is involved: yes where the words name one, implied where they suggest one."""
    answer = "no"
    for match, rule, kind in found:
        if kind in ("negated", "other-subject") and not rule.critical:
            continue
        if (match.child or rule.child == "yes") and kind != "historical":
            return "yes"
        if match.child or rule.child != "no":
            answer = "implied"
    for mention in mentions:
        if triggers is None or any(where.start <= mention.start and mention.end <= where.end for where, _ in contexts):
            continue
        meant = triggers.assess(mention.start, mention.end)
        if meant.kind in ("affirmed", "hypothetical") and mention.target != CHILD_THINGS:
            return "yes"
        if meant.kind not in ("negated", "other-subject"):
            answer = "implied"
    return answer


def _merge(made: list[tuple[Finding, str, bool]], original: str) -> list[tuple[Finding, str, bool]]:
    """Overlapping findings of one cue with one assertion become one: the whole stretch with the strongest's values."""
    last: dict[tuple[str, str], int] = {}
    merged: list[tuple[Finding, str, bool]] = []
    for item in made:
        finding = item[0]
        key = (finding.cue, finding.assertion)
        place = last.get(key)
        if place is None or merged[place][0].end <= finding.start:
            last[key] = len(merged)
            merged.append(item)
            continue
        held = merged[place]
        strong = (
            item
            if (finding.score, finding.end - finding.start) > (held[0].score, held[0].end - held[0].start)
            else held
        )
        start, end = held[0].start, max(held[0].end, finding.end)
        best = strong[0]
        whole = Finding(
            best.cue, start, end, original[start:end], best.assertion, best.elements, best.score, best.rule, best.level,
            best.critical or finding.critical or held[0].critical, best.unasked and held[0].unasked and finding.unasked,
        )  # fmt: skip
        merged[place] = (whole, strong[1], held[2] or item[2])
    return merged


def _lowered(contexts: list[tuple[Match, Context]], findings: tuple[Finding, ...]) -> list[float]:
    """Weights of the harmless contexts that hold for the whole log; none where a life is at stake."""
    whole = {context.name: context.weight for _, context in contexts if context.whole_log}
    if not whole or any(
        finding.score >= decide.LEVEL_FROM and (finding.critical or finding.level == "immediate")
        for finding in findings
    ):
        return []
    return [whole[name] for name in sorted(whole)]
