"""How well risk is found on the test part: in slices, typed badly, in harder trials, part by part and beside others.

``python -m modelling evaluate`` prints the tables and writes them, with two pictures, to ``docs/reader-results.md``. The test part
was written by other hands than the rest, and nothing is fitted to it.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from goldthread.thrive.assertion import assess_span
from goldthread.thrive.decide import LEVEL_FROM
from goldthread.thrive.full import RULE
from goldthread.thrive.tokens import Text
from modelling import trials
from modelling.corpus import ASSERTIONS, CUES, HOME, LEVELS, STANDING, Log, clauses, logs, second_reading
from modelling.judges import OTHERS, PARTS, Answer, Judge, fast, full, reader
from modelling.noise import shortened, slips
from modelling.scores import Detection, Share, Tenth, brier, detection, f1, kappa, row, tenths
from modelling.slices import slices

SEED = 46
RATES = (0.05, 0.15, 0.40)
"""Shares of words with a slip of the keys."""


def spoilt(part: Sequence[Log]) -> Iterator[tuple[str, list[str]]]:
    """The texts of the part, typed worse and worse."""
    texts = [one.text for one in part]
    for rate in RATES:
        rng = random.Random(SEED)
        yield f"slips in {rate:.0%} of words", [slips(text, rate, rng) for text in texts]
    rng = random.Random(SEED)
    yield "shorthand wherever there is one", [shortened(text, 1.0, rng) for text in texts]
    yield "all capitals", [text.upper() for text in texts]
    yield "no capitals", [text.lower() for text in texts]
    yield "no punctuation", [re.sub(r"[^\w\s]", "", text) for text in texts]


@dataclass
class Drawn:
    """What the pictures show, gathered while the tables are made: ``typing`` has a row for each judge and share of slips."""

    tenths: list[Tenth] = field(default_factory=list)
    typing: list[tuple[str, float, Detection]] = field(default_factory=list)


def report(part: Sequence[Log], drawn: Drawn) -> Iterator[str]:
    """The lines of the tables: the reader in full, its parts, what it is measured against, and how the words are meant."""
    truth = [one.at_risk for one in part]
    risky = sum(truth)
    texts = [one.text for one in part]
    yield f"{len(part)} logs, {risky} with a child at risk, {sum(one.oblique for one in part)} of them told obliquely"
    yield f"\n{'at risk or not':34}{'recall':34}{'specificity':34}precision"
    answers: dict[str, list[Answer]] = {}
    for name, judge in {**PARTS, **OTHERS}.items():
        answers[name] = judge(texts)
        yield row(name, detection(truth, [one.at_risk for one in answers[name]]))
    typed_worse: dict[str, list[Answer]] = {}
    rates = {f"slips in {rate:.0%} of words": rate for rate in RATES}
    for name, judge in {"reader, full path": full, "reader, fast path (lexicon alone)": fast}.items():
        drawn.typing.append((name, 0.0, detection(truth, [one.at_risk for one in answers[name]])))
        yield f"\n{name}\n{'':34}{'recall':34}{'specificity':34}precision"
        by_id = dict(zip((one.id for one in part), answers[name], strict=True))
        for cut in slices(part):
            said = [by_id[one.id].at_risk for one in cut.logs]
            yield row(cut.name, detection([one.at_risk for one in cut.logs], said))
        for typed, worse in spoilt(part):
            said_of_worse = judge(worse)
            found = detection(truth, [one.at_risk for one in said_of_worse])
            if typed in rates:
                drawn.typing.append((name, rates[typed], found))
                if judge is full:
                    typed_worse[typed] = said_of_worse
            yield row(typed, found)
    plain = answers["reader, full path"]
    yield from trials.report(part, full, plain)
    drawn.tenths = tenths(truth, [one.likely for one in plain])
    yield from calibration(truth, plain)
    yield from others(part, plain)
    yield from quotes(part, plain)
    yield from doubts(truth, {"typed well": plain, **typed_worse})
    yield from alarms(truth, plain)
    yield "\nassertion of the clauses' spans, rules"
    yield from assertion_report(
        [(one.text, one.span.start, one.span.end, one.span.assertion) for one in clauses() if one.part == "test"]
    )
    yield "\nassertion in clinical sentences, rules"
    yield from assertion_report(clinical("test"))


def calibration(truth: Sequence[bool], answers: Sequence[Answer]) -> Iterator[str]:
    """How far the likelihoods are what happens: Brier score, and what was true in each tenth of them."""
    likely = [one.likely for one in answers]
    same = [sum(truth) / len(truth)] * len(truth)
    yield f"\ncalibration of the full path: Brier {brier(truth, likely):.3f}, {brier(truth, same):.3f} for always the same answer"
    for one in tenths(truth, likely):
        yield f"said {one.low:.1f} to {one.low + 0.1:.1f}, {one.said:.2f} on the average: at risk {one.met}"


def others(part: Sequence[Log], answers: Sequence[Answer]) -> Iterator[str]:
    """What else the full path says: level, child, adult, and how right it is where it is not sure."""
    yield "\nwhat else the full path says"
    risky = [(one, answer) for one, answer in zip(part, answers, strict=True) if one.at_risk and answer.at_risk]
    steps = [LEVELS.index(answer.level) - LEVELS.index(one.level) for one, answer in risky]
    near = sum(abs(off) <= 1 for off in steps)
    pairs = list(zip(part, answers, strict=True))
    yield f"{'level right, of those found':34}{Share(sum(one.level == answer.level for one, answer in risky), len(risky))}"
    yield f"{'level right or one off':34}{Share(near, len(risky))}"
    yield f"{'level lower than labelled':34}{Share(sum(off < 0 for off in steps), len(risky))}"
    yield f"{'level higher than labelled':34}{Share(sum(off > 0 for off in steps), len(risky))}"
    yield f"{'child right':34}{Share(sum(one.child == answer.child for one, answer in pairs), len(pairs))}"
    yield f"{'adult right':34}{Share(sum(one.adult_vulnerability == answer.adult for one, answer in pairs), len(pairs))}"
    for doubt, name in ((True, "not sure: at risk right"), (False, "sure: at risk right")):
        those = [one.at_risk == answer.at_risk for one, answer in pairs if answer.doubt is doubt]
        yield f"{name:34}{Share(sum(those), len(those))}"


def quotes(part: Sequence[Log], answers: Sequence[Answer]) -> Iterator[str]:
    """Whether what is quoted of a risky log that was found is what the expert marked in it, and whether the cues are theirs."""
    found = [(one, answer) for one, answer in zip(part, answers, strict=True) if one.at_risk and answer.at_risk]
    met = strongest = named = right = asked = 0
    for one, answer in found:
        marked = [span for span in one.spans if span.cue in CUES and span.assertion in STANDING]
        counted = [quote for quote in answer.findings if quote.rule == RULE or quote.score >= LEVEL_FROM]
        met += any(quote.start < span.end and span.start < quote.end for quote in counted for span in marked)
        strongest += bool(marked) and any(
            quote.start < marked[0].end and marked[0].start < quote.end for quote in counted
        )
        told, theirs = {quote.cue for quote in counted} & set(CUES), {span.cue for span in marked}
        named, right, asked = named + len(told), right + len(told & theirs), asked + len(theirs)
    yield "\nwhat is quoted, of the risky found, beside what the expert marked"
    yield f"{'quotes words that were marked':34}{Share(met, len(found))}"
    yield f"{'quotes the first marked':34}{Share(strongest, len(found))}"
    yield f"{'cues named that are theirs':34}{Share(right, named)}"
    yield f"{'their cues that are named':34}{Share(right, asked)}"


def doubts(truth: Sequence[bool], typed: Mapping[str, Sequence[Answer]]) -> Iterator[str]:
    """How many of the wrong answers, and how many of the right ones, the reader says it is not sure of, by how the texts are typed."""
    yield f"\n{'says it is not sure':34}{'of wrong answers':34}{'of missed':34}of right answers"
    for name, answers in typed.items():
        wrong = [one.unsure for so, one in zip(truth, answers, strict=True) if one.at_risk is not so]
        missed = [one.unsure for so, one in zip(truth, answers, strict=True) if so and not one.at_risk]
        right = [one.unsure for so, one in zip(truth, answers, strict=True) if one.at_risk is so]
        of_wrong, of_missed, of_right = (Share(sum(some), len(some)) for some in (wrong, missed, right))
        yield f"{name:34}{of_wrong!s:34}{of_missed!s:34}{of_right}"


def alarms(truth: Sequence[bool], answers: Sequence[Answer]) -> Iterator[str]:
    """Which cues stood in the quotes of false alarms, the most frequent first, and how often a child was at risk where they did."""
    false: Counter[str] = Counter()
    raised: Counter[str] = Counter()
    for so, one in zip(truth, answers, strict=True):
        if not one.at_risk:
            continue
        cues = {quote.cue for quote in one.findings if quote.rule == RULE or quote.score >= LEVEL_FROM}
        raised.update(cues)
        if not so:
            false.update(cues)
    wrong = sum(one.at_risk and not so for so, one in zip(truth, answers, strict=True))
    yield f"\n{'false alarms by cue quoted':34}{'of all false alarms':34}at risk where it was quoted"
    for cue, count in sorted(false.items(), key=lambda one: (-one[1], one[0])):
        yield f"{'cue ' + cue:34}{Share(count, wrong)!s:34}{Share(raised[cue] - count, raised[cue])}"


def clinical(part: str) -> list[tuple[str, int, int, str]]:
    """(text, start, end, assertion) of the invented clinical sentences of that part."""
    lines = (HOME / "clinical" / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["text"], row["start"], row["end"], row["assertion"]) for row in map(json.loads, lines)]


def assertion_report(spans: Sequence[tuple[str, int, int, str]]) -> Iterator[str]:
    """F1 of each assertion over those spans (text, start, end, assertion), given the span."""
    truth = [kind for *_, kind in spans]
    said = []
    for text, start, end, _ in spans:
        words = Text(text)
        said.append(assess_span(words, start, end, reader().cue_spans(words)))
    for label in ASSERTIONS:
        score, count = f1(truth, said, label)
        yield f"{label:34}F1 {score:.3f}, {count} of them"
    yield f"{'right':34}{Share(sum(a == b for a, b in zip(truth, said, strict=True)), len(truth))}"


def errors(part: Sequence[Log], judge: Judge) -> Iterator[str]:
    """The wrong ones, to read: what was missed, then what was called risky and is not."""
    said = [one.at_risk for one in judge([one.text for one in part])]
    for wanted in (True, False):
        for one, answer in zip(part, said, strict=True):
            if one.at_risk is wanted and answer is not wanted:
                yield f"{'missed' if wanted else 'false alert'} {one.id} ({one.level}): {one.text}\n    {one.why}"


def counts() -> Iterator[str]:
    """What the corpus holds."""
    every = logs()
    harmless = [one for one in every if not one.at_risk]
    with_child = sum(one.child != "no" for one in harmless)
    yield f"{len(every):,} logs, {len(clauses()):,} clauses"
    yield f"without risk to a child: {Share(len(harmless), len(every))}; of these with a child: {Share(with_child, len(harmless))}"
    for name, values in (
        ("part", [one.part for one in every]),
        ("hand", [one.hand for one in every]),
        ("level", [one.level for one in every]),
        ("channel", [one.channel for one in every]),
        ("cue", [span.cue for one in every for span in one.spans]),
        ("assertion of a span", [span.assertion for one in every for span in one.spans]),
        ("assertion of a clause", [one.span.assertion for one in clauses()]),
        ("level of a clause", [one.level for one in clauses()]),
        ("clause with a vulnerable adult", [str(one.adult_vulnerability).lower() for one in clauses()]),
    ):
        yield f"{name}: " + ", ".join(f"{value} {count:,}" for value, count in Counter(values).most_common())
    words = sorted(len(one.text.split()) for one in every)
    yield f"words: {words[0]} to {words[-1]}, half of the logs up to {words[len(words) // 2]}"


def agreement() -> Iterator[str]:
    """How far the second reading agrees with the first, beyond chance and as it is, and where they differ about risk."""
    second = second_reading()
    these = [one for one in logs() if one.id in second]
    yield f"{len(these)} logs read a second time, of {len(logs()):,}"
    for label in ("at_risk", "child", "level", "adult_vulnerability"):
        pairs = [(getattr(one, label), second[one.id][label]) for one in these]
        same = Share(sum(a == b for a, b in pairs), len(pairs))
        yield f"{label:34}kappa {kappa(*zip(*pairs, strict=True)):.3f}, the same in {same}"
    for one in these:
        if one.at_risk != second[one.id]["at_risk"]:
            yield f"{one.id}: {one.level}, then {second[one.id]['level']}: {one.text}"
    second = second_reading("clauses")
    read = [(one, second[one.id]) for one in clauses() if one.id in second]
    yield f"{len(read)} clauses read a second time, of {len(clauses()):,}"
    for label in ("at_risk", "child", "level", "adult_vulnerability", "cue", "assertion"):
        pairs = [(getattr(one if hasattr(one, label) else one.span, label), again[label]) for one, again in read]
        same = Share(sum(a == b for a, b in pairs), len(pairs))
        yield f"{label:34}kappa {kappa(*zip(*pairs, strict=True)):.3f}, the same in {same}"
