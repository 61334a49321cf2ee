"""How what is typed is compared with what is known: plain forms, the parts of a typed place, and scores. No database."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources

import phonenumbers
from rapidfuzz.distance import OSA

from goldthread.config.errors import Invalid

SHORTEST = 3
"""Characters typed before anything is searched for: fewer have too few trigrams to tell names apart *(ours)*."""
LONGEST = 120
"""Characters of a typed place or name that are compared; the rest is ignored *(ours)*."""
LIKE = 0.66
"""How like a name must be to be offered, 0 to 1: two slips in a name of six letters pass *(ours)*."""
REGION = "GB"
"""Numbers typed without a country are read as those of the United Kingdom."""
ADULT = 18
OLDEST = 130
"""Years: a date of birth further back is a slip of the keys *(ours)*."""

_HOUSE = re.compile(r"^(?P<number>\d{1,5}[a-z]?)\b\s*|\s+(?P<last>\d{1,5}[a-z]?)$")
_UNIT = re.compile(r"^(?P<unit>(?:flat|apartment|apt|unit|room)\s+\w{1,6})\s*")
_NOT_A_WORD = re.compile(r"[^\w\s]+")


@dataclass(frozen=True)
class TypedPlace:
    """A place as typed, taken apart: flat and number (empty where none was typed) and the street's plain name."""

    unit: str
    number: str
    street: str


@dataclass(frozen=True)
class Number:
    """A telephone number: ``digits`` is the same for all its notations, ``shown`` is how it is read."""

    digits: str
    shown: str


@lru_cache(maxsize=1)
def _short_for() -> dict[str, str]:
    text = resources.files("goldthread.contact").joinpath("street_words.toml").read_text(encoding="utf-8")
    return {short: word for word, shorts in tomllib.loads(text)["short"].items() for short in shorts}


def plain(text: str) -> str:
    """Lower case, accents and apostrophes gone, anything that is no letter or digit a space."""
    letters = unicodedata.normalize("NFKD", text[: LONGEST * 2].casefold())
    kept = "".join(one for one in letters if not unicodedata.combining(one))
    kept = kept.replace("'", "").replace("\u2019", "")
    return " ".join(_NOT_A_WORD.sub(" ", kept).replace("_", " ").split())[:LONGEST]


def plain_street(text: str) -> str:
    """A street's name as it is compared, with its last word written out: *Larch Rd* is *larch road*."""
    words = plain(text).split()
    if len(words) > 1:
        words[-1] = _short_for().get(words[-1], words[-1])
    return " ".join(words)


def typed_place(text: str) -> TypedPlace:
    """Take a typed place apart; what stands after a comma that follows the street, such as a town, is left out."""
    head = text
    for part in text.split(","):
        # "Flat 2, 14 Larch Road, Amberford": the first part with a word that is no flat and no number has the street.
        if re.search(r"[^\W\d_]{2,}", _UNIT.sub("", plain(part))):
            head = text[: text.index(part) + len(part)]
            break
    left = plain(head)
    unit = ""
    if found := _UNIT.match(left):
        unit, left = found["unit"], left[found.end() :]
    number = ""
    if found := _HOUSE.search(left):
        number = found["number"] or found["last"]
        left = (left[: found.start()] + " " + left[found.end() :]).strip()
    return TypedPlace(unit, number, plain_street(left))


def name_words(text: str) -> list[str]:
    """The words of a name as they are compared, each once, in order."""
    return list(dict.fromkeys(word[:60] for word in plain(text).split()))


def number(text: str) -> Number | None:
    """The number typed, in whatever notation; None where there is no number in it.

    A number that no plan knows, such as an extension, is kept by its digits, so that it still equals itself.
    """
    try:
        parsed = phonenumbers.parse(text[:60], REGION)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is not None and phonenumbers.is_possible_number(parsed):
        style = phonenumbers.PhoneNumberFormat
        home = parsed.country_code == phonenumbers.country_code_for_region(REGION)
        shown = phonenumbers.format_number(parsed, style.NATIONAL if home else style.INTERNATIONAL)
        return Number(phonenumbers.format_number(parsed, style.E164), shown)
    digits = "".join(str(unicodedata.digit(one)) for one in text[:60] if unicodedata.digit(one, None) is not None)
    return Number(digits, digits) if 3 <= len(digits) <= 20 else None


def likeness(typed: str, name: str) -> float:
    """How like ``name`` what is typed is, 0 to 1, where ``typed`` may be only its beginning, or begin at a later word."""
    best = OSA.normalized_similarity(typed, name)
    starts = [0, *(found.end() for found in re.finditer(r"\s+", name))]
    for start in starts:
        begun = name[start : start + len(typed)]
        best = max(best, OSA.normalized_similarity(typed, begun) * (0.99 if start == 0 else 0.9))
    return best


def age_on(born: date, day: date) -> int:
    """Whole years of age; a birthday on 29 February is had on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def is_child(born: date | None, day: date) -> bool:
    """Under 18; where the age is unknown, treated as a child (domain rule)."""
    return born is None or age_on(born, day) < ADULT


def birthday(born: date | None, today: date) -> date | None:
    """The date of birth as it will be kept. Raises ``Invalid`` for one that is still to come or too long ago."""
    if born is None:
        return None
    if born > today:
        raise Invalid(
            {"born": "That date of birth is in the future. Nothing was saved; check the year, or leave it empty."}
        )
    if today.year - born.year > OLDEST:
        raise Invalid(
            {"born": f"That date of birth is more than {OLDEST} years ago. Nothing was saved; check the year."}
        )
    return born


def too_short(typed: str) -> bool:
    """Whether too little is typed to search for."""
    return len(plain(typed).replace(" ", "")) < SHORTEST


def matter_weight(kinds: set[str], *, is_open: bool, age: timedelta) -> int:
    """How likely another incident is the same matter, by what it shares, whether it is open and how old it is *(ours)*."""
    weight = sum({"person": 3, "place": 3, "phone": 2}[kind] for kind in kinds)
    return weight + (4 if is_open else 0) + (3 if age < timedelta(days=3) else 1 if age < timedelta(days=30) else 0)
