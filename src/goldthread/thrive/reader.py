"""The one entry: ``Reader().read(text)`` gives a Reading; with a model, ``read(text, "full")`` one that the network took further."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from goldthread.thrive import ENGINE, abstain, advice, decide
from goldthread.thrive.assertion import Assertion, Triggers
from goldthread.thrive.full import RULE, read_on
from goldthread.thrive.kept import kept
from goldthread.thrive.lexicon import ADULT, CHILD_THINGS, LEXICON_DIR, Context, Cue, Lexicon, Rule, load
from goldthread.thrive.match import Listed, Matcher
from goldthread.thrive.reading import Finding, Reading
from goldthread.thrive.repair import Repair
from goldthread.thrive.runs import LONGEST_SENTENCE, MOST_SENTENCES
from goldthread.thrive.tokens import Text
from goldthread.thrive.triggers import asserter

if TYPE_CHECKING:  # the fast path starts without it
    from goldthread.thrive.model import Model

MOST_PER_CUE = 100
"""Findings of one cue kept for one text, the strongest first: a page can show no more, and hostile text stays small."""


_Ruled = tuple[int, int, bool, Rule]
_InContext = tuple[int, int, Context]
_Mention = tuple[int, int, str]
_Noticed = tuple[list[_Ruled], list[_InContext], list[_Mention]]
"""What one sentence holds, counted from its first word."""
_Made = tuple[Finding, str, bool]
"""A finding, what to ask about it, and whether it tells of a vulnerable adult."""


class _Compiled:
    """A lexicon ready to match; built once for a process and directory."""

    def __init__(self, directory: Path) -> None:
        # Only the shipped lexicon's: a private one must not lie where others can read it, nor push the shipped copy out.
        made = kept(directory, lambda: _made(directory)) if directory == LEXICON_DIR else _made(directory)
        self.lexicon, self.matcher, self.repair = made
        # A sentence is remembered by its marks and the places of ages: no word that the lexicon lacks is kept.
        self.notice = lru_cache(MOST_SENTENCES)(partial(_notice, self.matcher))
        rules = (target for _, target in self.lexicon.patterns if isinstance(target, Rule))
        self.questions = {(rule.cue, rule.wording): rule.question for rule in rules}


def _made(directory: Path) -> tuple[Lexicon, Matcher, Repair]:
    lexicon = load(directory)
    return lexicon, Matcher(lexicon), Repair(lexicon.words)


_LOCK = threading.Lock()


@lru_cache(maxsize=8)
def _load(directory: Path | None) -> _Compiled:
    return _Compiled(directory or LEXICON_DIR)


def _compiled(directory: Path | None) -> _Compiled:
    with _LOCK:
        return _load(directory)


class Reader:
    """Reads texts with one lexicon (the shipped one, or the TOML files of *directory*), and with *model* on the full path.

    Threads may share it. Raises LexiconError when the lexicon cannot be used.
    """

    def __init__(self, directory: Path | None = None, model: Model | None = None) -> None:
        self.model = model
        compiled = _compiled(directory)
        self._lexicon = compiled.lexicon
        self._matcher = compiled.matcher
        self._notice = compiled.notice
        self._repair = compiled.repair
        self._asserter = asserter()
        self._cues = {**self._lexicon.cues, **self._lexicon.adult_cues}
        self._questions = compiled.questions

    @property
    def lexicon_hash(self) -> str:
        """Hash of the lexicon's content, as every reading carries it."""
        return self._lexicon.hash

    @property
    def cues(self) -> tuple[Cue, ...]:
        """Every cue of the lexicon, of children and of adults, by code."""
        return tuple(cue for _, cue in sorted(self._cues.items()))

    @property
    def wordings(self) -> int:
        """How many different wordings the lexicon has a cue for."""
        return len(self._questions)

    def cue(self, code: str) -> Cue:
        """The cue *code*: label, why it matters, question, whether life-threat. Raises KeyError for an unknown one."""
        return self._cues[code]

    def question(self, code: str, wording: str) -> str:
        """What to ask when *wording* made a finding of *code*; the cue's own question where the lexicon has changed since."""
        found = self._questions.get((code, wording))
        return found if found is not None else self._cues[code].question

    def read_batch(self, texts: Iterable[str], path: str = "fast") -> list[Reading]:
        """One reading for each of *texts*, in order."""
        # Nothing of a reading refers back to itself, and looking for what does took an eighth of the time.
        collects = gc.isenabled()
        gc.disable()
        try:
            return [self.read(text, path) for text in texts]
        finally:
            if collects:
                gc.enable()

    def forget(self) -> None:
        """Forget the sentences met so far. Answers stay the same; the next reading of each takes as long as the first."""
        self._notice.cache_clear()
        self._asserter.forget()
        if self.model is not None:
            self.model.forget()

    def cue_spans(self, text: Text) -> list[tuple[int, int]]:
        """(first word, end word) of every cue wording in *text*, whatever is said of it."""
        return [(start, end) for start, end, _, target in self._matcher.find(text) if isinstance(target, Rule)]

    def read(self, original: str, path: str = "fast") -> Reading:
        """What *original* says of risk to a child. Never raises for any string; the same string gives the same answer.

        *path* is *fast* (lexicon and assertion) or *full* (taken further by the network). Raises ValueError for *full*
        without a model.
        """
        if path == "fast":
            return self._read(original)
        if self.model is None:
            raise ValueError("the full path needs a model")
        began = perf_counter()
        reading = read_on(self._read(original), original, self.model)
        new = [
            self.question(one.cue, one.rule) for one in reading.findings if one.rule == RULE and one.cue in self._cues
        ]
        asked = tuple(dict.fromkeys([*reading.questions, *filter(None, new)]))[: advice.MOST_QUESTIONS]
        return replace(reading, questions=asked, took_ms=round((perf_counter() - began) * 1000, 3))

    def _read(self, original: str) -> Reading:
        began = perf_counter()
        text = Text(original)
        reason = abstain.reason_to_abstain(text, self._repair.vocabulary)
        self._repair.mend(text)
        rules: list[_Ruled] = []
        contexts: list[_InContext] = []
        mentions: list[_Mention] = []
        for low, marks, listed in self._matcher.sentences(text):
            remembered = len(marks) <= LONGEST_SENTENCE
            noticed = self._notice(marks, listed) if remembered else _notice(self._matcher, marks, listed)
            if noticed is not None:
                told, harmless, named = noticed
                rules += [(low + start, low + end, names_child, rule) for start, end, names_child, rule in told]
                if harmless:
                    contexts += [(low + start, low + end, context) for start, end, context in harmless]
                if named:
                    mentions += [(low + start, low + end, name) for start, end, name in named]
        triggers = Triggers(self._asserter, text)
        found = rules if len(rules) <= MOST_PER_CUE else _bounded(rules)
        assessed = [(match, triggers.assess(match[0], match[1])) for match in found]
        child = _child(assessed, mentions, contexts, triggers)
        made: list[_Made] = []
        for (first, after, names_child, rule), (kind, unasked, low, high) in assessed:
            if high >= 0:
                first, after = low, high
            start, end = text.starts[first], text.ends[after - 1]
            finding = Finding(
                rule.cue, start, end, original[start:end], kind, rule.elements,
                decide.score(rule, kind, unasked, child, names_child), rule.wording,
                rule.level, rule.critical, unasked,
            )  # fmt: skip
            made.append((finding, rule.question, rule.adult))
        made.sort(key=lambda item: item[0].start)
        made = _merge(made, original)
        findings = tuple(finding for finding, _, _ in made)
        # What makes an adult vulnerable is shown and asked about; by itself it says nothing of a child.
        of_child = [finding for finding in findings if not finding.cue.startswith(ADULT)]
        likely = decide.probability(
            [(finding.cue, finding.score) for finding in of_child], _lowered(contexts, findings)
        )
        at_risk = likely >= decide.AT_RISK
        level = decide.level(of_child, likely) if at_risk else "none"
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


