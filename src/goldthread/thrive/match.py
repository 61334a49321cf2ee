"""Find every wording in a text: one automaton pass for literal runs, then bounded joins for wordings with gaps.

Wordings are split into slots (patterns.py). A one-slot wording is a hit of the automaton. A wording of several slots is
looked for only where its rarest slot was hit, and its neighbours only within the gap, so that the work stays linear.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation

from goldthread.thrive.ages import find_ages
from goldthread.thrive.lexicon import Context, Lexicon, Rule
from goldthread.thrive.patterns import Atoms, Expansions
from goldthread.thrive.tokens import Text

Target = Rule | Context | str
Hit = tuple[int, int, int]
"""(first word, end word, run): where a run of words was seen."""
MAX_HITS = 200
"""A wording is reported at most so often in one text: a longer list tells a reader nothing more."""
_COMMON = frozenset(
    "a about after again all an and are as at back be been but by can come down for from get go going got had has have he"
    " her here him his how i if in into is it its just like made me mum dad my no not now of off on one or our out over"
    " partner rp says said seen she so some still that the their them then there they this to told two up us very want wants"
    " was we well were what when which who will with wont you your male female ex home house known back kids".split()
)


@dataclass(slots=True)
class Match:
    """Words *start* to *end* (exclusive) say what *target* stands for; *child*: the words speak of a child."""

    target: Target
    start: int
    end: int
    child: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Slot:
    runs: frozenset[int]
    child_runs: frozenset[int]
    longest: int


@dataclass(frozen=True, slots=True, eq=False)
class _Joined:
    target: Target
    slots: tuple[_Slot, ...]
    gaps: tuple[int, ...]
    anchor: int


class Matcher:
    """The compiled lexicon. Immutable after construction, so it may be shared by threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._run_ids: dict[Atoms, int] = {}
        self._single: dict[int, list[tuple[Target, bool]]] = {}
        self._anchored: dict[int, list[_Joined]] = {}
        self._slots: dict[tuple[tuple[Atoms, bool], ...], _Slot] = {}
        for shape, target in lexicon.patterns:
            if len(shape.slots) == 1:
                for run, child in shape.slots[0].items():
                    entry = (target, child)
                    entries = self._single.setdefault(self._id(run), [])
                    if entry not in entries:
                        entries.append(entry)
            else:
                self._join(target, shape.slots, shape.gaps)
        runs = list(self._run_ids)
        self._lengths = [len(run) for run in runs]
        literal = [number for number, run in enumerate(runs) if run[0][0] != "{" and not _has_list(run)]
        self._literal_ids = literal
        self._lists = {run[0]: number for number, run in enumerate(runs) if len(run) == 1 and run[0][0] == "{"}
        self._composites: dict[str, list[tuple[int, Atoms, int]]] = {}
        for number, run in enumerate(runs):
            if len(run) > 1 and _has_list(run):
                place = next(index for index, atom in enumerate(run) if atom[0] == "{")
                self._composites.setdefault(run[place], []).append((number, run, place))
        self._automaton = AhoCorasick(
            [f" {' '.join(runs[number])} " for number in literal], implementation=Implementation.ContiguousNFA
        )

    def _id(self, run: Atoms) -> int:
        return self._run_ids.setdefault(run, len(self._run_ids))

    def _slot(self, runs: Expansions) -> _Slot:
        key = tuple(sorted(runs.items()))
        slot = self._slots.get(key)
        if slot is None:
            ids = {self._id(run): child for run, child in runs.items()}
            longest = max(len(run) for run in runs)
            if any(_has_list(run) for run in runs):
                longest += 4
            slot = _Slot(frozenset(ids), frozenset(number for number, child in ids.items() if child), longest)
            self._slots[key] = slot
        return slot

    def _join(self, target: Target, slots: tuple[Expansions, ...], gaps: tuple[int, ...]) -> None:
        compiled = tuple(self._slot(slot) for slot in slots)
        anchor = min(range(len(slots)), key=lambda place: (_commonness(slots[place]), place))
        joined = _Joined(target, compiled, gaps, anchor)
        for run in sorted(compiled[anchor].runs):
            self._anchored.setdefault(run, []).append(joined)

    def find(self, text: Text) -> list[Match]:
        """Every match in *text*, each within one sentence, in no promised order but the same one each time."""
        places: dict[int, list[int]] = {}
        literal_ids = self._literal_ids
        for number, start, _ in self._automaton.find_matches_as_indexes(text.norm, overlapping=True):
            run = literal_ids[number]
            if run in places:
                places[run].append(start)
            else:
                places[run] = [start]
        search = _Search(text, places, self._lengths)
        self._add_lists(search, text)
        matches: list[Match] = []
        for run in search.present:
            targets = self._single.get(run)
            if targets:
                hits = search.hits(run)[:MAX_HITS]
                matches += [Match(target, start, end, child) for target, child in targets for start, end, _ in hits]
            joins = self._anchored.get(run)
            if joins:
                for joined in joins:
                    search.join(joined, run, matches)
        return matches

    def _add_lists(self, search: "_Search", text: Text) -> None:
        """Hits of the built-in lists, and of runs that hold one ("girl {child_age}")."""
        found = find_ages(text)
        for name, spans in found.items():
            if name in self._lists:
                search.add(self._lists[name], spans)
        for name, spans in found.items():
            for number, run, place in self._composites.get(name, ()):
                longer = [
                    (start, end)
                    for first, after in spans
                    if (start := _backwards(text.words, run[:place], first)) >= 0
                    for end in _forwards(text.words, run[place + 1 :], after, found)
                    if text.in_one_sentence(start, end)
                ]
                if longer:
                    search.add(number, longer)


