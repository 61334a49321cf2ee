"""Find every wording in a text: one automaton pass for literal runs, then bounded joins for wordings with gaps.

Wordings are split into slots (patterns.py). A one-slot wording is a hit of the automaton. A wording of several slots is
looked for only where its rarest slot was hit, and its neighbours only within the gap, so that the work stays linear.
"""

from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from goldthread.thrive.ages import find_ages
from goldthread.thrive.lexicon import Context, Lexicon, Rule, runs_of
from goldthread.thrive.patterns import Atoms, Expansions, Shape
from goldthread.thrive.tokens import Text
from goldthread.thrive.words import word_set

Target = Rule | Context | str
Hit = tuple[int, int, int]
"""(first word, end word, run): where a run of words was seen."""
MAX_HITS = 200
"""A wording is reported at most so often in one text: a longer list tells a reader nothing more."""
_FEW = 6
"""Up to so many hits are walked through; more are searched by halves."""
_COMMON = word_set("very_common")


class Match(NamedTuple):
    """Words *start* to *end* (exclusive) say what *target* stands for; *child*: the words speak of a child."""

    target: Target
    start: int
    end: int
    child: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    """A part of a wording: any of *runs*, of which *child_runs* speak of a child; the longest has *longest* words."""

    runs: frozenset[int]
    child_runs: frozenset[int]
    longest: int


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    target: Target
    slots: tuple[_Slot, ...]
    gaps: tuple[int, ...]
    anchor: int


class _Slots(NamedTuple):
    """Slots made so far, each with how common it is."""

    by_object: dict[int, tuple[_Slot, int]]
    by_content: dict[frozenset[tuple[Atoms, bool]], tuple[_Slot, int]]


class _Work(NamedTuple):
    """What a hit of one run may lead to: one-slot wordings, and joins with the slots they need beside it."""

    targets: list[tuple[Target, bool]]
    joins: dict[int, list[_Joined]]


