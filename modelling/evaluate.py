"""How well risk is found on the test part: by cue, level, channel, length and typos, beside a search for key words.

Prints tables; changes nothing. The test part was written by other hands than the rest, and nothing is fitted to it.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from goldthread.thrive.assertion import assess_span
from goldthread.thrive.reader import Reader
from goldthread.thrive.tokens import Text
from modelling.corpus import ASSERTIONS, CHANNELS, CUES, LEVELS, Log, clauses, logs, second_reading
from modelling.noise import shortened, slips
from modelling.scores import Detection, Share, detection, f1, kappa

SEED = 46
RATES = (0.05, 0.15, 0.40)
"""Shares of words with a slip of the keys."""
LENGTHS = ((5, 18), (18, 60), (60, 160), (160, 451))
"""Words from and up to, the second left out."""
KEYWORDS = (
    "child", "children", "kid", "kids", "baby", "toddler", "son", "daughter", "boy", "girl", "pupil", "school", "infant", "minor",
    "juvenile", "teen", "bruise", "hit", "hurt", "crying", "scream", "missing", "abuse", "neglect", "groom", "knife", "drunk", "alone",
)  # fmt: skip
"""What a search would be set to; two different ones in a text are a hit *(ours)*."""
Judge = Callable[[Sequence[str]], list[bool]]


@dataclass(frozen=True)
class Slice:
    """Some of the test part, by name."""

    name: str
    logs: list[Log]


def keyword_search(texts: Sequence[str]) -> list[bool]:
    """At risk where two different key words stand in the text."""
    return [len({word for word in KEYWORDS if re.search(rf"\b{word}s?\b", text.casefold())}) >= 2 for text in texts]


def reader_fast(texts: Sequence[str]) -> list[bool]:
    """The reader's fast path."""
    return [reading.at_risk for reading in _reader().read_batch(texts)]


JUDGES: dict[str, Judge] = {"key words": keyword_search, "reader, fast path": reader_fast}


@lru_cache(maxsize=1)
def _reader() -> Reader:
    return Reader()


def slices(part: Sequence[Log]) -> Iterator[Slice]:
    """The part as it is, and cut in several ways; a slice by cue or level holds risky logs only."""
    yield Slice("all", list(part))
    yield Slice("oblique", [one for one in part if one.oblique])
    yield Slice("in plain words", [one for one in part if one.at_risk and not one.oblique])
    yield Slice("harmless, a child in it", [one for one in part if not one.at_risk and one.child != "no"])
    yield Slice("harmless, no child", [one for one in part if not one.at_risk and one.child == "no"])
    for hand in sorted({one.hand for one in part}):
        yield Slice(f"hand {hand}", [one for one in part if one.hand == hand])
    for level in LEVELS[1:]:
        yield Slice(f"level {level}", [one for one in part if one.at_risk and one.level == level])
    for channel in CHANNELS:
        yield Slice(f"channel {channel}", [one for one in part if one.channel == channel])
    for low, high in LENGTHS:
        yield Slice(f"{low} to {high - 1} words", [one for one in part if low <= len(one.text.split()) < high])
    for cue in CUES:
        yield Slice(f"cue {cue}", [one for one in part if one.at_risk and cue in {span.cue for span in one.spans}])


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


def report(part: Sequence[Log]) -> Iterator[str]:
    """The lines of the tables."""
    truth = [one.at_risk for one in part]
    risky = sum(truth)
    yield f"{len(part)} logs, {risky} with a child at risk, {sum(one.oblique for one in part)} of them told obliquely"
    for name, judge in JUDGES.items():
        said = judge([one.text for one in part])
        yield f"\n{name}\n{'':34}{'recall':34}{'specificity':34}precision"
        by_id = dict(zip((one.id for one in part), said, strict=True))
        for cut in slices(part):
            yield _line(cut.name, detection([one.at_risk for one in cut.logs], [by_id[one.id] for one in cut.logs]))
        for typed, texts in spoilt(part):
            yield _line(typed, detection(truth, judge(texts)))
    yield "\nassertion of the clauses' spans, rules"
    yield from assertion_report()


def assertion_report(part: str = "test") -> Iterator[str]:
    """F1 of each assertion over the spans of that part's clauses, given the span."""
    these = [one for one in clauses() if one.part == part]
    truth = [one.span.assertion for one in these]
    said = []
    for one in these:
        words = Text(one.text)
        said.append(assess_span(words, one.span.start, one.span.end, _reader().cue_spans(words)))
    for label in ASSERTIONS:
        score, count = f1(truth, said, label)
        yield f"{label:34}F1 {score:.3f}, {count} of them"
    yield f"{'right':34}{Share(sum(a == b for a, b in zip(truth, said, strict=True)), len(truth))}"


def errors(part: Sequence[Log], judge: Judge) -> Iterator[str]:
    """The wrong ones, to read: what was missed, then what was called risky and is not."""
    said = judge([one.text for one in part])
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


def _line(name: str, found: Detection) -> str:
    return f"{name:34}{found.recall!s:34}{found.specificity!s:34}{found.precision!s}"