def _has_list(run: Atoms) -> bool:
    return any(atom[0] == "{" for atom in run)


def _commonness(runs: Expansions) -> int:
    """How often a slot may be expected to be hit: the join begins at the rarest."""
    return sum(
        20 if run[0][0] == "{" else (12 if run[0] in _COMMON else 2) if len(run) == 1 else 1 for run in runs
    )


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


class _Search:
    """The hits of one text, turned from character places into words only where they are asked for."""

    def __init__(self, text: Text, places: dict[int, list[int]], lengths: list[int]) -> None:
        self._text = text
        self._places = places
        self._lengths = lengths
        self._hits: dict[int, list[Hit]] = {}
        self._slot_hits: dict[_Slot, tuple[list[Hit], list[int]]] = {}
        self._absent: set[int] = set()

    @property
    def present(self) -> list[int]:
        return [*self._places, *(run for run in self._hits if run not in self._places)]

    def add(self, run: int, spans: Iterable[tuple[int, int]]) -> None:
        self._hits[run] = sorted({(start, end, run) for start, end in spans})

    def hits(self, run: int) -> list[Hit]:
        """Where *run* stands, in order, without those that reach over the end of a sentence."""
        hits = self._hits.get(run)
        if hits is None:
            text, size = self._text, self._lengths[run]
            starts = [text.word_at(place + 1) for place in self._places[run]]
            hits = [
                (start, start + size, run) for start in starts if size == 1 or text.in_one_sentence(start, start + size)
            ]
            self._hits[run] = hits
        return hits

    def _has(self, slot: _Slot) -> bool:
        return not (slot.runs.isdisjoint(self._places) and slot.runs.isdisjoint(self._hits))

    def _of_slot(self, slot: _Slot) -> tuple[list[Hit], list[int]]:
        found = self._slot_hits.get(slot)
        if found is None:
            runs = [run for run in slot.runs if run in self._places or run in self._hits]
            hits = sorted(hit for run in runs for hit in self.hits(run))
            found = (hits, [hit[0] for hit in hits])
            self._slot_hits[slot] = found
        return found

    def join(self, joined: _Joined, run: int, matches: list[Match]) -> None:
        """Add to *matches* every place where the slots of *joined* stand in order round a hit of its anchor."""
        slots, anchor = joined.slots, joined.anchor
        for place, slot in enumerate(slots):
            if place != anchor:
                key = id(slot)
                if key in self._absent:
                    return
                if slot not in self._slot_hits and not self._has(slot):
                    self._absent.add(key)
                    return
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
                    if self._text.in_one_sentence(start, end):
                        matches.append(Match(joined.target, start, end, child))
                        count += 1
                        if count >= MAX_HITS:
                            return

    def _after(self, slot: _Slot, end: int, gap: int) -> Hit | None:
        """The nearest hit of *slot* that begins at most *gap* words after *end*; of several there, the longest."""
        hits, starts = self._of_slot(slot)
        place = bisect_left(starts, end)
        best: Hit | None = None
        while place < len(hits) and hits[place][0] <= end + gap and (best is None or hits[place][0] == best[0]):
            best = hits[place]
            place += 1
        return best

    def _before(self, slot: _Slot, start: int, gap: int) -> Hit | None:
        """The nearest hit of *slot* that ends at most *gap* words before *start*; of several there, the longest."""
        hits, starts = self._of_slot(slot)
        place = bisect_left(starts, start - gap - slot.longest)
        best: Hit | None = None
        while place < len(hits) and hits[place][0] < start:
            hit = hits[place]
            if start - gap <= hit[1] <= start and (best is None or hit[1] > best[1]):
                best = hit
            place += 1
        return best
