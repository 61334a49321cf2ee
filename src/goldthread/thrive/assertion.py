"""How the words are meant: affirmed, negated, historical, hypothetical, uncertain or said of another.

Rules over a bounded window round a span, with their trigger words in ``assertion.toml``. A trigger governs words of its
own clause only; where it is unclear whether it reaches, it does not: a cue is rather shown than dropped.
"""

import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from goldthread.thrive.runs import LONGEST_SENTENCE, MOST_SENTENCES, Runs
from goldthread.thrive.tokens import Text, normalise

TABLE = Path(__file__).parent / "assertion.toml"
_LONGEST_WINDOW = 12


class Assertion(NamedTuple):
    """``kind`` is one of the six; ``unasked``: the words only tell that nothing was mentioned or known.

    ``low`` to ``high`` (exclusive) are the words together with the trigger beside them; -1 where none stands there.
    """

    kind: str
    unasked: bool = False
    low: int = -1
    high: int = -1


STRONGEST_DOUBT = ("uncertain", "hypothetical", "historical", "negated", "other-subject")
AFFIRMED = Assertion("affirmed")
UNCERTAIN = Assertion("uncertain")
UNASKED = Assertion("uncertain", unasked=True)


@dataclass(frozen=True, slots=True)
class _Sense:
    """One meaning of a trigger phrase."""

    kind: str
    side: str
    window: int
    lists: bool
    unasked: bool


class _Seen(NamedTuple):
    start: int
    end: int
    senses: tuple[_Sense, ...]
    ends_reach: bool
    is_present: bool = False


_Reaching = tuple[_Seen, _Sense]


