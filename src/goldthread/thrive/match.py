"""Find every wording in a text: one automaton pass for literal runs, then bounded joins for wordings with gaps.

Wordings are split into slots (patterns.py). A one-slot wording is a hit of the automaton. A wording of several slots is
looked for only in a sentence that holds a hit of every one of its slots, only where its rarest slot was hit, and its
neighbours only within the gap, so that the work stays linear. Plain tuples are used where it runs for every word.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import Any, NamedTuple

from goldthread.thrive.ages import find_ages
from goldthread.thrive.lexicon import Context, Lexicon, Rule, runs_of
from goldthread.thrive.patterns import Atoms, Expansions, Shape
from goldthread.thrive.runs import Runs
from goldthread.thrive.tokens import Text
from goldthread.thrive.words import word_list

Target = Rule | Context | str
Span = tuple[int, int]
"""(first word, end word)."""
Filled = tuple[int, int, bool]
"""(first word, end word, whether it speaks of a child): a hit of a slot."""
MAX_HITS = 200
"""A wording is reported at most so often in one sentence: a longer list tells a reader nothing more."""
Listed = tuple[tuple[int, tuple[Span, ...]], ...]
"""Runs that are or hold a built-in list, each with where it stands in a sentence, counted from its first word."""
_FEW = 6
"""Up to so many hits are walked through; more are searched by halves."""
_COMMON = dict.fromkeys(word_list("very_common"), 120) | dict.fromkeys(word_list("everywhere"), 3000)
"""How often words may be expected that are not rare, where a rare one counts 4."""


_SHARED = "_masks", "_interest"
Match = tuple[int, int, bool, Target]
"""(first word, end word, whether the words speak of a child, what they stand for)."""


class _Slot(NamedTuple):
    """A part of a wording: ``runs`` tells of each run that fills it whether it speaks of a child."""

    runs: dict[int, bool]
    common: int
    longest: int
    number: int


class _Joined(NamedTuple):
    """A wording of several slots, seen from its rarest one: its neighbours with their gaps, the nearest first."""

    target: Target
    anchor: dict[int, bool]
    before: tuple[tuple[_Slot, int], ...]
    after: tuple[tuple[_Slot, int], ...]


_Joins = tuple[tuple[int, tuple[_Joined, ...]], ...]
"""Wordings by the marks of the slots that must be in the sentence beside their anchor."""


class Matcher:
    """The compiled lexicon. Immutable after construction, so it may be shared by threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        runs = runs_of(lexicon.patterns)
        others = sorted(run for run in runs if _has_list(run))
        literals = sorted(runs.difference(others))
        self._ids: dict[Atoms, int] = {run: number for number, run in enumerate([*literals, *others])}
        builder = _Builder(self._ids)
        for shape, target in lexicon.patterns:
            builder.add(target, shape)
        self._lengths = [len(run) for run in self._ids]
        self._masks = builder.masks()
        self._singles = builder.singles
        self._interest, self._joins = builder.joins()
        self._lists = {run[0]: self._ids[run] for run in others if len(run) == 1}
        self._composites: dict[str, dict[tuple[int, str], list[tuple[int, Atoms, int]]]] = {}
        for run in others:
            if len(run) > 1:
                place = next(index for index, atom in enumerate(run) if atom[0] == "{")
                # Filed under the word beside the list, so that a number in a text asks only for runs that can fit.
                beside = (-1, run[place - 1]) if place else (1, run[1]) if run[1][0] != "{" else (0, "")
                self._composites.setdefault(run[place], {}).setdefault(beside, []).append((self._ids[run], run, place))
        self._runs = Runs(literals)

    def __getstate__(self) -> dict[str, Any]:
        """With each number that many runs share once: a copy would else hold it as often."""
        state = dict(vars(self))
        for name in _SHARED:
            values = list(dict.fromkeys(state[name]))
            place = {value: at for at, value in enumerate(values)}
            state[name] = values, [place[value] for value in state[name]]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name in _SHARED:
            values, places = state[name]
            state[name] = [values[place] for place in places]
        vars(self).update(state)

    def find(self, text: Text) -> list[Match]:
        """Every match in *text*, each within one sentence; the order is the same each time."""
        return [
            (low + start, low + end, child, target)
            for low, marks, listed in self.sentences(text)
            for start, end, child, target in self.matches(marks, listed)
        ]

    def sentences(self, text: Text) -> list[tuple[int, str, Listed]]:
        """(first word, a mark for each word, hits of built-in lists) of each sentence: all that its matches depend on."""
        marks = self._runs.marks(text.words)
        lists = self._list_hits(text)
        edges = [0, *text.breaks, len(marks)]
        if not lists:
            return [(low, marks[low:high], ()) for low, high in pairwise(edges)]
        return [
            (
                low,
                marks[low:high],
                tuple((run, tuple(spans)) for run, spans in lists[number].items()) if number in lists else (),
            )
            for number, (low, high) in enumerate(pairwise(edges))
        ]

    def matches(self, marks: str, listed: Listed) -> list[Match]:
        """Every match in the sentence of *marks* and *listed*, counted from its first word."""
        matches: list[Match] = []
        masks, interest, singles = self._masks, self._interest, self._singles
        where: dict[int, list[int]] = {}
        for run, start, _ in self._runs.find(marks):
            if run in where:
                where[run].append(start)
            else:
                where[run] = [start]
        lists = dict(listed)
        runs = [*where, *lists] if lists else where
        mask = reduce(or_, map(masks.__getitem__, runs), 0)
        active = [run for run in runs if interest[run] & mask]
        alone = [run for run in runs if run in singles]
        if active or alone:
            self._finish(_Sentence(where, lists, self._lengths), active, alone, mask, matches)
        return matches

    def _finish(
        self, sentence: "_Sentence", active: list[int], alone: Iterable[int], mask: int, matches: list[Match]
    ) -> None:
        """Add to *matches* what the hits of one sentence amount to; *mask* tells which slots they fill."""
        joins = self._joins
        for run in active:
            for need, wanting in joins[run]:
                if need & mask == need:
                    spans = sentence.spans(run)
                    for joined in wanting:
                        _join(joined, run, spans, sentence, matches)
        for run in alone:
            spans = sentence.spans(run)[:MAX_HITS]
            for target, child in self._singles[run]:
                matches += [(start, end, child, target) for start, end in spans]

    def _list_hits(self, text: Text) -> dict[int, dict[int, list[Span]]]:
        """By sentence: hits of the built-in lists, and of runs that hold one ("girl {child_age}")."""
        found = find_ages(text)
        by_sentence: dict[int, dict[int, list[Span]]] = {}
        words, edges = text.words, [0, *text.breaks, len(text.words)]
        for name, spans in found.items():
            number = self._lists.get(name)
            composites = self._composites.get(name)
            for first, after in spans:
                sentence = bisect_right(edges, first) - 1
                low, high = edges[sentence], edges[sentence + 1]
                hits = by_sentence.setdefault(sentence, {})
                if number is not None:
                    hits.setdefault(number, []).append((first - low, after - low))
                if not composites:
                    continue
                near = composites.get((-1, words[first - 1]), ()) if first else ()
                also = composites.get((1, words[after]), ()) if after < len(words) else ()
                for run_number, run, place in (*near, *also, *composites.get((0, ""), ())):
                    start = _backwards(words, run[:place], first)
                    if start < low:
                        continue
                    for end in _forwards(words, run[place + 1 :], after, found):
                        if end <= high:
                            hits.setdefault(run_number, []).append((start - low, end - low))
        return by_sentence


