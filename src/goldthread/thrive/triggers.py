"""The words that turn a cue (denied, past, feared, doubted, of another), from ``assertion.toml``, and where they stand in a text."""

import tomllib
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from goldthread.thrive.runs import LONGEST_SENTENCE, MOST_SENTENCES, Runs
from goldthread.thrive.tokens import Text, normalise

TABLE = Path(__file__).parent / "assertion.toml"


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a trigger phrase."""

    kind: str
    side: str
    window: int
    lists: bool
    unasked: bool


class Seen(NamedTuple):
    start: int
    end: int
    senses: tuple[Sense, ...]
    ends_reach: bool
    is_present: bool = False


_SENSES = attrgetter("senses")


class Asserter:
    """The compiled trigger table; immutable, so threads may share it."""

    def __init__(self, table: dict[str, Any]) -> None:
        senses: dict[str, list[Sense]] = {}
        for block in table["trigger"]:
            sense = Sense(
                block["assertion"],
                block["side"],
                block["window"],
                block.get("list", False),
                block.get("unasked", False),
            )
            for phrase in block["phrases"]:
                senses.setdefault(" ".join(normalise(phrase)), []).append(sense)
        self._enders = {" ".join(normalise(phrase)) for phrase in table["terminator"]["phrases"]}
        pseudo = {" ".join(normalise(phrase)) for phrase in table["pseudo"]["phrases"]}
        self._phrases = sorted({*senses, *self._enders, *pseudo, *table["words"]["present"]})
        self._senses = [() if phrase in pseudo else tuple(senses.get(phrase, ())) for phrase in self._phrases]
        self._sizes = [phrase.count(" ") + 1 for phrase in self._phrases]
        self._ends_reach = [
            phrase not in pseudo and (phrase in self._enders or phrase in table["words"]["present"])
            for phrase in self._phrases
        ]
        self._harmless = frozenset(number for number, phrase in enumerate(self._phrases) if phrase in pseudo)
        self._runs = Runs(tuple(phrase.split(" ")) for phrase in self._phrases)
        self._phrases_in = lru_cache(MOST_SENTENCES)(self._phrases_among)
        present = frozenset(table["words"]["present"])
        self._is_present = [phrase in present for phrase in self._phrases]
        self.not_told = frozenset(table["words"]["not_told"])
        kin = table["kin"]
        self.kin = frozenset(kin["people"])
        self.kin_verbs = frozenset(kin["verbs"])
        words = table["words"]
        self.predicates = frozenset(words["predicates"])
        self.answers = {
            **dict.fromkeys(words["answers_no"], "negated"),
            **dict.fromkeys(words["answers_yes"], "affirmed"),
            **dict.fromkeys(words["answers_unknown"], "uncertain"),
        }

    @staticmethod
    def _is_number_sign(words: list[str], start: int, end: int, high: int) -> bool:
        """Whether "no" is short for number: "at no 6", "no. 14", "no 12a"; "no 14 yr old" still denies."""
        if end != start + 1 or words[start] != "no" or end >= high or not words[end][0].isdigit():
            return False
        return end + 1 >= high or words[end + 1] not in ("yr", "year", "yo", "y", "month", "mth", "wk", "week", "more")

    def forget(self) -> None:
        """Forget the sentences met so far."""
        self._phrases_in.cache_clear()

    def marks(self, text: Text) -> str:
        """A mark for each word of *text*, as ``find`` takes them."""
        return self._runs.marks(text.words)

    def find(self, text: Text, low: int, high: int, marks: str) -> list[Seen]:
        """The triggers among words *low* to *high* (one sentence) with these *marks*, in order, without those inside a longer one."""
        words = text.words
        phrases = self._phrases_in if high - low <= LONGEST_SENTENCE else self._phrases_among
        seen = [
            Seen(low + start, low + end, senses, ends_reach, is_present)
            for start, end, senses, ends_reach, is_present in phrases(marks)
            if not self._is_number_sign(words, low + start, low + end, high)
        ]
        figures = text.figures
        near = figures[bisect_left(figures, low) : bisect_left(figures, high)] if figures else ()
        past = [place for place in near if _is_past_year(text, place)]
        if "ago" in text.forms:
            past += [place for place in range(low, high) if words[place] == "ago" and _counts_back(words, place)]
        if past:
            seen += [Seen(place, place + 1, (_PAST,), ends_reach=False) for place in past]
            seen.sort(key=lambda trigger: trigger[:2])
        # Words that only end a trigger's reach matter where there is one.
        return seen if any(map(_SENSES, seen)) else []

    def _phrases_among(self, marks: str) -> list[Seen]:
        """The trigger phrases among words with *marks*, counted from the first, without those inside a longer one."""
        # Hits come by their end, so that the last one from each start is the longest.
        longest = {start: (start, end, number) for number, start, end in self._runs.find(marks)}
        kept: list[tuple[int, int, int]] = []
        for _, (start, end, number) in sorted(longest.items()):
            if kept and end <= kept[-1][1]:
                continue
            if kept and start < kept[-1][1]:
                # Two phrases share a word: a harmless phrase wins over a trigger no longer than itself.
                before = kept[-1][2]
                if number in self._harmless and end - start >= self._sizes[before]:
                    kept.pop()
                elif before in self._harmless and self._sizes[before] >= end - start:
                    continue
            kept.append((start, end, number))
        return [
            Seen(start, end, self._senses[number], self._ends_reach[number], self._is_present[number])
            for start, end, number in kept
        ]


_PAST = Sense("historical", "either", 10, False, False)


def _counts_back(words: list[str], place: int) -> bool:
    """Whether the "ago" at *place* stands behind a figure with its unit: "2yrs ago"."""
    previous = words[place - 1] if place else ""
    return previous[:1].isdigit() and previous.rstrip("s").endswith(("yr", "y", "year", "mth", "month"))


def _is_past_year(text: Text, place: int) -> bool:
    """Whether the figure at *place* tells of a past: "in 2019", "(2015)". "since 2019" goes on today."""
    words = text.words
    word = words[place]
    if len(word) != 4 or not word.isdecimal() or word[:2] not in ("19", "20") or word >= "2030":
        return False
    bracketed = text.folded[text.starts[place] - 1 : text.starts[place]] == "("
    return bracketed or (place > 0 and words[place - 1] in _BEFORE_A_YEAR)


_BEFORE_A_YEAR = frozenset({"in", "from", "back", "circa", "around", "dated", "summer", "during"})


@cache
def asserter(path: Path = TABLE) -> Asserter:
    """The trigger table of *path*, compiled once for a process."""
    return Asserter(tomllib.loads(path.read_text(encoding="utf-8")))
