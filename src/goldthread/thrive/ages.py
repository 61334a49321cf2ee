"""Ages and numbers in a log: f15, m14, 2yo, "14 y/o", "aged 6", "son 14", year 9, "7 mths old".

Money (£15), clock times (15:10), dates (8/12/15), distances and durations are not ages. Each function looks only at a
few neighbouring words, so the work is linear in the number of numbers.
"""

import re
from itertools import compress, count

from goldthread.thrive.tokens import Text
from goldthread.thrive.words import word_list, word_set

CHILD, INFANT, ADULT, OLDER, NUMBER = "{child_age}", "{infant_age}", "{adult_age}", "{older_age}", "{number}"
ELDERLY = "{elderly_age}"

NUMBER_WORDS = {word: value for value, word in enumerate(word_list("numbers"))} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}

_SHAPE = re.compile(r"([a-z]{0,6})(\d{1,3})([a-z]{0,8})")
_YEARS = frozenset({"yo", "yrold", "yearold", "yrsold", "yearsold", "y", "yr", "yrs", "year", "years", "yers"})
_MONTHS = frozenset({"month", "months", "mth", "mths", "mnth", "mnths", "mo", "mos"})
_WEEKS = frozenset({"week", "weeks", "wk", "wks"})
_DAYS = frozenset({"day", "days"})
_OLD = frozenset({"old", "olds", "o"})
_SAYS_AGE = frozenset({"aged", "age", "ages", "agd"})
_SEX = frozenset({"f", "m", "fem", "female", "male", "girl", "boy", "lad", "lass"})
_PERSON = _SEX | word_set("person")
_STATES_AGE = word_set("states_age")
_AFTER_AGE = word_set("after_age")
_COUNTED = word_set("counted")
_ENDS_DURATION = frozenset(
    {"ago", "later", "earlier", "now", "pregnant", "preg", "gone", "gestation", "together", "married"}
)
_NAMES = word_set("given_names")
_DURATION = word_set("duration")
_ROAD_BEFORE = word_set("road_before")
_ROAD_AFTER = word_set("road_after")
_MOTORWAYS = frozenset(map(int, word_list("motorways")))
_LIMITS = frozenset({"more", "older", "younger", "less", "over"})
_LINKS = frozenset({"as", "of", "given", "possibly", "approx", "approximately", "about", "around", "was", "is"})
_LEADS = _SAYS_AGE | _PERSON | _STATES_AGE | _NAMES | _LINKS | {"between", "under", "year", "yr", "y", "turned", "than"}
_FOLLOWS = _YEARS | _MONTHS | _WEEKS | _DAYS
_NEWBORN = frozenset({"newborn", "neonate"})
_PRONOUNS = frozenset({"he", "she", "they", "who", "i", "im", "hes", "shes", "theyre", "aged"})
_MONEY = "£$€#"


def _unit(word: str) -> int:
    """Months in the unit *word* names; 0 if it is none (weeks and days count as under a month)."""
    if word in _YEARS:
        return 12
    return 1 if word in _MONTHS else -1 if word in _WEEKS or word in _DAYS else 0


def find_ages(text: Text) -> dict[str, list[tuple[int, int]]]:
    """Hits of each built-in list in *text*, as (first word, end word) pairs in order of appearance."""
    hits: dict[str, list[tuple[int, int]]] = {}
    places = _numbers(text)
    if not _NEWBORN.isdisjoint(text.forms):
        for place, word in enumerate(text.words):
            if word in _NEWBORN:
                _put(hits, 0, place, place + 1)
    if not places:
        return hits
    last_end, last_months = -1, 0
    for place in places:
        if place < last_end:
            continue
        read = _read(text, place) if _may_be_age(text, place) else None
        if read is None and last_end >= 0 and place - last_end <= 1:
            read = _continued(text, place, last_end, last_months)
        if read is None:
            if _is_count(text.words[place]):
                hits.setdefault(NUMBER, []).append((place, place + 1))
            continue
        months, start, end = read
        _put(hits, months, start, end)
        hits.setdefault(NUMBER, []).append((place, place + 1))
        last_end, last_months = end, months
    return hits


def _may_be_age(text: Text, place: int) -> bool:
    """A quick look: most numbers in a log stand beside no word, and carry no letter, that could make an age of them."""
    words = text.words
    word = words[place]
    return (
        not word.isdecimal()
        or (place > 0 and words[place - 1] in _LEADS)
        or (place + 1 < len(words) and words[place + 1] in _FOLLOWS)
        or text.folded[text.starts[place] - 1 : text.starts[place]] == "("
    )


def _put(hits: dict[str, list[tuple[int, int]]], months: int, start: int, end: int) -> None:
    names = [CHILD] if months < 216 else [ADULT]
    if months < 12:
        names.append(INFANT)
    if months >= 240:
        names.append(OLDER)
    if months >= 720:
        names.append(ELDERLY)
    for name in names:
        hits.setdefault(name, []).append((start, end))