class _Sentence:
    """The hits of one sentence: of plain runs their first words, of runs with a built-in list their spans."""

    __slots__ = ("_filled", "_lengths", "_listed", "_where")

    def __init__(self, where: dict[int, list[int]], listed: dict[int, tuple[Span, ...]], lengths: list[int]) -> None:
        self._where = where
        self._listed = listed
        self._lengths = lengths
        self._filled: dict[int, list[Filled]] = {}

    def spans(self, run: int) -> Sequence[Span]:
        """Where *run* stands, in order."""
        if run in self._listed:
            return self._listed[run]
        size = self._lengths[run]
        return [(start, start + size) for start in self._where[run]]

    def fill(self, slot: _Slot) -> list[Filled]:
        """The hits of *slot* in order."""
        filled = self._filled.get(slot.number)
        if filled is None:
            runs, where, lengths = slot.runs, self._where, self._lengths
            filled = [
                (start, start + lengths[run], runs[run]) for run in where.keys() & runs.keys() for start in where[run]
            ]
            if self._listed:
                filled += [
                    (start, end, runs[run])
                    for run in self._listed.keys() & runs.keys()
                    for start, end in self._listed[run]
                ]
            if len(filled) > 1:
                filled.sort()
            self._filled[slot.number] = filled
        return filled