class Asserter:
    """The compiled trigger table; immutable, so threads may share it."""

    def __init__(self, table: dict[str, Any]) -> None:
        senses: dict[str, list[_Sense]] = {}
        for block in table["trigger"]:
            sense = _Sense(
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
        self._not_told = frozenset(table["words"]["not_told"])
        kin = table["kin"]
        self._kin = frozenset(kin["people"])
        self._kin_verbs = frozenset(kin["verbs"])
        words = table["words"]
        self._predicates = frozenset(words["predicates"])
        self._answers = {
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

    def triggers(self, text: Text) -> "Triggers":
        """Asks about the spans of *text*; each sentence is searched for triggers once, when first asked about."""
        return Triggers(self, text)

    def forget(self) -> None:
        """Forget the sentences met so far."""
        self._phrases_in.cache_clear()

    def find(self, text: Text, low: int, high: int) -> list[_Seen]:
        """The triggers among words *low* to *high* (one sentence), in order, without those inside a longer one."""
        words = text.words
        marks = self._runs.marks(words[low:high])
        phrases = self._phrases_in if high - low <= LONGEST_SENTENCE else self._phrases_among
        seen = [
            _Seen(low + start, low + end, senses, ends_reach, is_present)
            for start, end, senses, ends_reach, is_present in phrases(marks)
            if not self._is_number_sign(words, low + start, low + end, high)
        ]
        figures = text.figures
        near = figures[bisect_left(figures, low) : bisect_left(figures, high)] if figures else ()
        past = [place for place in near if _is_past_year(text, place)]
        if "ago" in text.forms:
            past += [place for place in range(low, high) if words[place] == "ago" and _counts_back(words, place)]
        if past:
            seen += [_Seen(place, place + 1, (_PAST,), ends_reach=False) for place in past]
            seen.sort(key=lambda trigger: trigger[:2])
        return seen

    def _phrases_among(self, marks: str) -> list[_Seen]:
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
            _Seen(start, end, self._senses[number], self._ends_reach[number], self._is_present[number])
            for start, end, number in kept
        ]


_PAST = _Sense("historical", "either", 10, False, False)


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


class Triggers:
    """Asks how spans of one text are meant."""

    def __init__(self, asserter: Asserter, text: Text) -> None:
        self._asserter = asserter
        self._text = text
        self._answers = asserter._answers
        self._asks = "?" in text.folded
        self._low = self._high = 0
        self._found: dict[int, tuple[list[_Seen], list[int]]] = {}
        self._seen: list[_Seen] = []
        self._starts: list[int] = []

    def _look_at(self, low: int, high: int) -> None:
        """Take the triggers of the sentence *low* to *high* in hand."""
        found = self._found.get(low)
        if found is None:
            seen = self._asserter.find(self._text, low, high)
            found = (seen, [trigger.start for trigger in seen])
            self._found[low] = found
        self._seen, self._starts = found
        self._low, self._high = low, high

    def assess(self, start: int, end: int) -> Assertion:
        """How words *start* to *end* (exclusive) are meant."""
        text = self._text
        if not 0 <= start < end <= len(text.words):
            return AFFIRMED
        if not self._low <= start < self._high:
            self._look_at(*text.sentence(start))
        low, high = self._low, self._high
        if end < len(text.words) and text.words[end] in self._answers:
            answered = self._answered(end)
            if answered is not None:
                return answered._replace(low=start, high=end + 1) if end < high else answered
        if self._asks:
            answered = self._answered_next(end, high)
            if answered is not None:
                return answered
        if self._seen:
            before, after = self._before(start, end, low), self._after(end, high)
            if before or after:
                return self._with_trigger(self._weigh(before, after, start, end), before, after, start, end)
        return self._queried(start, end) if self._asks else AFFIRMED

    def _with_trigger(
        self, meant: Assertion, before: Sequence[_Reaching], after: Sequence[_Reaching], start: int, end: int
    ) -> Assertion:
        """*meant* with the words of denial, doubt or past right beside the span: who reads the quote must see them."""
        if not (meant.unasked or meant.kind in ("negated", "historical")):
            return meant
        kinds = ("negated", "uncertain") if meant.unasked else (meant.kind,)
        low, high = start, end
        if before and before[-1][0].end == start and before[-1][1].kind in kinds:
            low = before[-1][0].start
        if after and after[0][1].kind in kinds and self._joined(end, after[0][0].start):
            high = after[0][0].end
        elif meant.unasked:
            told = next((place for place in (end, end + 1) if self._not_told(place)), -1)
            if told >= 0 and self._joined(end, told):
                high = told + 1
        return meant._replace(low=low, high=high) if (low, high) != (start, end) else meant

    def _not_told(self, place: int) -> bool:
        return place < len(self._text.words) and self._text.words[place] in self._asserter._not_told

    def _joined(self, end: int, place: int) -> bool:
        """Whether at most one word and no sign stands between a span and the word at *place*."""
        between = self._text.between(end - 1, place)
        return not between.strip(" \t:,-?") if place == end else place == end + 1 and between.strip().isalnum()

    def _answered(self, end: int) -> Assertion | None:
        """ "Weapons? No", "inj: nil", "kids - yes": a question or label answered by the next word."""
        text, words = self._text, self._text.words
        sign = text.between(end - 1, end).strip()
        if not sign or sign[0] not in "?:=-–—(":
            return None
        kind = self._answers[words[end]]
        alone = end + 1 >= len(words) or end + 1 in text.breaks or text.between(end, end + 1).strip() != ""
        if words[end] in ("not", "dont", "doesnt"):
            return UNASKED
        if kind == "negated" and not alone:
            following = words[end + 1]
            if following in ("mentioned", "known", "disclosed", "stated", "reported", "recorded", "asked", "declared"):
                return UNASKED
            return Assertion("negated") if following in ("seen", "present", "at", "found", "in") else None
        return UNASKED if kind == "uncertain" else Assertion(kind)

    def _answered_next(self, end: int, high: int) -> Assertion | None:
        """ "Kids in house? No.": a short question answered by the sentence behind it."""
        text, words = self._text, self._text.words
        if high >= len(words) or not 0 < high - end <= 5 or words[high] not in self._answers:
            return None
        if "?" not in text.between(high - 1, high) or words[high] in ("not", "dont", "doesnt"):
            return None
        kind = self._answers[words[high]]
        return UNASKED if kind == "uncertain" else Assertion(kind)

    def _before(self, start: int, end: int, low: int) -> list[_Reaching]:
        """Triggers that stand before the span and reach it, the nearest last."""
        reaching: list[_Reaching] = []
        place = bisect_left(self._starts, start) - 1
        barrier = today = False
        while place >= 0:
            trigger = self._seen[place]
            place -= 1
            if trigger.start < low or start - trigger.end > _LONGEST_WINDOW:
                break
            if trigger.end > start:
                continue
            for sense in trigger.senses:
                if sense.side == "before" or start - trigger.end > sense.window:
                    continue
                if (barrier and sense.side != "either") or (today and sense.kind == "historical"):
                    continue
                if self._reaches(trigger, sense, start, end):
                    reaching.append((trigger, sense))
                    break
            if trigger.ends_reach and not (reaching and reaching[-1][0] is trigger):
                barrier = True
                today = today or trigger.is_present
        reaching.reverse()
        return reaching

    def _reaches(self, trigger: _Seen, sense: _Sense, start: int, end: int) -> bool:
        """Whether the signs and conjunctions between a trigger and the words after it let it reach them."""
        text = self._text
        if trigger.end == start:
            return text.between(start - 1, start).strip(" :\"'“‘(") == "" or sense.side == "either"
        between = text.folded[text.ends[trigger.end - 1] : text.starts[start]]
        if sense.side == "either":
            return True
        opening = between.lstrip()[:1] == ":"
        rest = between.lstrip()[1:] if opening else between
        if ":" in rest or " - " in rest or "–" in rest or "(" in rest or ")" in rest:
            return False
        if "," in rest or "/" in rest.replace("w/", ""):
            return self._list_goes_on(trigger, sense, start, end, rest)
        if sense.kind != "negated":
            return True
        words = text.words
        for place in range(trigger.end, start):
            if words[place] in ("and", "as", "with") and self._own_statement(end):
                return False
        return not any(words[place] in ("to", "until", "unless") for place in range(trigger.end, start)) or (
            trigger.end < start and words[start - 1] == "to"
        )

    def _own_statement(self, end: int) -> bool:
        """Whether the words behind a span make a statement of it: "... and kids *are* upstairs"."""
        return any(word in self._asserter._predicates for word in self._text.words[end : end + 2])

    def _list_goes_on(self, trigger: _Seen, sense: _Sense, start: int, end: int, between: str) -> bool:
        """Whether a comma after a trigger goes on with a list ("no drugs, knives or guns") rather than a new clause."""
        text, words = self._text, self._text.words
        high = text.sentence(start)[1]
        if any(word in ("he", "she", "they", "i", "we", "there", "it") for word in words[trigger.end : start]):
            return sense.kind in ("hypothetical", "uncertain") and sense.window >= 8 and not sense.unasked
        tail = words[start : min(high, start + 8)]
        if sense.kind == "negated" and any(word in ("or", "nor") for word in words[trigger.end : start] + tail):
            return not self._own_statement(end)
        predicates = self._asserter._predicates
        items = between.split(",")
        short = all(len(item.split()) <= 4 for item in items[:-1])
        said = any(word in predicates for word in words[trigger.end : end]) or self._own_statement(end)
        if sense.lists:
            return short and not said
        if sense.kind == "negated" or sense.unasked:
            # A bare "no" goes on only over single things: "no wpns, drugs" but never "no wpns, kids crying".
            size = self._item_end(end, high) - start
            plain = not any(word.endswith(("ing", "ed")) for word in words[start : start + size])
            return short and not said and plain and size <= 1
        return sense.kind == "hypothetical" and sense.window >= 10 and short

    def _item_end(self, end: int, high: int) -> int:
        """Where the list item that ends the span ends: the next sign or conjunction."""
        text = self._text
        while end < high and text.between(end - 1, end).strip() == "" and text.words[end] not in ("and", "or", "nor"):
            end += 1
            if end >= len(text.words):
                break
        return end

    def _after(self, end: int, high: int) -> list[_Reaching]:
        """Triggers that stand behind the span and reach back to it, the nearest first."""
        reaching: list[_Reaching] = []
        for place in range(bisect_left(self._starts, end), len(self._seen)):
            trigger = self._seen[place]
            if trigger.start >= high or trigger.start - end > _LONGEST_WINDOW:
                break
            sense = next((sense for sense in trigger.senses if self._reaches_back(trigger, sense, end)), None)
            if sense is not None:
                reaching.append((trigger, sense))
            if trigger.ends_reach:
                break
        return reaching

    def _reaches_back(self, trigger: _Seen, sense: _Sense, end: int) -> bool:
        """Whether the signs and words between a span and a trigger behind it let the trigger reach the span."""
        text, distance = self._text, trigger.start - end
        if sense.side == "after" or distance > sense.window:
            return False
        between = text.folded[text.ends[end - 1] : text.starts[trigger.start]]
        if not distance:
            # "knives, nil." but not "knives, nil reply".
            return sense.kind != "negated" or "," not in between or self._closes(trigger)
        if " - " in between or (sense.side == "before" and any(sign in between for sign in ",:()")):
            return False
        return sense.kind != "negated" or not any(
            word in ("and", "or", "who", "which", "if") for word in text.words[end : trigger.start]
        )

    def _closes(self, trigger: _Seen) -> bool:
        """Whether the clause ends behind *trigger* ("knives, nil." rather than "knives, nil reply")."""
        text = self._text
        end = trigger.end
        return end >= len(text.words) or end in text.breaks or text.between(end - 1, end).strip() != ""

    def _queried(self, start: int, end: int) -> Assertion:
        """Doubt told by a question mark: "?injury", "injury?"."""
        if not self._asks:
            return AFFIRMED
        text = self._text
        left, right = text.starts[start], text.ends[end - 1]
        before, after = text.folded[max(0, left - 2) : left], text.folded[right : right + 2]
        if before[-1:] == "?" or (before == "? " and (left < 3 or not text.folded[left - 3 : left - 2].isalnum())):
            return UNCERTAIN
        if after[:1] == "?" or after in ("(?", " ?"):
            return UNCERTAIN
        high = text.sentence(start)[1]
        asked = high - end <= 4 and text.folded[text.ends[high - 1] : text.ends[high - 1] + 2].strip()[:1] == "?"
        return UNCERTAIN if asked else AFFIRMED

    def _weigh(self, before: Sequence[_Reaching], after: Sequence[_Reaching], start: int, end: int) -> Assertion:
        """One answer from all triggers that reach: doubt over denial, the outer trigger over the inner one."""
        kinds = {sense.kind for _, sense in before} | {sense.kind for _, sense in after}
        if any(sense.unasked for _, sense in (*before, *after)):
            return UNASKED
        negated_before = next((trigger for trigger, sense in before if sense.kind == "negated"), None)
        if "other-subject" in kinds and negated_before is None:
            return Assertion("other-subject")
        if negated_before is not None:
            if not self._asserter._not_told.isdisjoint(self._text.words[negated_before.end : end + 3]):
                return UNASKED
            outer = next((sense.kind for trigger, sense in before if trigger.start < negated_before.start), "")
            if outer in ("uncertain", "hypothetical"):
                return Assertion(outer)
            if any(sense.kind == "uncertain" for _, sense in after):
                return UNCERTAIN
            return Assertion("negated")
        doubt_after = any(sense.kind == "uncertain" for _, sense in after)
        if any(sense.kind == "negated" for _, sense in after):
            return UNCERTAIN if doubt_after or "uncertain" in kinds else Assertion("negated")
        if "hypothetical" in kinds:
            return Assertion("hypothetical")
        if "uncertain" in kinds:
            return UNCERTAIN
        queried = self._queried(start, end)
        return queried if queried is UNCERTAIN else Assertion("historical")

    def within(self, start: int, end: int) -> Assertion:
        """How a span is meant that holds its own words of doubt, past or denial, such as *no marks on her*.

        The rest of the span is assessed beside them. A denial counts where the span begins with it: further in it
        belongs to what is told (*sat in the kitchen, did not go up*). Doubt comes before the others.
        """
        low, high = self._text.sentence(start)
        self._look_at(low, high)
        kinds = set()
        for trigger in self._seen:
            if not trigger.senses or trigger.start < start or trigger.end > end:
                continue
            for first, last in ((trigger.end, end), (start, trigger.start)):
                kind = self.assess(first, last).kind if first < last else "affirmed"
                if kind != "negated" or trigger.start <= start + 1:
                    kinds.add(kind)
        return next((Assertion(kind) for kind in STRONGEST_DOUBT if kind in kinds), AFFIRMED)

    def of_kin(self, start: int) -> bool:
        """Whether a relative is named as the one who has it, right before the words ("mother had X")."""
        words = self._text.words
        low = self._text.sentence(start)[0] if start < len(words) else 0
        for size in (1, 2, 3, 4):
            verb = start - size
            if verb - 1 < low:
                break
            if " ".join(words[verb:start]) in self._asserter._kin_verbs and words[verb - 1] in self._asserter._kin:
                return True
        return False


@cache
def asserter(path: Path = TABLE) -> Asserter:
    """The trigger table of *path*, compiled once for a process."""
    return Asserter(tomllib.loads(path.read_text(encoding="utf-8")))


def assess_span(text: Text, start: int, end: int, cue_spans: Iterable[tuple[int, int]] = ()) -> str:
    """The assertion of the characters *start* to *end* of *text*; kin count as another subject unless a cue is meant.

    *cue_spans* are (first word, end word) of what the lexicon found: "mum had a knife" tells of the household.
    """
    first = text.word_of_offset(start)
    last = first
    while last < len(text.words) and text.starts[last] < end:
        last += 1
    if last <= first:
        return "affirmed"
    triggers = asserter().triggers(text)
    found = triggers.assess(first, last)
    if found.kind == "affirmed":
        found = triggers.within(first, last)
    known = any(low < last and first < high for low, high in cue_spans)
    if found.kind in ("affirmed", "historical") and not known and triggers.of_kin(first):
        return "other-subject"
    return found.kind