def _is_count(word: str) -> bool:
    return word.isdecimal() or word in NUMBER_WORDS or (len(word) <= 4 and (word[0] == "x" or word[-1] == "x"))


def _numbers(text: Text) -> list[int]:
    """Indexes of the words that hold a digit or are a number word, in order."""
    if NUMBER_WORDS.keys().isdisjoint(text.forms):
        return text.figures
    return sorted([*text.figures, *compress(count(), map(NUMBER_WORDS.__contains__, text.words))])


def _word(text: Text, place: int) -> str:
    return text.words[place] if 0 <= place < len(text.words) else ""


def _sign_before(text: Text, place: int) -> str:
    start = text.starts[place]
    return text.folded[start - 1] if start else ""


def _part_of_figure(text: Text, place: int) -> bool:
    """Whether the number is money, a time, a date, a decimal or a percentage."""
    folded, start, end = text.folded, text.starts[place], text.ends[place]
    before, after = folded[max(0, start - 2) : start], folded[end : end + 2]
    if before[-1:] and (before[-1:] in _MONEY or (before[-1:] in ":.-/" and before[:1].isdigit())):
        return True
    return after[:1] == "%" or (after[:1] in (":", ".", "/", "-") and after[1:2].isdigit())


def _read(text: Text, place: int) -> tuple[int, int, int] | None:
    """(age in months, first word, end word) of the number at *place*, or None if it is not an age."""
    word = text.words[place]
    if word in NUMBER_WORDS:
        head, value, tail = "", NUMBER_WORDS[word], ""
    else:
        match = _SHAPE.fullmatch(word)
        if match is None:
            return None
        head, value, tail = match[1], int(match[2]), match[3]
    if _sign_before(text, place) in _MONEY and _sign_before(text, place):
        return None
    previous, following = _word(text, place - 1), _word(text, place + 1)
    if tail:
        return _with_tail(text, place, value, tail, following) if not head or head in _SEX else None
    if head:
        return None if head == "m" and _is_road(text, place, value) else _with_head(place, head, value)
    if previous in ("year", "yr", "y") and value <= 13 and word not in NUMBER_WORDS:
        if _word(text, place - 2) in ("last", "this", "next", "per", "a", "every", "each", "the"):
            return None
        return None if following in _COUNTED else ((value + 5) * 12, place - 1, place + 1)
    unit = _unit(following)
    if unit:
        return _with_unit(text, place, value, unit, previous)
    return _bare(text, place, value, previous, following)


def _months(value: int, unit: int) -> int:
    return value * 12 if unit == 12 else value if unit == 1 else value // 5


def _with_tail(text: Text, place: int, value: int, tail: str, following: str) -> tuple[int, int, int] | None:
    """2yo, 14y (o), 15yr (old), 7mths (old), 15f."""
    if tail in ("yo", "yrold", "yearold", "yrsold", "yearsold", "yos", "yro", "yrolds", "yearolds"):
        return _within(value * 12, place, place + 1 + (following in _OLD))
    unit = _unit(tail)
    if unit:
        if following in _OLD:
            return _within(_months(value, unit), place, place + 2)
        return _with_loose_unit(text, place, value, unit, _word(text, place - 1), place + 1)
    previous = _word(text, place - 1)
    if tail == "s" and previous in ("year", "yr", "y") and value <= 13:
        return (value + 5) * 12, place - 1, place + 1
    known = tail == "f" or (tail == "s" and previous in _PERSON)
    return _within(value * 12, place, place + 1) if known and value > 0 else None


def _is_road(text: Text, place: int, value: int) -> bool:
    """Whether "M6" is a motorway: it has a motorway's number and words of the road beside it."""
    if value not in _MOTORWAYS:
        return False
    previous, following = _word(text, place - 1), _word(text, place + 1)
    return any(
        word in known or (word[:1] == "j" and word[1:].isdecimal())
        for word, known in ((previous, _ROAD_BEFORE), (following, _ROAD_AFTER))
    )


def _with_head(place: int, head: str, value: int) -> tuple[int, int, int] | None:
    """f15, male15, age6, yr9."""
    if head in _SEX or head in _SAYS_AGE:
        return _within(value * 12, place, place + 1)
    if head in ("yr", "y", "year") and value <= 13:
        return (value + 5) * 12, place, place + 1
    return (value * 12 - 1, place, place + 1) if head == "u" and value in (16, 18) else None


def _with_unit(text: Text, place: int, value: int, unit: int, previous: str) -> tuple[int, int, int] | None:
    """A number followed by a word for years, months, weeks or days: an age only if it is said of a person."""
    end = place + 2
    if _word(text, end) in _OLD or (_word(text, end) == "of" and _word(text, end + 1) == "age"):
        start = place - 1 if previous in _SAYS_AGE else place
        return _within(_months(value, unit), start, end + (2 if _word(text, end) == "of" else 1))
    if text.words[place + 1] in ("yo", "yrold", "yearold"):
        return _within(value * 12, place, end)
    if text.words[place + 1] == "y":
        return None
    return _with_loose_unit(text, place, value, unit, previous, end)


