"""How the words are meant: affirmed, negated, historical, hypothetical, uncertain or said of another.

Rules over a bounded window round a span, with their trigger words from ``triggers``. A trigger governs words of its
own clause only; where it is unclear whether it reaches, it does not: a cue is rather shown than dropped.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from goldthread.thrive.tokens import Text
from goldthread.thrive.triggers import Asserter, Seen, Sense, asserter
from goldthread.thrive.words import word_set

_LONGEST_WINDOW = 12
_LONG, _ENDLESS = 12, 26
"""Words of a stretch without a sign from which nobody can tell where a denial ends: where no sign closes it, and where one does *(ours)*."""
_LIGHT, _OWN_SUBJECT, _FINITE = word_set("light"), word_set("own_subject"), word_set("finite")


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


_Reaching = tuple[Seen, Sense]


class Triggers:
    """Asks how spans of one text are meant."""

    def __init__(self, asserter: Asserter, text: Text) -> None:
        self._asserter = asserter
        self._text = text
        self._answers = asserter.answers
        self._asks = "?" in text.folded
        self._marks = ""
        self._low = self._high = 0
        self._found: dict[int, tuple[list[Seen], list[int]]] = {}
        self._seen: list[Seen] = []
        self._starts: list[int] = []

    def _look_at(self, low: int, high: int) -> None:
        """Take the triggers of the sentence *low* to *high* in hand."""
        found = self._found.get(low)
        if found is None:
            if not self._marks:
                self._marks = self._asserter.marks(self._text)
            seen = self._asserter.find(self._text, low, high, self._marks[low:high])
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
        return place < len(self._text.words) and self._text.words[place] in self._asserter.not_told

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
                if sense.side == "before" or start - trigger.end > self._window(trigger, sense, start):
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

    def _window(self, trigger: Seen, sense: Sense, start: int) -> int:
        """How many words may stand between: more where a denial goes on over a list ("no drugs, a or b, c or d")."""
        if sense.kind != "negated" or start - trigger.end <= sense.window:
            return sense.window
        between = self._text.words[trigger.end : start]
        return _LONGEST_WINDOW if "or" in between or "nor" in between else sense.window

    def _reaches(self, trigger: Seen, sense: Sense, start: int, end: int) -> bool:
        """Whether the signs and conjunctions between a trigger and the words after it let it reach them."""
        text = self._text
        if trigger.end == start:
            return text.between(start - 1, start).strip(" :\"'“‘(#") == "" or sense.side == "either"
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
        return any(word in self._asserter.predicates for word in self._text.words[end : end + 2])

    def _list_goes_on(self, trigger: Seen, sense: Sense, start: int, end: int, between: str) -> bool:
        """Whether a comma after a trigger goes on with a list ("no drugs, knives or guns") rather than a new clause."""
        text, words = self._text, self._text.words
        high = text.sentence(start)[1]
        if any(word in ("he", "she", "they", "i", "we", "there", "it") for word in words[trigger.end : start]):
            return sense.kind in ("hypothetical", "uncertain") and sense.window >= 8 and not sense.unasked
        tail = words[start : min(high, start + 8)]
        if sense.kind == "negated" and any(word in ("or", "nor") for word in words[trigger.end : start] + tail):
            return not self._own_statement(end)
        predicates = self._asserter.predicates
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

    def _reaches_back(self, trigger: Seen, sense: Sense, end: int) -> bool:
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

    def _closes(self, trigger: Seen) -> bool:
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
            if not self._asserter.not_told.isdisjoint(self._text.words[negated_before.end : end + 3]):
                return UNASKED
            outer = next((sense.kind for trigger, sense in before if trigger.start < negated_before.start), "")
            if outer in ("uncertain", "hypothetical"):
                return Assertion(outer)
            if any(sense.kind == "uncertain" for _, sense in after) or not self._surely_denied(
                negated_before, start, end
            ):
                return UNCERTAIN
            return Assertion("negated")
        doubt_after = any(sense.kind == "uncertain" for _, sense in after)
        if any(sense.kind == "negated" for _, sense in after):
            behind = next(trigger for trigger, sense in after if sense.kind == "negated")
            unsure = doubt_after or "uncertain" in kinds or not self._surely_denied_behind(behind, start, end)
            return UNCERTAIN if unsure else Assertion("negated")
        if "hypothetical" in kinds:
            return Assertion("hypothetical")
        if "uncertain" in kinds:
            return UNCERTAIN
        queried = self._queried(start, end)
        return queried if queried is UNCERTAIN else Assertion("historical")

    def _surely_denied(self, trigger: Seen, start: int, end: int) -> bool:
        """Whether a denial before a span surely reaches it: without signs, only over light words and onto no statement of its own."""
        words = self._text.words
        statement = words[start] in _OWN_SUBJECT or not _FINITE.isdisjoint(words[start + 1 : end + 1])
        if not statement and all(word in _LIGHT for word in words[trigger.end : start]):
            return True
        return not self._unpunctuated(trigger.start, end)

    def _surely_denied_behind(self, trigger: Seen, start: int, end: int) -> bool:
        """Whether a denial behind a span surely speaks of it: without signs, "no" and "nil" may begin what comes next."""
        high = self._text.sentence(start)[1]
        if trigger.end == high or (trigger.start == end and trigger.end - trigger.start > 1):
            return True
        return not self._unpunctuated(start, trigger.end)

    def _unpunctuated(self, first: int, last: int) -> bool:
        """Whether words *first* to *last* stand in a long stretch without a sign."""
        text = self._text
        low, high = text.sentence(first)
        while first > max(low, last - _ENDLESS) and not text.between(first - 1, first).strip():
            first -= 1
        after = last
        while after < min(high, last + _ENDLESS) and not text.between(after - 1, after).strip():
            after += 1
        rest = text.folded[
            text.ends[after - 1] : text.starts[after] if after < len(text.words) else text.ends[after - 1] + 2
        ]
        return after - first > (_ENDLESS if rest.strip() else _LONG)

    def behind(self, start: int, end: int) -> int:
        """The first word of the span *start* to *end* behind a trigger that begins before it and ends in it ("no [further pain]")."""
        self._look_at(*self._text.sentence(start))
        return next((one.end for one in self._seen if one.senses and one.start < start < one.end < end), start)

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
            if " ".join(words[verb:start]) in self._asserter.kin_verbs and words[verb - 1] in self._asserter.kin:
                return True
        return False


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
    triggers = Triggers(asserter(), text)
    first = triggers.behind(first, last)
    found = triggers.assess(first, last)
    if found.kind == "affirmed":
        found = triggers.within(first, last)
    known = any(low < last and first < high for low, high in cue_spans)
    if found.kind in ("affirmed", "historical") and not known and triggers.of_kin(first):
        return "other-subject"
    return found.kind