def _explained(match: _Ruled, contexts: list[_InContext]) -> bool:
    """Whether a harmless context covers the match. A life-threat cue or a level of immediate is never explained away."""
    start, end, _, rule = match
    if rule.critical or rule.level == "immediate":
        return False
    return any(
        low < end and start < high and (rule.cue in context.cues or "*" in context.cues)
        for low, high, context in contexts
    )


def _notice(matcher: Matcher, marks: str, listed: Listed) -> _Noticed | None:
    """What the sentence of *marks* and *listed* holds, without what a harmless context explains or a stronger rule covers."""
    matches = matcher.matches(marks, listed)
    if not matches:
        return None
    rules: list[_Ruled] = []
    contexts: list[_InContext] = []
    mentions: list[_Mention] = []
    for start, end, names_child, target in matches:
        if type(target) is Rule:
            rules.append((start, end, names_child, target))
        elif type(target) is Context:
            contexts.append((start, end, target))
        elif type(target) is str:
            mentions.append((start, end, target))
    if contexts:
        rules = [match for match in rules if not _explained(match, contexts)]
    return _strongest(rules), contexts, mentions


def _strongest(rules: list[_Ruled]) -> list[_Ruled]:
    """Without matches that lie inside another of the same cue that is at least as strong, in order."""
    if len(rules) < 2:
        return rules
    kept: list[_Ruled] = []
    for group in _by_cue(rules):
        group.sort(key=_widest_first)
        kept_here: list[_Ruled] = []
        for match in group:
            start, end, _, rule = match
            # Matches come by start, longest first, so only the last few kept can contain this one.
            for low, high, _, held in kept_here[-4:]:
                if low <= start and end <= high and rule.weight <= held.weight and held.critical >= rule.critical:
                    break
            else:
                kept_here.append(match)
        kept += kept_here
    kept.sort(key=_in_order)
    return kept