def _with_loose_unit(
    text: Text, place: int, value: int, unit: int, previous: str, end: int
) -> tuple[int, int, int] | None:
    """ "aged 19 months", "son 15 yrs": no word says *old*, so the word before must name an age or a person."""
    after = _word(text, end)
    if after in _ENDS_DURATION:
        return None
    if previous in _SAYS_AGE:
        return _within(_months(value, unit), place - 1, end)
    named = previous in _PERSON and text.between(place - 1, place).strip(" (") == ""
    return _within(_months(value, unit), place, end) if named or _guessed(text, place, end, unit) else None


def _guessed(text: Text, place: int, end: int, unit: int) -> bool:
    """ "approx 13 yrs, on her own": a guess at an age that ends its clause, and no length of time."""
    if unit != 12 or _word(text, place - 1) not in ("approx", "approximately", "about", "around", "roughly", "looks"):
        return False
    ends = end >= len(text.words) or end in text.breaks or text.between(end - 1, end).strip()[:1] in (",", ")", "-")
    return ends and _DURATION.isdisjoint(text.words[max(0, place - 5) : place - 1])


def _bare(text: Text, place: int, value: int, previous: str, following: str) -> tuple[int, int, int] | None:
    """A number on its own: "aged 6", "son 14", "she's 12.", "(4 and 6)", "under 18"."""
    if value > 110 or _part_of_figure(text, place) or not place:
        return None
    if previous in _SAYS_AGE or (previous == "between" and _word(text, place - 2) in _SAYS_AGE):
        return _within(value * 12, place - 1 if previous in _SAYS_AGE else place - 2, place + 1)
    if following in _COUNTED:
        return None
    if previous in _LINKS and not _SAYS_AGE.isdisjoint(text.words[max(0, place - 3) : place - 1]):
        return _within(value * 12, place, place + 1)
    if previous == "than" and _word(text, place - 2) in _LIMITS:
        near = text.words[max(0, place - 8) : place - 2]
        return _within(value * 12, place, place + 1) if any(_of_person(word) for word in near) else None
    gap = text.between(place - 1, place)
    if previous == "under" and value in (5, 10, 12, 13, 14, 15, 16, 18):
        return (value * 12 - 1, place - 1, place + 1) if value >= 16 or following == "s" else None
    if previous in _PERSON and text.words[place] not in NUMBER_WORDS and gap.strip(" (,-") == "":
        return _within(value * 12, place, place + 1)
    closes = _closes(text, place, following)
    if (
        previous in _NAMES
        and text.original[text.starts[place - 1]].isupper()
        and text.words[place] not in NUMBER_WORDS
        and value > 0
        and (gap.isspace() or (gap.strip() == "," and closes))
    ):
        return _within(value * 12, place, place + 1)
    if previous in _STATES_AGE and closes and gap.strip() == "" and _said_of_person(text, place, previous, value):
        return _within(value * 12, place, place + 1)
    if (
        gap.endswith("(")
        and previous.isalpha()
        and previous not in ("flat", "unit", "phase", "ref", "item", "page", "no")
    ):
        rest = text.folded[text.ends[place] : text.ends[place] + 5].lstrip()
        if rest[:1] in (")", ",", "&", "/") or rest[:3] == "and":
            return _within(value * 12, place, place + 1)
    return None


def _said_of_person(text: Text, place: int, previous: str, value: int) -> bool:
    """Whether "is 6", "about thirteen" can be an age: a number word, or a person shortly before."""
    if previous in ("shes", "hes", "im", "theyre", "turned", "turning"):
        return value >= 1
    return value >= 1 and any(_of_person(word) for word in text.words[max(0, place - 6) : place])


def _of_person(word: str) -> bool:
    return word in _PERSON or word in _PRONOUNS


def _closes(text: Text, place: int, following: str) -> bool:
    """Whether the clause ends after the number or goes on as it would after an age."""
    rest = text.folded[text.ends[place] : text.ends[place] + 2].lstrip()
    return not following or rest[:1] in tuple(".,;)!?-/&") or following in _AFTER_AGE


def _continued(text: Text, place: int, last_end: int, last_months: int) -> tuple[int, int, int] | None:
    """The next age of a list: "ages 4, 6 & 9", "brothers 4 and 1"."""
    word, following = text.words[place], _word(text, place + 1)
    if not (word.isdecimal() or word in NUMBER_WORDS) or following in _COUNTED or _part_of_figure(text, place):
        return None
    joined = place == last_end or _word(text, last_end) in ("and", "to", "or", "n")
    between = text.between(last_end - 1, place)
    value = NUMBER_WORDS[word] if word in NUMBER_WORDS else int(word) if len(word) <= 3 else 999
    if not joined or len(between) > 8 or "." in between or value > 110 or (last_months < 12 and value > 20):
        return None
    return _within(value * 12, place, place + 1)


def _within(months: int, start: int, end: int) -> tuple[int, int, int] | None:
    return (months, start, end) if 0 <= months <= 110 * 12 else None