def _join(joined: _Joined, run: int, spans: Sequence[Span], sentence: _Sentence, matches: list[Match]) -> None:
    """Add to *matches* every place where the slots of *joined* stand in order round a hit of its anchor."""
    target, anchor, befores, afters = joined
    count = 0
    for start, end in spans:
        child = anchor[run]
        for slot, gap in befores:
            found = _ending(sentence.fill(slot), start, gap, slot.longest)
            if found is None:
                break
            start = found[0]
            child = child or found[2]
        else:
            for slot, gap in afters:
                found = _beginning(sentence.fill(slot), end, gap)
                if found is None:
                    break
                end = found[1]
                child = child or found[2]
            else:
                matches.append((start, end, child, target))
                count += 1
                if count >= MAX_HITS:
                    return


def _beginning(hits: list[Filled], end: int, gap: int) -> Filled | None:
    """The nearest of *hits* that begins at most *gap* words after *end*; of several there, the longest."""
    best: Filled | None = None
    for place in range(bisect_left(hits, (end,)) if len(hits) > _FEW else 0, len(hits)):
        hit = hits[place]
        if hit[0] < end:
            continue
        if hit[0] > end + gap or (best is not None and hit[0] > best[0]):
            break
        best = hit
    return best


def _ending(hits: list[Filled], start: int, gap: int, longest: int) -> Filled | None:
    """The nearest of *hits* that ends at most *gap* words before *start*; of several there, the longest."""
    best: Filled | None = None
    for place in range(bisect_left(hits, (start - gap - longest,)) if len(hits) > _FEW else 0, len(hits)):
        hit = hits[place]
        if hit[0] >= start:
            break
        if start - gap <= hit[1] <= start and (best is None or hit[1] > best[1]):
            best = hit
    return best