class Matcher:
    """The compiled lexicon. Immutable after construction, so it may be shared by threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        runs = runs_of(lexicon.patterns)
        others = sorted(run for run in runs if _has_list(run))
        literals = sorted(runs.difference(others))
        self._ids: dict[Atoms, int] = {run: number for number, run in enumerate([*literals, *others])}
        self._lengths = [len(run) for run in self._ids]
        self._work: list[_Work | None] = [None] * len(self._ids)
        self._masks = [0] * len(self._ids)
        slots = _Slots({}, {})
        bits: dict[_Slot, int] = {}
        for shape, target in lexicon.patterns:
            if len(shape.slots) == 1:
                self._add_single(target, shape.slots[0])
            else:
                self._add_joined(target, shape, slots, bits)
        self._lists = {run[0]: self._ids[run] for run in others if len(run) == 1}
        self._composites: dict[str, dict[tuple[int, str], list[tuple[int, Atoms, int]]]] = {}
        for run in others:
            if len(run) > 1:
                place = next(index for index, atom in enumerate(run) if atom[0] == "{")
                # Filed under the word beside the list, so that a number in a text asks only for runs that can fit.
                beside = (-1, run[place - 1]) if place else (1, run[1]) if run[1][0] != "{" else (0, "")
                self._composites.setdefault(run[place], {}).setdefault(beside, []).append((self._ids[run], run, place))
        self._automaton = AhoCorasick(
            [f" {' '.join(run)} " for run in literals], implementation=Implementation.ContiguousNFA
        )

    def _work_of(self, number: int) -> "_Work":
        work = self._work[number]
        if work is None:
            work = self._work[number] = _Work([], {})
        return work

    def _add_single(self, target: Target, slot: Expansions) -> None:
        for run, child in slot.items():
            targets = self._work_of(self._ids[run]).targets
            if not any(known is target and flag == child for known, flag in targets):
                targets.append((target, child))

    def _slot(self, runs: Expansions, slots: "_Slots") -> tuple[_Slot, int]:
        """The slot of *runs* and how common it is. Wordings share the lists they name, so most are known by identity."""
        known = slots.by_object.get(id(runs))
        if known is None:
            key = frozenset(runs.items())
            known = slots.by_content.get(key)
            if known is None:
                ids = {self._ids[run]: child for run, child in runs.items()}
                longest = max(map(len, runs)) + (4 if any(_has_list(run) for run in runs) else 0)
                slot = _Slot(frozenset(ids), frozenset(n for n, child in ids.items() if child), longest)
                known = slots.by_content[key] = (slot, _commonness(runs))
            slots.by_object[id(runs)] = known
        return known

    def _bit(self, slot: _Slot, bits: dict[_Slot, int]) -> int:
        """The mark of *slot* in the mask of what a sentence holds."""
        bit = bits.get(slot)
        if bit is None:
            bit = bits[slot] = 1 << len(bits)
            for number in slot.runs:
                self._masks[number] |= bit
        return bit

    def _add_joined(
        self,
        target: Target,
        shape: Shape,
        slots: "_Slots",
        bits: dict[_Slot, int],
    ) -> None:
        known = [self._slot(slot, slots) for slot in shape.slots]
        compiled = tuple(slot for slot, _ in known)
        anchor = min(range(len(known)), key=lambda place: (known[place][1], place))
        joined = _Joined(target, compiled, shape.gaps, anchor)
        need = 0
        for place, slot in enumerate(compiled):
            if place != anchor:
                need |= self._bit(slot, bits)
        for number in sorted(compiled[anchor].runs):
            self._work_of(number).joins.setdefault(need, []).append(joined)

    def find(self, text: Text) -> list[Match]:
        """Every match in *text*, each within one sentence; the order is the same each time."""
        matches: list[Match] = []
        lists = self._list_hits(text)
        masks, work = self._masks, self._work
        places_of = text.places
        edges = [*map(places_of.__getitem__, text.breaks), len(text.norm) - 1]
        number, begin, limit = 0, 0, edges[0] + 1
        places: dict[int, list[int]] = {}
        active: list[int] = []
        mask = 0
        # Hits come in the order of their ends, so one pass deals them out to the sentences.
        for run, start, end in self._automaton.find_matches_as_indexes(text.norm, overlapping=True):
            if end > limit:
                if active or number in lists:
                    sentence = _Sentence(places_of, places, lists.pop(number, {}), self._lengths)
                    self._finish(sentence, active, mask, matches)
                    active = []
                places, mask = {}, 0
                while end > limit:
                    number += 1
                    begin, limit = limit - 1, edges[number] + 1
            if start < begin:
                continue
            if run in places:
                places[run].append(start)
            else:
                places[run] = [start]
                mask |= masks[run]
                if work[run] is not None:
                    active.append(run)
        if active or number in lists:
            self._finish(_Sentence(places_of, places, lists.pop(number, {}), self._lengths), active, mask, matches)
        # Sentences with numbers but not one known word.
        for hits in lists.values():
            self._finish(_Sentence(places_of, {}, hits, self._lengths), [], 0, matches)
        return matches

    def _finish(self, sentence: "_Sentence", active: list[int], mask: int, matches: list[Match]) -> None:
        """Add to *matches* what the hits of one sentence amount to; *mask* tells which slots its literal hits fill."""
        for run in sentence.list_runs:
            mask |= self._masks[run]
        for run in (*active, *sentence.list_runs):
            work = self._work[run]
            if work is None:
                continue
            targets, joins = work
            if targets:
                found = sentence.hits(run)[:MAX_HITS]
                matches += [Match(target, start, end, child) for target, child in targets for start, end, _ in found]
            for need, wanting in joins.items():
                if need & mask == need:
                    for joined in wanting:
                        sentence.join(joined, run, matches)

    def _list_hits(self, text: Text) -> dict[int, dict[int, list[Hit]]]:
        """By sentence: hits of the built-in lists, and of runs that hold one ("girl {child_age}")."""
        found = find_ages(text)
        by_sentence: dict[int, dict[int, list[Hit]]] = {}
        words = text.words
        for name, spans in found.items():
            number = self._lists.get(name)
            composites = self._composites.get(name)
            for first, after in spans:
                sentence = text.sentence_number(first)
                hits = by_sentence.setdefault(sentence, {})
                if number is not None:
                    hits.setdefault(number, []).append((first, after, number))
                if not composites:
                    continue
                near = composites.get((-1, words[first - 1]), ()) if first else ()
                also = composites.get((1, words[after]), ()) if after < len(words) else ()
                for run_number, run, place in (*near, *also, *composites.get((0, ""), ())):
                    start = _backwards(words, run[:place], first)
                    if start < 0 or text.sentence_number(start) != sentence:
                        continue
                    for end in _forwards(words, run[place + 1 :], after, found):
                        if text.sentence_number(end - 1) == sentence:
                            hits.setdefault(run_number, []).append((start, end, run_number))
        return by_sentence


def _has_list(run: Atoms) -> bool:
    return "{" in run[0] or (len(run) > 1 and any("{" in atom for atom in run))


def _commonness(runs: Expansions) -> int:
    """How often a slot may be expected to be hit: the join begins at the rarest."""
    return sum(60 if run[0][0] == "{" else (120 if run[0] in _COMMON else 4) if len(run) == 1 else 1 for run in runs)


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


class _Sentence:
    """The hits of one sentence, turned from character places into words only where they are asked for."""

    __slots__ = ("_hits", "_lengths", "_places", "_places_of", "_present", "_slot_hits", "list_runs")

    def __init__(
        self, places_of: list[int], places: dict[int, list[int]], hits: dict[int, list[Hit]], lengths: list[int]
    ) -> None:
        self._places_of = places_of
        self._places = places
        self._hits = hits
        self._lengths = lengths
        self._slot_hits: dict[_Slot, list[Hit]] = {}
        self._present: set[int] | None = None
        self.list_runs = list(hits)

    def hits(self, run: int) -> list[Hit]:
        """Where *run* stands, in order."""
        hits = self._hits.get(run)
        if hits is None:
            places_of, size = self._places_of, self._lengths[run]
            hits = [
                (start, start + size, run) for place in self._places[run] for start in (bisect_left(places_of, place),)
            ]
            self._hits[run] = hits
        return hits

    def _of_slot(self, slot: _Slot) -> list[Hit]:
        """The hits of *slot*, in order of their starts."""
        found = self._slot_hits.get(slot)
        if found is None:
            if self._present is None:
                self._present = {*self._places, *self.list_runs}
            runs = self._present & slot.runs
            found = self.hits(runs.pop()) if len(runs) == 1 else sorted(hit for run in runs for hit in self.hits(run))
            self._slot_hits[slot] = found
        return found

    def join(self, joined: _Joined, run: int, matches: list[Match]) -> None:
        """Add to *matches* every place where the slots of *joined* stand in order round a hit of its anchor."""
        slots, anchor = joined.slots, joined.anchor
        count = 0
        for hit in self.hits(run):
            start, end, child = hit[0], hit[1], run in slots[anchor].child_runs
            for place in range(anchor - 1, -1, -1):
                before = self._before(slots[place], start, joined.gaps[place])
                if before is None:
                    break
                start, child = before[0], child or before[2] in slots[place].child_runs
            else:
                for place in range(anchor + 1, len(slots)):
                    after = self._after(slots[place], end, joined.gaps[place - 1])
                    if after is None:
                        break
                    end, child = after[1], child or after[2] in slots[place].child_runs
                else:
                    matches.append(Match(joined.target, start, end, child))
                    count += 1
                    if count >= MAX_HITS:
                        return

    def _after(self, slot: _Slot, end: int, gap: int) -> Hit | None:
        """The nearest hit of *slot* that begins at most *gap* words after *end*; of several there, the longest."""
        hits = self._of_slot(slot)
        place = bisect_left(hits, (end,)) if len(hits) > _FEW else 0
        best: Hit | None = None
        while place < len(hits):
            hit = hits[place]
            place += 1
            if hit[0] < end:
                continue
            if hit[0] > end + gap or (best is not None and hit[0] > best[0]):
                break
            best = hit
        return best

    def _before(self, slot: _Slot, start: int, gap: int) -> Hit | None:
        """The nearest hit of *slot* that ends at most *gap* words before *start*; of several there, the longest."""
        hits = self._of_slot(slot)
        place = bisect_left(hits, (start - gap - slot.longest,)) if len(hits) > _FEW else 0
        best: Hit | None = None
        while place < len(hits) and hits[place][0] < start:
            hit = hits[place]
            if start - gap <= hit[1] <= start and (best is None or hit[1] > best[1]):
                best = hit
            place += 1
        return best