def _bounded(rules: list[_Ruled]) -> list[_Ruled]:
    """The strongest of each cue, not more than a page can show, in order."""
    kept: list[_Ruled] = []
    for group in _by_cue(rules):
        group.sort(key=lambda match: (not match[3].critical, -match[3].weight, *_widest_first(match)))
        kept += group[:MOST_PER_CUE]
    kept.sort(key=_in_order)
    return kept


def _by_cue(rules: list[_Ruled]) -> Iterable[list[_Ruled]]:
    groups: dict[str, list[_Ruled]] = {}
    for match in rules:
        groups.setdefault(match[3].cue, []).append(match)
    return groups.values()


def _widest_first(match: _Ruled) -> tuple[int, int, float, str, bool]:
    start, end, names_child, rule = match
    return start, -end, -rule.weight, rule.wording, not names_child


def _in_order(match: _Ruled) -> tuple[int, int, str, str]:
    start, end, _, rule = match
    return start, end, rule.cue, rule.wording


def _child(
    found: list[tuple[_Ruled, Assertion]], mentions: list[_Mention], contexts: list[_InContext], triggers: Triggers
) -> str:
    """Whether a child is involved: yes where the words name one, implied where they suggest one."""
    answer = "no"
    for (_, _, names_child, rule), (kind, *_) in found:
        if kind in ("negated", "other-subject") and not rule.critical:
            continue
        if (names_child or rule.child == "yes") and kind != "historical":
            return "yes"
        if names_child or rule.child != "no":
            answer = "implied"
    for start, end, name in mentions:
        if any(low <= start and end <= high and not context.child_stays for low, high, context in contexts):
            continue
        kind = triggers.assess(start, end).kind
        if kind in ("affirmed", "hypothetical") and name != CHILD_THINGS:
            return "yes"
        if kind not in ("negated", "other-subject"):
            answer = "implied"
    return answer


def _merge(made: list[_Made], original: str) -> list[_Made]:
    """Overlapping findings of one cue with one assertion become one: the whole stretch with the strongest's values."""
    last: dict[tuple[str, str], int] = {}
    merged: list[_Made] = []
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


def _lowered(contexts: list[_InContext], findings: tuple[Finding, ...]) -> list[float]:
    """Weights of the harmless contexts that hold for the whole log; none where a life is at stake."""
    whole = {context.name: context.weight for _, _, context in contexts if context.whole_log}
    if not whole or any(finding.score >= decide.LEVEL_FROM and finding.critical for finding in findings):
        return []
    return [whole[name] for name in sorted(whole)]