class _Builder:
    """Gathers what the hits of each run may lead to."""

    def __init__(self, ids: dict[Atoms, int]) -> None:
        self._ids = ids
        self.singles: dict[int, list[tuple[Target, bool]]] = {}
        self._wanting: dict[int, dict[int, list[_Joined]]] = {}
        self._interest: dict[int, int] = {}
        self._by_object: dict[int, _Slot] = {}
        self._by_content: dict[frozenset[tuple[Atoms, bool]], _Slot] = {}
        self._bits: dict[int, int] = {}
        self._needed: list[_Slot] = []

    def add(self, target: Target, shape: Shape) -> None:
        """Take *shape* as a way to say *target*."""
        if len(shape.slots) == 1:
            for run, child in shape.slots[0].items():
                targets = self.singles.setdefault(self._ids[run], [])
                if not any(known is target and flag == child for known, flag in targets):
                    targets.append((target, child))
            return
        slots = [self._slot(slot) for slot in shape.slots]
        rarity = sorted(range(len(slots)), key=lambda place: (slots[place].common, place))
        anchor = rarity[0]
        joined = _Joined(
            target,
            slots[anchor].runs,
            tuple((slots[place], shape.gaps[place]) for place in range(anchor - 1, -1, -1)),
            tuple((slots[place], shape.gaps[place - 1]) for place in range(anchor + 1, len(slots))),
        )
        bits = [self._bit(slots[place]) for place in rarity[1:]]
        need = 0
        for bit in bits:
            need |= bit
        for run_number in slots[anchor].runs:
            self._wanting.setdefault(run_number, {}).setdefault(need, []).append(joined)
            self._interest[run_number] = self._interest.get(run_number, 0) | bits[0]

    def _slot(self, runs: Expansions) -> _Slot:
        """The slot of *runs*. Wordings share the lists they name, so most are known by identity."""
        known = self._by_object.get(id(runs))
        if known is None:
            key = frozenset(runs.items())
            known = self._by_content.get(key)
            if known is None:
                ids = {self._ids[run]: child for run, child in runs.items()}
                known = self._by_content[key] = _Slot(ids, _commonness(runs), _longest(runs), len(self._by_content))
            self._by_object[id(runs)] = known
        return known

    def _bit(self, slot: _Slot) -> int:
        """The mark of *slot* in the mask of what a sentence holds."""
        bit = self._bits.get(slot.number)
        if bit is None:
            bit = self._bits[slot.number] = 1 << len(self._needed)
            self._needed.append(slot)
        return bit

    def masks(self) -> list[int]:
        """For each run the marks of the slots it fills."""
        masks = [0] * len(self._ids)
        for place, slot in enumerate(self._needed):
            for run in slot.runs:
                masks[run] |= 1 << place
        # Most runs stand in the same lists as many others: one number for all of them stays in the processor's cache.
        same: dict[int, int] = {}
        return [same.setdefault(mask, mask) for mask in masks]

    def joins(self) -> tuple[list[int], list[_Joins]]:
        """For each run the joins it may begin, and one needed slot of each: without any of these none need be tried."""
        same: dict[int, int] = {}
        known: dict[tuple[tuple[int, tuple[int, ...]], ...], _Joins] = {}
        interest: list[int] = []
        joins: list[_Joins] = []
        for run in range(len(self._ids)):
            wanted = self._interest.get(run, 0)
            interest.append(same.setdefault(wanted, wanted))
            wanting = self._wanting.get(run, {})
            key = tuple((need, tuple(map(id, joined))) for need, joined in wanting.items())
            if key not in known:
                known[key] = tuple((need, tuple(joined)) for need, joined in wanting.items())
            joins.append(known[key])
        return interest, joins


def _has_list(run: Iterable[str]) -> bool:
    return any(atom[0] == "{" for atom in run)


def _commonness(runs: Expansions) -> int:
    """How often a slot may be expected to be hit: the join begins at the rarest."""
    return sum(60 if run[0][0] == "{" else _COMMON.get(run[0], 4) if len(run) == 1 else 1 for run in runs)


def _longest(runs: Expansions) -> int:
    """Words in the longest of *runs*; a built-in list may stand for several."""
    return max(map(len, runs)) + (4 if any(_has_list(run) for run in runs) else 0)


def _backwards(words: list[str], run: Atoms, end: int) -> int:
    """Where *run* begins if it ends at word *end*; -1 if it does not stand there."""
    start = end - len(run)
    return start if start >= 0 and tuple(words[start:end]) == run else -1


def _forwards(words: list[str], run: Atoms, start: int, found: dict[str, list[tuple[int, int]]]) -> list[int]:
    """The places where *run* ends if it begins at word *start*."""
    ends = [start]
    for atom in run:
        if atom[0] == "{":
            ends = [after for end in ends for first, after in found.get(atom, ()) if first == end]
        else:
            ends = [end + 1 for end in ends if end < len(words) and words[end] == atom]
    return ends
